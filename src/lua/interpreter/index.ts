/** The interpreter tier of `src/lua`. */
export { createInterpreterState } from './state.js';
