/**
 * Event blocks: which block types hold events, in which of their forms, and how many parameters an old event has.
 */
import { EVENT_PARAM_COUNTS } from '../sinsp/schema/index.js';

export const BLOCK_SECTION_HEADER = 0x0a0d0d0a;

/** Sizes of the event header. */
export const EVENT_V1_HEADER = 22;
export const EVENT_V2_HEADER = 26;

/** Bits of {@link eventBlockKind}. */
export const WITH_FLAGS = 1;
export const V2 = 2;
export const LARGE = 4;

/** The form of an event block as a combination of WITH_FLAGS, V2 and LARGE; -1 for blocks that hold no event. */
export function eventBlockKind(blockType: number): number {
  switch (blockType) {
    case 0x216:
      return V2;
    case 0x204:
    case 0x8010abcd:
      return 0;
    case 0x217:
      return V2 | WITH_FLAGS;
    case 0x208:
      return WITH_FLAGS;
    case 0x221:
      return V2 | LARGE;
    case 0x222:
      return V2 | LARGE | WITH_FLAGS;
    default:
      return -1;
  }
}

export const isEventBlock = (blockType: number): boolean => eventBlockKind(blockType) >= 0;

const NOTIFICATION_E = 280;
const INFRASTRUCTURE_EVENT_E = 286;
/** Added to the count when the event's length field is 3 too large, as old writers stored it for two events. */
export const LENGTH_OFF_BY_3 = 1000;

/**
 * The number of parameters of a version 1 event, which does not store it: the largest count, not above the table's,
 * with which header, lengths and values fill the event exactly. -1 when there is none.
 */
export function recoverParamCount(view: DataView, at: number, length: number, type: number, limit: number): number {
  let offset = 0;
  if (type === NOTIFICATION_E || type === INFRASTRUCTURE_EVENT_E) {
    length -= 3;
    offset = LENGTH_OFF_BY_3;
  }
  const lengths = at + EVENT_V1_HEADER;
  for (let count = EVENT_PARAM_COUNTS[type]!; count >= 0; count--) {
    if (lengths + count * 2 > limit) continue;
    let total = EVENT_V1_HEADER + count * 2;
    for (let i = 0; i < count; i++) total += view.getUint16(lengths + i * 2, true);
    if (total === length) return count + offset;
  }
  return -1;
}

/** Block types with records: see metadata.ts. */
const METADATA_BLOCKS: ReadonlySet<number> = new Set([
  BLOCK_SECTION_HEADER,
  ...[0x201, 0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215, 0x203, 0x218, 0x205, 0x219, 0x206, 0x220],
  ...[0x8002abcd, 0x8000abcd, 0x8013abcd, 0x8014abcd, 0x8001abcd, 0x8011abcd, 0x8012abcd],
]);

/** A section header or a block with records; others are skipped. */
export const isMetadataBlock = (blockType: number): boolean => METADATA_BLOCKS.has(blockType);
