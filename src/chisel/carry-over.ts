/**
 * Data that survives a reload: plain values (tables of strings, numbers, booleans and such tables) are copied from one
 * Lua state into another. Functions, userdata and metatables stay behind.
 */
import type { LuaState, LuaTable, LuaValue } from '../lua/vm.js';

const SCALARS = new Set(['string', 'number', 'boolean']);

/** Copies a value; undefined for what is not plain. Entries of a table that are not plain are left out. */
export function copyPlain(
  from: LuaState,
  to: LuaState,
  value: LuaValue,
  seen: Map<LuaTable, LuaTable> = new Map(),
): LuaValue {
  if (SCALARS.has(typeof value)) return value;
  if (!from.isTable(value)) return undefined;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const copy = to.newTable();
  seen.set(value, copy);
  fill(from, to, value, copy, seen);
  return copy;
}

function fill(from: LuaState, to: LuaState, source: LuaTable, target: LuaTable, seen: Map<LuaTable, LuaTable>): void {
  for (const [key, entry] of source.entries()) {
    const newKey = copyPlain(from, to, key, seen);
    const newEntry = copyPlain(from, to, entry, seen);
    if (newKey !== undefined && newEntry !== undefined) target.set(newKey, newEntry);
  }
}

/** True when a table and everything in it is plain data. */
function isPlain(lua: LuaState, table: LuaTable, seen: Set<LuaTable> = new Set()): boolean {
  if (seen.has(table)) return true;
  seen.add(table);
  for (const [key, entry] of table.entries()) {
    for (const part of [key, entry]) {
      if (SCALARS.has(typeof part)) continue;
      if (!lua.isTable(part) || !isPlain(lua, part, seen)) return false;
    }
  }
  return true;
}

/** What a chisel declares about itself is the new version's alone. */
const DECLARATIONS = new Set(['args', 'view_info', 'tags']);

/** Globals of a chisel that are tables of plain data, by name. `builtin` names the ones that every state has. */
export function plainGlobals(lua: LuaState, builtin: ReadonlySet<string>): Map<string, LuaTable> {
  const found = new Map<string, LuaTable>();
  for (const [name, value] of lua.globals.entries()) {
    if (typeof name !== 'string' || builtin.has(name) || DECLARATIONS.has(name) || !lua.isTable(value)) continue;
    if (isPlain(lua, value)) found.set(name, value);
  }
  return found;
}

/**
 * Fills the new version's empty global tables from the old version's tables of the same names: what a chisel collects
 * goes on, what it declares (arguments, settings, non-empty tables) is the new version's.
 * @returns the names carried over
 */
export function carryGlobals(from: LuaState, to: LuaState, builtin: ReadonlySet<string>): string[] {
  const carried: string[] = [];
  const seen = new Map<LuaTable, LuaTable>();
  for (const [name, source] of plainGlobals(from, builtin)) {
    const target = to.globals.get(name);
    if (!to.isTable(target) || source.entries()[Symbol.iterator]().next().done) continue;
    if (!target.entries()[Symbol.iterator]().next().done) continue;
    fill(from, to, source, target, seen);
    carried.push(name);
  }
  return carried;
}

/** All plain globals as one table of the new state: the `old` of on_reload. */
export function oldGlobalsTable(from: LuaState, to: LuaState, builtin: ReadonlySet<string>): LuaTable {
  const table = to.newTable();
  const seen = new Map<LuaTable, LuaTable>();
  for (const [name, source] of plainGlobals(from, builtin)) table.set(name, copyPlain(from, to, source, seen));
  return table;
}
