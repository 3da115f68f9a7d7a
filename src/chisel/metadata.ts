/** What a chisel file says about itself: its description, category and arguments, read from the globals it sets. */
import type { LuaState, LuaTable, LuaValue } from '../lua/vm.js';
import type { ArgumentDeclaration } from './arguments.js';
import { ChiselError } from './errors.js';

/** Reads the `args` table. Throws ChiselError. */
export function readArguments(chisel: string, lua: LuaState): ArgumentDeclaration[] {
  const args = lua.globals.get('args');
  if (!lua.isTable(args)) throw new ChiselError(`Failed to load chisel ${chisel}: args table missing`);
  const declarations: ArgumentDeclaration[] = [];
  for (const [, entry] of args.entries()) {
    if (!lua.isTable(entry)) throw new ChiselError(`Failed to load chisel ${chisel}: an entry of args is not a table`);
    declarations.push(readArgument(chisel, entry));
  }
  return declarations;
}

function readArgument(chisel: string, entry: LuaTable): ArgumentDeclaration {
  const declaration: ArgumentDeclaration = { name: '', description: '', type: '', optional: false };
  for (const [key, value] of entry.entries()) {
    switch (typeof value) {
      case 'string':
      case 'number':
        if (key === 'name') declaration.name = String(value);
        else if (key === 'description') declaration.description = String(value);
        else if (key === 'argtype') declaration.type = String(value);
        break;
      case 'boolean':
        if (key === 'optional') declaration.optional = value;
        break;
      default:
        throw new ChiselError(`Failed to load chisel ${chisel}: ${String(key)} is not a string`);
    }
  }
  return declaration;
}

export interface ChiselInfo {
  name: string;
  file: string;
  category: string;
  shortDescription: string;
  description: string;
  args: ArgumentDeclaration[];
  hidden: boolean;
  /** A csysdig view: it sets `view_info` in place of a description. */
  isView: boolean;
}

const text = (value: LuaValue): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

/** Reads the globals a main chunk has set; undefined when the file is neither chisel nor view. */
export function readInfo(name: string, file: string, lua: LuaState): ChiselInfo | undefined {
  const { globals } = lua;
  const description = text(globals.get('description'));
  const isView = description === undefined && lua.isTable(globals.get('view_info'));
  if (description === undefined && !isView) return undefined;
  const short = text(globals.get('short_description'));
  let args: ArgumentDeclaration[] | undefined;
  try {
    args = readArguments(name, lua);
  } catch {
    args = undefined;
  }
  if (!isView && (short === undefined || args === undefined)) return undefined;
  return {
    name,
    file,
    category: text(globals.get('category')) ?? '',
    shortDescription: short ?? '',
    description: description ?? '',
    args: args ?? [],
    hidden: globals.get('hidden') === true,
    isView,
  };
}
