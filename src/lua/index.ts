/**
 * Makes Lua states, and chooses the tier that runs them. A whole state runs in one tier: values never cross.
 */
import { compilable, createCompiledState, features } from './compiled/index.js';
import { createInterpreterState } from './interpreter/index.js';
import type { LuaState, LuaStateOptions } from './vm.js';

export * from './vm.js';

/**
 * A new state. With tier `auto` (the default) that is the compiled tier, unless `options.program` or a module it
 * requires by literal name mentions something only the interpreter knows (debug hooks, locals and upvalues by the
 * debug library, environments of callers), or jumps in a way the compiler does not take.
 */
export function createLuaState(options: LuaStateOptions = {}): LuaState {
  const tier = options.tier ?? 'auto';
  if (tier === 'interpreter') return createInterpreterState(options);
  if (tier === 'auto' && options.program !== undefined) {
    if (features(options.program, options).interpreter || !compilable(options.program)) {
      return createInterpreterState(options);
    }
  }
  return createCompiledState(options);
}
