-- hist: buckets, quantiles, printing.
local check = require "check"
local hist = require "hist"
local eq = check.eq

local h = hist.log2()
for _, value in ipairs { -3, 0, 0.5, 1, 2, 3, 4, 1023, 1024 } do h:add(value) end
local function bucket_texts(d)
  local out = {}
  for i, b in ipairs(d:buckets()) do out[i] = tostring(b.from) .. ".." .. tostring(b.to) .. "=" .. b.count end
  return table.concat(out, " ")
end
eq("log2 buckets", bucket_texts(h),
  "nil..0=1 0..1=2 1..2=1 2..4=2 4..8=1 8..16=0 16..32=0 32..64=0 64..128=0 128..256=0 256..512=0 512..1024=1 1024..2048=1")
eq("log2 totals", { h.count, h.sum, h.min, h.max }, { 9, 2054.5, -3, 1024 })
h:clear()
eq("clear", { h.count, h.sum, h.min, h:mean(), h:quantile(0.5) }, { 0, 0 })
eq("empty", h:lines(), {})

local l = hist.linear(0, 10, 4)
for value = -1, 12 do l:add(value) end
eq("linear buckets", bucket_texts(l), "nil..0=1 0..4=4 4..8=4 8..10=2 10..nil=3")
check.fails("linear needs a step", "step > 0", hist.linear, 0, 1, 0)

local p = hist.percentiles()
for value = 1, 100000 do p:add(value) end
for _, q in ipairs { 0.01, 0.5, 0.9, 0.99, 0.999, 1 } do
  local exact = q * 100000
  eq("quantile " .. q, math.abs(p:quantile(q) - exact) / exact < 1 / 32, true)
end
local skewed = hist.percentiles()
skewed:add(5, 999)
skewed:add(1e9)
eq("quantiles of a skewed distribution", { skewed:quantile(0.5) < 5.2, skewed:quantile(1) }, { true, 1e9 })

local a, b = hist.log2(), hist.log2()
a:add(1)
b:add(100, 3)
a:merge(b)
eq("merge", { a.count, a.sum, a.min, a.max }, { 4, 301, 1, 100 })
check.fails("merge of kinds", "cannot merge", a.merge, a, p)

local d = hist.log2()
d:add(4096, 2)
d:add(9000)
eq("bpftrace style", d:lines { width = 10, title = "bytes" },
  { "bytes:", "[4K, 8K)                    2 |@@@@@@@@@@|", "[8K, 16K)                   1 |@@@@@     |" })
eq("rates", d:lines({ width = 4, elapsed = 2 })[1], "[4K, 8K)                    2        1.0/s |@@@@|")
eq("dtrace style", d:lines { style = "dtrace", width = 20 }, {
  "           value  --- Distribution --- count",
  "            2048 |                     0",
  "            4096 |@@@@@@@@@@@@@        2",
  "            8192 |@@@@@@@              1",
  "           16384 |                     0",
})
check.fails("unknown style", "bpftrace or dtrace", d.lines, d, { style = "x" })

local g = hist.by(hist.percentiles)
g:add("read", 10)
g:add("write", 1000)
g:add("read", 20)
eq("keys by sum", g:keys(), { "write", "read" })
eq("keys by count", g:keys("count"), { "read", "write" })
eq("keys by key", g:keys("key"), { "read", "write" })
local text = check.captured(g.print, g, { name = "call", top = 1 })
eq("group table", { text:match("^call +count +min +mean +p50 +p90 +p99 +p99.9 +max\n") ~= nil, text:match("\nwrite +1 ") ~= nil, text:match("read") }, { true, true })
