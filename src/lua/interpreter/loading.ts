/** Source text and files to functions. */
import { readFileSync } from 'node:fs';
import { fileFailure, KernelError } from '../kernel/errors.js';
import { pathBytes } from '../kernel/files.js';
import type { LuaValue } from '../vm.js';
import { restoreSlots } from './calls.js';
import { bytes, type LClosure, type LuaThread, lapi, OK, textOf } from './fengari.js';
import { ENVIRONMENT } from './messages.js';
import { meter } from './meter.js';
import type { Runtime } from './runtime.js';
import { syntaxMessage } from './syntax.js';
import { fromSlot, toSlot } from './values.js';

/**
 * Compiles a chunk; its environment is `environment`. The source is a text, or a function that gives it piece by piece
 * and undefined at the end. An error comes back as its text.
 */
export function loadText(
  L: LuaThread,
  source: string | (() => string | undefined),
  name: string,
  environment: LuaValue,
): LuaValue | string {
  let given = false;
  const whole = (): string | undefined => {
    if (given) return undefined;
    given = true;
    const text = source as string;
    return text.startsWith('#') ? text.replace(/^#[^\n]*/, '') : text;
  };
  const read = typeof source === 'string' ? whole : source;
  const { top } = L;
  const status = lapi.lua_load(
    L,
    () => {
      const piece = read();
      return piece === undefined || piece === '' ? null : bytes(piece);
    },
    null,
    bytes(name),
    null,
  );
  if (meter.current.dying) throw meter.current.dying;
  const result = fromSlot(L.stack[L.top - 1]!);
  L.top = top;
  restoreSlots(L);
  if (status !== OK) return syntaxMessage(typeof result === 'string' ? result : 'chunk has too many syntax levels');
  const fn = result as unknown as LClosure;
  // Fengari takes the first upvalue for the environment; a dumped function may have it elsewhere or not at all.
  fn.p.upvalues.forEach(({ name: upvalue }, i) => {
    fn.upvals[i] = toSlot(upvalue !== null && textOf(upvalue) === ENVIRONMENT ? environment : undefined);
  });
  return fn as unknown as LuaValue;
}

/** Reads a Lua file, or standard input; throws {@link KernelError} when it cannot be read or may not be loaded. */
export function readSource(runtime: Runtime, path: string | undefined): { source: string; name: string } {
  if (path === undefined) return { source: readFileSync(0, 'latin1'), name: '=stdin' };
  const refusal = runtime.options.mayLoad?.(path);
  if (refusal !== undefined) throw new KernelError(`cannot open ${path}: ${refusal}`);
  try {
    const source = readFileSync(pathBytes(path), 'latin1');
    runtime.options.onLoad?.(path);
    return { source, name: `@${path}` };
  } catch (error) {
    throw new KernelError(`cannot open ${fileFailure(error, path)[1]}`);
  }
}
