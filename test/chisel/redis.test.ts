/**
 * A chisel that writes into a real Redis server with Debian's lua-redis and lua-penlight, unmodified, over burin's own
 * sockets; and LuaSocket's API, lfs and cjson as such libraries use them. In both tiers.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { demo, run } from './run-burin.js';

const LIBRARIES = '/usr/share/lua/5.1';
const missing = [
  spawnSync('redis-server', ['--version']).status === 0 ? '' : 'redis-server',
  existsSync(join(LIBRARIES, 'redis.lua')) ? '' : 'lua-redis',
  existsSync(join(LIBRARIES, 'pl/tablex.lua')) ? '' : 'lua-penlight',
].filter((name) => name !== '');
const addon = (await import('../../src/chisel/host-net.js').then(
  () => true,
  () => false,
)) as boolean;
// Where tests must not be skipped the packages have to be there.
const skip =
  process.env['CI'] !== undefined
    ? false
    : missing.length > 0
      ? `not installed: ${missing.join(', ')}`
      : addon
        ? false
        : 'the addon is not built';

const TIERS = ['compiled', 'interpreter'];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Tries until somebody listens. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('redis-server does not listen');
}

describe('a chisel that writes into Redis', { skip }, () => {
  let server: ChildProcess;
  let port: number;
  const folder = mkdtempSync(join(tmpdir(), 'burin-redis-'));
  before(async () => {
    port = await freePort();
    const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    server = spawn('redis-server', words, { stdio: 'ignore' });
    await listening(port);
  });
  after(async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });
  const redis = (...words: string[]): string =>
    spawnSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' }).stdout.trim();

  const CHISEL = `
description = "Counts system calls into a hash of Redis"; short_description = "calls to Redis"; category = "test"
args = {{name = "port", description = "port of the server", argtype = "int"}}
local redis, tablex, stringx, List = require "redis", require "pl.tablex", require "pl.stringx", require "pl.List"
local port, client, kind, name, counts
function on_set_arg(_, value) port = tonumber(value) return true end
function on_init()
  client = redis.connect("127.0.0.1", port)
  assert(client:ping())
  client:del("calls", "names", "bytes")
  kind, name, counts = chisel.request_field("evt.type"), chisel.request_field("fd.name"), {}
  return true
end
function on_event()
  local word = evt.field(kind)
  counts[word] = (counts[word] or 0) + 1
  local file = evt.field(name)
  if file and stringx.startswith(file, "/") then client:sadd("names", file) end
  return true
end
function on_capture_end()
  client:pipeline(function(p) for word, n in pairs(counts) do p:hset("calls", word, n) end end)
  client:set("bytes", "\\0\\1\\255\\r\\n")
  assert(client:get("bytes") == "\\0\\1\\255\\r\\n")
  local keys = List(tablex.keys(counts)):sort()
  print(#keys, keys:join(","))
  client:quit()
end`;
  for (const tier of TIERS) {
    it(`data arrives, ${tier} tier`, async () => {
      const words = [`--lua=${tier}`, '-r', demo, '-n', '3000', '-c', 't', String(port)];
      const { status, stdout, stderr } = await run(words, { files: { 't.lua': CHISEL } });
      assert.equal(stderr, '');
      assert.equal(status, 0);
      const plain = await run(['-r', demo, '-n', '3000', '-c', 'count'], {
        files: {
          'count.lua': `args = {} local c, names = {}, {}
function on_init() f, g = chisel.request_field("evt.type"), chisel.request_field("fd.name") return true end
function on_event() local t, n = evt.field(f), evt.field(g) c[t] = (c[t] or 0) + 1
  if n and n:sub(1, 1) == "/" and not names[n] then names[n] = true names[1] = (names[1] or 0) + 1 end return true end
function on_capture_end() print(names[1]) local keys = {} for k in pairs(c) do keys[#keys + 1] = k end table.sort(keys)
  for _, k in ipairs(keys) do print(k) print(c[k]) end end`,
        },
      });
      const [names, ...pairs] = plain.stdout.trim().split('\n') as [string, ...string[]];
      const want: Record<string, string> = {};
      for (let i = 0; i < pairs.length; i += 2) want[pairs[i]!] = pairs[i + 1]!;
      const got: Record<string, string> = {};
      const lines = redis('hgetall', 'calls').split('\n');
      for (let i = 0; i < lines.length; i += 2) got[lines[i]!] = lines[i + 1]!;
      assert.deepEqual(got, want);
      assert.equal(redis('scard', 'names'), names);
      assert.equal(redis('strlen', 'bytes'), '5');
      assert.equal(stdout, `${Object.keys(want).length}\t${Object.keys(want).sort().join(',')}\n`);
    });
  }
});

/** All modules of penlight, but those that only run as programs or need a C library that is not there. */
const penlight = existsSync(join(LIBRARIES, 'pl'))
  ? readdirSync(join(LIBRARIES, 'pl'))
      .filter((file) => file.endsWith('.lua'))
      .map((file) => `pl.${file.slice(0, -4)}`)
      .sort()
  : [];

describe('libraries of the system', { skip }, () => {
  for (const tier of TIERS) {
    it(`every module of penlight loads, ${tier} tier`, async () => {
      assert.ok(penlight.length > 30);
      const source = `args = {}
for _, name in ipairs{${penlight.map((name) => `"${name}"`).join(',')}} do
  local ok, message = pcall(require, name)
  if not ok then print(name, message) end
end
print("done")`;
      const { status, stdout, stderr } = await run([`--lua=${tier}`, '-r', demo, '-n', '1', '-c', 't'], {
        files: { 't.lua': source },
      });
      assert.deepEqual([status, stdout, stderr], [0, 'done\n', '']);
    });

    it(`sockets, files and JSON, ${tier} tier`, async () => {
      const { status, stdout, stderr } = await run([`--lua=${tier}`, '-r', demo, '-n', '1', '-c', 't'], {
        files: { 't.lua': SOCKETS },
      });
      assert.equal(stderr, '');
      assert.equal(
        stdout
          .split('\n')
          .filter((line) => line.startsWith('not ok'))
          .join('\n'),
        '',
      );
      assert.match(stdout, /\nall done\n$/);
      assert.equal(status, 0);
    });
  }
});

const SOCKETS = `args = {}
local socket = require "socket"
local lfs, cjson = require "lfs", require "cjson"
local function is(what, got, want) print((got == want and "ok " or "not ok ") .. what, tostring(got), tostring(want)) end

-- TCP: an echo between two sockets of one process, by lines, counts and to the end.
local server = assert(socket.bind("127.0.0.1", 0))
local host, port = server:getsockname()
is("address", host, "127.0.0.1")
local client = assert(socket.tcp())
client:settimeout(5)
is("connect", client:connect("127.0.0.1", port), 1)
server:settimeout(5)
local peer = assert(server:accept())
peer:settimeout(5)
is("send", client:send("line one\\r\\nline two\\n12345rest"), 28)
is("line", peer:receive("*l"), "line one")
is("line without CR", peer:receive(), "line two")
is("count", peer:receive(5), "12345")
peer:settimeout(0.05)
local data, why, part = peer:receive("*l")
is("time out", why, "timeout") is("partial", part, "rest") is("nothing whole", data, nil)
peer:send("bin\\0\\255ary")
is("bytes", client:receive(8), "bin\\0\\255ary")
is("getpeername", tonumber((select(2, client:getpeername()))), tonumber(port))
is("setoption", client:setoption("tcp-nodelay", true), 1)

-- select: nothing to read, then something; everything can be written.
local r, w, err = socket.select({client}, nil, 0.05)
is("select times out", err, "timeout") is("nobody", #r, 0)
peer:send("x\\n")
r, w, err = socket.select({client}, {client}, 5)
is("readable", r[1], client) is("writable", w[1], client) is("no error", err, nil)
is("known by itself", r[client] ~= nil, true)
is("read it", client:receive(), "x")
peer:close()
data, why = client:receive()
is("closed", why, "closed")
client:close()
is("refused", select(2, socket.connect("127.0.0.1", 1)), "connection refused")
server:settimeout(0.02)
is("accept times out", select(2, server:accept()), "timeout")
server:close()

-- UDP
local a, b = assert(socket.udp()), assert(socket.udp())
assert(a:setsockname("127.0.0.1", 0))
local _, aport = a:getsockname()
a:settimeout(5)
is("sendto", b:sendto("datagram\\0one", "127.0.0.1", aport), 12)
local text, from, fromport = a:receivefrom()
is("receivefrom", text, "datagram\\0one") is("from", from, "127.0.0.1")
assert(b:setpeername("127.0.0.1", aport))
is("udp send", b:send("two"), 3)
is("udp receive", a:receive(), "two")
a:settimeout(0.02)
is("udp times out", select(2, a:receive()), "timeout")
a:close() b:close()

local t = socket.gettime()
socket.sleep(0.05)
is("sleep", socket.gettime() - t >= 0.045, true)
is("names", socket.dns.toip("127.0.0.1"), "127.0.0.1")

-- lfs
assert(lfs.mkdir("d"))
local f = io.open("d/x", "w") f:write("12345") f:close()
is("size", lfs.attributes("d/x", "size"), 5) is("mode", lfs.attributes("d").mode, "directory")
local names = {} for name in lfs.dir("d") do names[#names + 1] = name end table.sort(names)
is("dir", table.concat(names, " "), ". .. x")
is("none", (lfs.attributes("none")), nil)
is("currentdir", type(lfs.currentdir()), "string")
os.remove("d/x") is("rmdir", lfs.rmdir("d"), true)

-- cjson
is("encode", cjson.encode({1, 2, {3}}), "[1,2,[3]]")
is("decode", cjson.decode('{"a":[1,{"b":null}]}').a[2].b, cjson.null)
is("bad", pcall(cjson.decode, "{"), false)
is("safe", (require "cjson.safe".decode("{")), nil)
print("all done")`;
