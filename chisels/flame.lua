-- flame: a flame graph of traced spans, as a web page on standard output.
--
--   burin -r file.scap -c flame > flame.html
--
-- Spans are what programs write to /dev/null as ">:id:tag.tag::" and "<:id:tag.tag::".
-- Spans of one id form a transaction; its outermost span is the root of a tree, and
-- tags name the way down. Transactions with the same root are folded into three
-- trees: the average, the fastest and the slowest. Log lines that a thread wrote while
-- a span was open are attached to that span.
--
-- The page needs nothing from the network. Its data is also there for other
-- programs, as the three objects in window.transactions; for each node: t own time and
-- tt whole time (ns), n how many, ch children by tag, cont container, exe command,
-- logs lines.

disabled_description = "Draws a flame graph of tracer spans."
short_description = "Flame graph of traced spans, as a web page"
category = "Performance"
args = {}

require "common"
local json = require "dkjson"

local DEEPEST_TAG = 256

local PAGE_HEAD = [[<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>Spans</title>
<style>
body { font: 13px sans-serif; margin: 1em; }
button { margin-right: 4px; }
button.on { font-weight: bold; }
#graph { position: relative; margin-top: 1em; }
#graph div { position: absolute; height: 19px; line-height: 19px; overflow: hidden; white-space: nowrap;
  border: 1px solid #fff; box-sizing: border-box; padding: 0 3px; cursor: pointer; }
#details { white-space: pre-wrap; margin-top: 1em; font-family: monospace; }
</style>
</head>
<body>
<div id="which"></div>
<div id="graph"></div>
<div id="details"></div>
<script>
window.transactions = {
]]

local PAGE_TAIL = [[};
(function () {
  var which = document.getElementById("which"), graph = document.getElementById("graph");
  var details = document.getElementById("details"), depth;
  function time(ns) {
    return ns >= 1e9 ? (ns / 1e9).toFixed(2) + "s" : ns >= 1e6 ? (ns / 1e6).toFixed(2) + "ms" : (ns / 1e3).toFixed(2) + "us";
  }
  function names(node) { return Object.keys(node.ch || {}).sort(); }
  function span(node, own) { return Math.max(own || 0, names(node).reduce(function (sum, k) { return sum + node.ch[k].tt; }, 0)); }
  function box(name, node, left, width, level) {
    var div = document.createElement("div"), hash = 0, i;
    for (i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) % 60;
    div.style.cssText = "left:" + left + "%;width:" + width + "%;top:" + level * 20 + "px;background:hsl(" + hash + ",80%,70%)";
    div.textContent = name + " " + time(node.tt);
    div.onclick = function () {
      var lines = [name, "whole " + time(node.tt) + ", own " + time(node.t || 0)];
      if (node.exe) lines.push(node.exe + (node.cont ? " in " + node.cont : ""));
      (node.logs || []).forEach(function (l) { lines.push(l.t + " [" + l.tid + "] " + l.b); });
      details.textContent = lines.join("\n");
    };
    graph.appendChild(div);
    depth = Math.max(depth, level + 1);
  }
  function children(node, left, width, level, whole) {
    names(node).forEach(function (name) {
      var child = node.ch[name], share = whole ? width * child.tt / whole : 0;
      box(name, child, left, share, level);
      children(child, left, share, level + 1, span(child, child.tt));
      left += share;
    });
  }
  function show(key) {
    var root = window.transactions[key][""];
    graph.textContent = details.textContent = "";
    depth = 0;
    children(root, 0, 100, 0, span(root));
    graph.style.height = depth * 20 + "px";
    Array.prototype.forEach.call(which.children, function (b) { b.className = b.textContent === key ? "on" : ""; });
  }
  Object.keys(window.transactions).forEach(function (key) {
    var button = document.createElement("button");
    button.textContent = key;
    button.onclick = function () { show(key); };
    which.appendChild(button);
  });
  show("avg");
})();
</script>
</body>
</html>
]]

local tag_fields = {}
local id, duration, container, exe, buffer, direction, thread, time

function on_init()
  for level = 0, DEEPEST_TAG do tag_fields[level + 1] = chisel.request_field("span.tag[" .. level .. "]") end
  id = chisel.request_field("span.id")
  duration = chisel.request_field("span.duration")
  container = chisel.request_field("container.name")
  exe = chisel.request_field("proc.exeline")
  buffer = chisel.request_field("evt.buffer")
  direction = chisel.request_field("evt.dir")
  thread = chisel.request_field("thread.tid")
  time = chisel.request_field("evt.time")
  chisel.set_filter("(evt.type=tracer) or (evt.is_io_write=true and evt.dir=< and (fd.num=1 or fd.num=2 or fd.name contains log))")
  return true
end

-- ---- spans that are open ----
-- open[tid][id] is a tree of tags: tag -> { ch = tree, open = true if a span ends here, lines = logs }

local open = {}

local function enter(tid, span_id, tags)
  open[tid] = open[tid] or {}
  local tree = open[tid][span_id] or {}
  open[tid][span_id] = tree

  local node
  for _, tag in ipairs(tags) do
    node = tree[tag] or { ch = {} }
    tree[tag] = node
    tree = node.ch
  end
  if node then node.open = true end
end

-- A log line belongs to the innermost open span of its thread.
local function add_log(tid)
  if not open[tid] then return end
  local _, tree = next(open[tid])
  local innermost
  while tree and next(tree) do
    _, innermost = next(tree)
    tree = innermost.ch
  end
  if not innermost then return end

  local seconds, nanoseconds = evt.get_ts()
  innermost.lines = innermost.lines or {}
  table.insert(innermost.lines,
    { t = evt.field(time), th = seconds, tl = nanoseconds, tid = tid, b = evt.field(buffer) })
end

-- Closes the span: returns the lines that were written in it.
local function leave(tid, span_id, tags)
  local trees = open[tid]
  local tree = trees and trees[span_id]
  local parent_is_open = false
  for level, tag in ipairs(tags) do
    local node = tree and tree[tag]
    if not node then return nil end
    if level == #tags then
      if parent_is_open then
        tree[tag] = nil
      else
        trees[span_id] = nil
        if next(trees) == nil then open[tid] = nil end
      end
      return node.lines
    end
    parent_is_open = node.open ~= nil
    tree = node.ch
  end
end

-- ---- spans that are complete ----
-- transactions[id] is a tree of result nodes by tag.
-- A global: it survives a reload of this file.

transactions = {}

local function record(span_id, tags, ns, lines)
  local tree = transactions[span_id] or {}
  transactions[span_id] = tree

  for level, tag in ipairs(tags) do
    local node = tree[tag]
    if not node then
      node = { tt = 0 }
      if level == 1 then
        node.n = 0
        if #tags > 2 then node.id = span_id end
      end
      tree[tag] = node
    end
    if level == #tags then
      if not node.ch then node.t = ns end
      node.tt = node.tt + ns
      node.cont, node.exe, node.logs = evt.field(container), evt.field(exe), lines
      node.c = 1
      if level == 1 then node.n = node.n + 1 end
    end
    node.ch = node.ch or {}
    tree = node.ch
  end
end

function on_event()
  local tid = evt.field(thread)
  if evt.get_type() ~= "tracer" then
    add_log(tid)
    return
  end

  local span_id, tags = evt.field(id), {}
  for level = 1, #tag_fields do
    tags[level] = evt.field(tag_fields[level])
    if tags[level] == nil then break end
  end

  if evt.field(direction) == ">" then
    enter(tid, span_id, tags)
  else
    local ns = evt.field(duration)
    if ns then record(span_id, tags, ns, leave(tid, span_id, tags)) end
  end
  return true
end

-- ---- the three trees ----

local function is_complete(node)
  if node.c ~= 1 then return false end
  for _, child in pairs(node.ch or {}) do
    if not is_complete(child) then return false end
  end
  return true
end

-- Adds a transaction to the tree of averages (sums, until normalize).
local function add_to(tree, tag, node)
  local sum = tree[tag]
  if not sum then
    tree[tag] = copytable(node)
    return
  end
  sum.tt = sum.tt + node.tt
  if sum.n then sum.n = sum.n + 1 end
  if node.logs then sum.logs = concattable(sum.logs or {}, node.logs) end
  if node.ch then
    sum.ch = sum.ch or {}
    for child_tag, child in pairs(node.ch) do add_to(sum.ch, child_tag, child) end
  end
end

-- Own time is what the children do not account for. Children that ran at the same
-- time add up to more than their parent: then only the longest is kept.
local function set_own_time(node)
  local total, longest, longest_tag, children = 0, 0, nil, 0
  for tag, child in pairs(node.ch or {}) do
    local whole = set_own_time(child)
    total = total + whole
    children = children + 1
    if whole > longest then longest, longest_tag = whole, tag end
  end
  if node.tt >= total then
    node.t = node.tt - total
  else
    node.t = node.tt - longest
    node.nconc = children
    node.ch = { [longest_tag] = node.ch[longest_tag] }
  end
  return node.tt
end

local function normalize(node, count)
  node.t, node.tt = node.t / count, node.tt / count
  for _, child in pairs(node.ch or {}) do normalize(child, count) end
end

local function print_tree(name, tree)
  local text = json.encode({ [""] = { ch = tree, t = 0, tt = 0 } }, { indent = true })
  -- A "<" in traced data must not be able to end the script element.
  print('"' .. name .. '": ' .. text:gsub("<", "\\u003c") .. ",")
end

function on_capture_end()
  local average, fastest, slowest = {}, {}, {}
  for _, tree in pairs(transactions) do
    for tag, node in pairs(tree) do
      if is_complete(node) then
        add_to(average, tag, node)
        if not fastest[tag] or node.tt < fastest[tag].tt then fastest[tag] = node end
        if not slowest[tag] or node.tt > slowest[tag].tt then slowest[tag] = node end
      end
    end
  end
  for _, trees in ipairs { average, fastest, slowest } do
    for _, node in pairs(trees) do set_own_time(node) end
  end
  for _, node in pairs(average) do normalize(node, node.n) end

  print(PAGE_HEAD)
  print_tree("avg", average)
  print_tree("min", fastest)
  print_tree("max", slowest)
  print(PAGE_TAIL)
end
