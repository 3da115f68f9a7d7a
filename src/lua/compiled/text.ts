/** `tostring` and what `string.format` asks about values. */
import type { FormatHost } from '../kernel/format.js';
import { numberToString } from '../kernel/numbers.js';
import type { LuaValue } from '../vm.js';
import { isLibraryFunction } from './library.js';
import { type Runtime, viaFirst } from './runtime.js';
import { address, typeName, type Values } from './values.js';

/** `tostring(value)`: text, or whatever a `__tostring` returned. */
export function tostring(rt: Runtime, value: LuaValue): LuaValue {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return numberToString(value);
    case 'undefined':
      return 'nil';
    case 'boolean':
      return value ? 'true' : 'false';
  }
  const handler = rt.metamethod(value, '__tostring');
  if (handler !== undefined) return viaFirst(rt.viaCall(handler, value) as LuaValue | Values);
  return plainText(value);
}

/** The text of a value that nothing describes. */
export function plainText(value: LuaValue): string {
  if (value === undefined || typeof value === 'boolean') return String(value ?? 'nil');
  const object = value as unknown as object;
  const builtin = typeof object === 'function' && isLibraryFunction(object);
  return `${typeName(value)}: ${builtin ? `builtin#${Number(address(object)) % 0x40000000}` : address(object)}`;
}

export function formatHost(rt: Runtime): FormatHost {
  return {
    tostring: (value) => {
      const text = tostring(rt, value as LuaValue);
      if (typeof text === 'string') return text;
      return typeof text === 'number' ? numberToString(text) : plainText(text);
    },
    typeName: (value) => typeName(value as LuaValue),
    pointer: (value) => {
      const v = value as unknown;
      return (typeof v === 'object' && v !== null) || typeof v === 'function' ? address(v) : 'NULL';
    },
  };
}
