/**
 * Metadata blocks of a capture as records: machine, interfaces, users and groups, threads, descriptors, in every
 * version that was ever written. What is unknown is skipped and reported; what does not add up is damage.
 */
import { BlockReader } from './block-reader.js';
import { readEntries } from './list-entries.js';
import { readFdList } from './metadata-fds.js';
import { readProcessList } from './metadata-processes.js';
import type { MetadataVisitor } from './records.js';

export { MetadataDamage } from './block-reader.js';

/** Names, home directories and shells are shorter than this. */
const USER_TEXT_LIMIT = 255;

/** Version of the process list by block type; see metadata-processes.ts. */
const PROCESS_LIST_VERSIONS: ReadonlyMap<number, number> = new Map([
  [0x202, 1],
  [0x8000abcd, 1],
  [0x207, 2],
  [0x8013abcd, 2],
  [0x209, 3],
  [0x8014abcd, 3],
  [0x210, 4],
  [0x211, 5],
  [0x212, 6],
  [0x213, 7],
  [0x214, 8],
  [0x215, 9],
]);

/**
 * Reads one block and hands its records to the visitor. `offset` is that of the block's 8-byte header in `bytes`,
 * `length` the block's total length. Returns false for a block type without records (unknown, or a section header).
 * Throws MetadataDamage; the records before the damage have been handed over.
 */
export function readMetadataBlock(
  bytes: Uint8Array,
  view: DataView,
  blockType: number,
  offset: number,
  length: number,
  visitor: MetadataVisitor,
): boolean {
  const reader = new BlockReader(bytes, view, offset + 8, offset + length - 4);
  const version = PROCESS_LIST_VERSIONS.get(blockType);
  if (version !== undefined) {
    readProcessList(reader, version, visitor);
    return true;
  }
  switch (blockType) {
    case 0x201:
    case 0x8002abcd:
      readMachine(reader, visitor);
      return true;
    case 0x203:
    case 0x8001abcd:
      readFdList(reader, 1, visitor);
      return true;
    case 0x218:
      readFdList(reader, 2, visitor);
      return true;
    case 0x205:
    case 0x8011abcd:
      readInterfaces(reader, 1, visitor);
      return true;
    case 0x219:
      readInterfaces(reader, 2, visitor);
      return true;
    case 0x206:
    case 0x8012abcd:
      readUsers(reader, 1, visitor);
      return true;
    case 0x220:
      readUsers(reader, 2, visitor);
      return true;
    default:
      return false;
  }
}

function readMachine(reader: BlockReader, visitor: MetadataVisitor): void {
  const record = {
    numCpus: reader.u32('the machine info'),
    memorySizeBytes: reader.u64('the machine info'),
    maxPid: reader.u64('the machine info'),
    hostname: reader.padded(128, 'the machine info'),
    bootTs: reader.left >= 8 ? reader.big64('the machine info') : 0n,
    flags: reader.left >= 8 ? reader.big64('the machine info') : 0n,
  };
  visitor.machine?.(record);
}

function readInterfaces(reader: BlockReader, version: 1 | 2, visitor: MetadataVisitor): void {
  const what = 'an interface entry';
  readEntries(reader, version === 2, false, what, visitor, () => {
    const type = reader.u16(what);
    if (type < 1 || type > 4) return false;
    const nameLength = reader.u16(what);
    const family = type === 1 || type === 3 ? 4 : 6;
    const size = family === 4 ? 4 : 16;
    const address = reader.copy(size, what);
    const netmask = reader.copy(size, what);
    const broadcast = reader.copy(size, what);
    const linkSpeed = type <= 2 ? reader.u64(what) : 0;
    const name = reader.text(nameLength, what);
    visitor.interface?.({ family, name, address, netmask, broadcast, linkSpeed });
    return true;
  });
}

function readUsers(reader: BlockReader, version: 1 | 2, visitor: MetadataVisitor): void {
  const what = 'a user entry';
  readEntries(reader, version === 2, true, what, visitor, () => {
    if (reader.u8(what) === 0) {
      const uid = reader.u32(what);
      const gid = reader.u32(what);
      const name = reader.str16(USER_TEXT_LIMIT, 'a user name');
      const homedir = reader.str16(USER_TEXT_LIMIT, 'a home directory');
      const shell = reader.str16(USER_TEXT_LIMIT, 'a login shell');
      visitor.user?.({ uid, gid, name, homedir, shell });
    } else {
      const gid = reader.u32(what);
      visitor.group?.({ gid, name: reader.str16(USER_TEXT_LIMIT, 'a group name') });
    }
    return true;
  });
}
