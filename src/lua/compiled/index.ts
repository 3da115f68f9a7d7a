/** The compiled tier of `src/lua`: Lua as JavaScript functions. */
export { compilable } from './chunks.js';
export { features } from './features.js';
export { createCompiledState } from './state.js';
