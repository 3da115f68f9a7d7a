/** The result of a call, as far as its event has one. */
import type { EventCursor } from '../event.js';
import { EF, EVENTS } from '../schema/index.js';
import { paramIndexes } from './define.js';

/**
 * By event code: position of the parameter that tells success: `res`, or `fd` on the exit of a call that makes a
 * descriptor. -1 where there is none.
 */
export const RESULT_PARAM = Int8Array.from(EVENTS, (info) => {
  const res = paramIndexes('res')[info.code]!;
  if (res >= 0) return res;
  return info.flags & EF.CREATES_FD && info.isExit ? paramIndexes('fd')[info.code]! : -1;
});

/** The result as a number; NaN when the event has none. */
export function resultOf(event: EventCursor): number {
  const index = RESULT_PARAM[event.type]!;
  return index < 0 ? Number.NaN : event.paramInt64(index);
}

/** 1 when the call failed, NaN otherwise. */
export const errorCount = (event: EventCursor): number => (resultOf(event) < 0 ? 1 : Number.NaN);
