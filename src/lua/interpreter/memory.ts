/**
 * An estimate of what a state keeps alive: everything that can be reached from its registry and stacks, with round
 * sizes for each kind of object. JavaScript does not tell how much memory an object takes.
 */
import type { CClosure, LClosure, LuaThread, Proto, TValue, Udata } from './fengari.js';
import { lobject, lstate } from './fengari.js';
import { Table } from './tables.js';

const SIZE = {
  table: 200,
  entry: 120,
  string: 60,
  closure: 100,
  userdata: 120,
  thread: 1000,
  slot: 40,
  instruction: 60,
};

export function measure(L: LuaThread): number {
  const seen = new Set<object>();
  const waiting: object[] = [L.l_G.mainthread, L.l_G.l_registry.value as object];
  for (const metatable of L.l_G.mt) if (metatable) waiting.push(metatable);
  let total = 0;
  const visit = (slot: TValue | undefined) => {
    if (slot !== undefined && typeof slot.value === 'object' && slot.value !== null) waiting.push(slot.value);
  };
  const visitProto = (p: Proto) => {
    total += p.code.length * SIZE.instruction;
    for (const constant of p.k) visit(constant);
    for (const inner of p.p) if (!seen.has(inner)) waiting.push(inner);
  };
  while (waiting.length > 0) {
    const object = waiting.pop()!;
    if (seen.has(object)) continue;
    seen.add(object);
    if (object instanceof Table) {
      total += SIZE.table + object.list.length * SIZE.entry;
      if (object.metatable) waiting.push(object.metatable);
      for (const entry of object.list) {
        visit(entry.key);
        visit(entry.value);
      }
    } else if (object instanceof lobject.LClosure) {
      const closure: LClosure = object;
      total += SIZE.closure;
      if (closure.p) waiting.push(closure.p);
      for (const upvalue of closure.upvals) visit(upvalue);
    } else if (object instanceof lobject.CClosure) {
      const closure: CClosure = object;
      total += SIZE.closure;
      for (const upvalue of closure.upvalue) visit(upvalue);
    } else if (object instanceof lstate.lua_State) {
      const thread: LuaThread = object;
      total += SIZE.thread + thread.top * SIZE.slot;
      for (let i = 0; i < thread.top; i++) visit(thread.stack[i]);
      for (let ci = thread.ci; ci && ci !== thread.base_ci; ci = ci.previous) {
        for (let i = ci.funcOff; i < ci.top; i++) visit(thread.stack[i]);
      }
    } else if ('realstring' in object) {
      total += SIZE.string + (object as unknown as { tsslen(): number }).tsslen();
    } else if (object instanceof lobject.Udata) {
      const userdata: Udata = object;
      total += SIZE.userdata;
      if (userdata.metatable) waiting.push(userdata.metatable);
    } else if ('maxstacksize' in object) {
      visitProto(object as Proto);
    }
  }
  return total;
}
