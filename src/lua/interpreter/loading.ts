/** Source text and files to functions. */
import { readFileSync } from 'node:fs';
import { fileFailure, KernelError } from '../kernel/errors.js';
import { pathBytes } from '../kernel/files.js';
import type { LuaValue } from '../vm.js';
import { restoreSlots } from './calls.js';
import { bytes, type LClosure, type LuaThread, lapi, OK } from './fengari.js';
import { meter } from './meter.js';
import type { Runtime } from './runtime.js';
import { syntaxMessage } from './syntax.js';
import { fromSlot, toSlot } from './values.js';

/** Compiles a chunk; its environment is `environment`. A syntax error comes back as its text. */
export function loadText(L: LuaThread, source: string, name: string, environment: LuaValue): LuaValue | string {
  const text = source.startsWith('#') ? source.replace(/^#[^\n]*/, '') : source;
  let given = false;
  const { top } = L;
  const status = lapi.lua_load(
    L,
    () => {
      if (given) return null;
      given = true;
      return bytes(text);
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
  if (fn.nupvalues > 0) fn.upvals[0] = environment === undefined ? toSlot(undefined) : toSlot(environment);
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
