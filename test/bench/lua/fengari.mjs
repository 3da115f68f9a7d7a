/**
 * Runs one workload in Fengari as it is published, with the chisel API as functions of its host: fengari.mjs WORKLOAD
 * EVENTS, from this directory. Prints nanoseconds of processor time an event. The events are those of prelude.lua.
 */
import fengari from 'fengari';

const { lua, lauxlib, lualib, to_luastring: bytes } = fengari;
const [workload = 'a', eventsText = '20000'] = process.argv.slice(2);
const chisels = process.env.CHISELS ?? '/usr/share/sysdig/chisels';

let n = 0;
const names = [];
const procs = [];
const requests = [];
for (let i = 0; i < 64; i++) {
  names.push(bytes(`${i % 3 === 0 ? `10.0.0.${i}:80->` : '/var/lib/data/file-'}${i}`));
  procs.push(bytes(`proc${i % 16}`));
  requests.push(bytes(`${i % 2 === 0 ? 'GET' : 'POST'} /api/v${i % 4}/item/${i * 7} HTTP/1.1\r\nHost: x`));
}
const [inward, outward] = [bytes('<'), bytes('>')];
const text = (L, s) => lua.lua_pushlstring(L, s, s.length);
const readers = {
  'fd.name': (L) => text(L, names[(n * 7) % 64]),
  'proc.name': (L) => text(L, procs[(n * 5) % 64]),
  'evt.buffer': (L) => text(L, requests[(n * 11) % 64]),
  'evt.rawarg.res': (L) => lua.lua_pushinteger(L, (n * 37) % 4096),
  'evt.latency': (L) => lua.lua_pushinteger(L, (n * 7919) % 1000003),
  'thread.tid': (L) => lua.lua_pushinteger(L, 1000 + (n % 50)),
  'evt.dir': (L) => text(L, n % 100 < 50 ? outward : inward),
  'evt.rawtime': (L) => lua.lua_pushnumber(L, 1.5e18 + n * 1000),
};

const L = lauxlib.luaL_newstate();
lualib.luaL_openlibs(L);
const run = (code) => {
  if (lauxlib.luaL_dostring(L, bytes(code)) !== lua.LUA_OK) throw new Error(lua.lua_tojsstring(L, -1));
};
function table(name, functions) {
  lua.lua_createtable(L, 0, 0);
  for (const [key, fn] of Object.entries(functions)) {
    lua.lua_pushcfunction(L, fn);
    lua.lua_setfield(L, -2, bytes(key));
  }
  lua.lua_setglobal(L, bytes(name));
}
table('chisel', {
  request_field: (L) => {
    lua.lua_pushlightuserdata(L, readers[lua.lua_tojsstring(L, 1)]);
    return 1;
  },
  set_filter: () => 0,
  set_interval_ns: () => 0,
});
table('evt', {
  field: (L) => {
    lua.lua_touserdata(L, 1)(L);
    return 1;
  },
});
// What Lua 5.3 dropped of 5.1, as far as the workloads use it.
run(`math.log10 = math.log10 or function(x) return math.log(x, 10) end
math.pow = math.pow or function(x, y) return x ^ y end
unpack = unpack or table.unpack
CHISELS = ${JSON.stringify(chisels)}
package.path = CHISELS .. "/?.lua;" .. package.path
sysdig = { is_tty = function() return true end, get_terminal_info = function() return { width = 80, height = 25 } end }`);
if (lauxlib.luaL_dofile(L, bytes(`workloads/${workload}.lua`)) !== lua.LUA_OK) {
  throw new Error(lua.lua_tojsstring(L, -1));
}
const onEvent = bytes('on_event');

function events(count) {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    n++;
    lua.lua_getglobal(L, onEvent);
    if (lua.lua_pcall(L, 0, 1, 0) !== lua.LUA_OK) throw new Error(lua.lua_tojsstring(L, -1));
    lua.lua_settop(L, 0);
  }
  const used = process.cpuUsage(before);
  return ((used.user + used.system) * 1000) / count;
}

const count = Number(eventsText);
events(count / 2);
console.log(events(count).toFixed(1));
