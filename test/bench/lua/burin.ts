/**
 * Runs one workload in a tier of burin, from this directory: burin.ts WORKLOAD EVENTS [TIER]. Prints nanoseconds of
 * processor time an event and the workload's result. The events are those of prelude.lua.
 */
import { readFileSync } from 'node:fs';
import { createLuaState, type LuaTier, type LuaValue } from '../../../src/lua/index.js';

const [workload = 'a', eventsText = '1000000', tier = 'compiled'] = process.argv.slice(2);
const chisels = process.env['CHISELS'] ?? '/usr/share/sysdig/chisels';

let n = 0;
const names: string[] = [];
const procs: string[] = [];
const requests: string[] = [];
for (let i = 0; i < 64; i++) {
  names.push(`${i % 3 === 0 ? `10.0.0.${i}:80->` : '/var/lib/data/file-'}${i}`);
  procs.push(`proc${i % 16}`);
  requests.push(`${i % 2 === 0 ? 'GET' : 'POST'} /api/v${i % 4}/item/${i * 7} HTTP/1.1\r\nHost: x`);
}
/** (n * 7919) % 1000003 in small integers, as C has it: of doubles the remainder would cost more than the chisel. */
let latency = 0;
let latencyAt = 0;
function nextLatency(): number {
  latency = (latency + (n - latencyAt) * 7919) % 1000003;
  latencyAt = n;
  return latency;
}
class Handle {
  constructor(readonly read: () => LuaValue) {}
}
const readers: Record<string, () => LuaValue> = {
  'fd.name': () => names[(n * 7) % 64],
  'proc.name': () => procs[(n * 5) % 64],
  'evt.buffer': () => requests[(n * 11) % 64],
  'evt.rawarg.res': () => (n * 37) % 4096,
  'evt.latency': nextLatency,
  'thread.tid': () => 1000 + (n % 50),
  'evt.dir': () => (n % 100 < 50 ? '>' : '<'),
  'evt.rawtime': () => 1.5e18 + n * 1000,
};

const lua = createLuaState({ tier: tier as LuaTier, packagePath: `${chisels}/?.lua`, limits: { callSeconds: 10 } });
const table = (name: string, functions: Record<string, (...args: LuaValue[]) => LuaValue | LuaValue[]>): void => {
  const t = lua.newTable();
  for (const [key, fn] of Object.entries(functions)) t.set(key, lua.hostFunction(`${name}.${key}`, fn));
  lua.globals.set(name, t);
};
const terminal = lua.newTable();
terminal.set('width', 80);
terminal.set('height', 25);
table('chisel', {
  request_field: (name) => lua.userdata(new Handle(readers[String(name)]!)),
  set_filter: () => [],
  set_interval_ns: () => [],
});
table('evt', {
  field: (handle) => {
    if (handle === undefined || typeof handle !== 'object') return undefined;
    const object = (handle as { hostObject?: object }).hostObject;
    return object instanceof Handle ? object.read() : undefined;
  },
});
table('sysdig', { is_tty: () => true, get_terminal_info: () => terminal });
lua.globals.set('CHISELS', chisels);

const file = `workloads/${workload}.lua`;
lua.call(lua.load(readFileSync(file, 'latin1'), `@${file}`));
const fn = lua.globals.get('on_event');
if (!lua.isFunction(fn)) throw new Error(`${file} defines no on_event`);
const onEvent = lua.callback(fn);

function run(count: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    n++;
    if (onEvent() === undefined) throw new Error('on_event gave nil');
  }
  const used = process.cpuUsage(before);
  return ((used.user + used.system) * 1000) / count;
}

const events = Number(eventsText);
run(events / 10);
const ns = run(events);
const [result] = lua.call(lua.globals.get('result'));
console.log(`${ns.toFixed(1)} ${lua.tostring(result)}`);
