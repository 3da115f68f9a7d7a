/** All cases of the agreement test. */
import { API } from './api.js';
import type { ApiCase } from './case.js';
import { LIFECYCLE } from './lifecycle.js';
import { LUA_SIDE } from './lua-side.js';
import { RUNNING } from './running.js';

export type { ApiCase } from './case.js';
export const CASES: readonly ApiCase[] = [...LIFECYCLE, ...API, ...RUNNING, ...LUA_SIDE];
