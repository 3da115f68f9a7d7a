/**
 * Descriptor lists, versions 1 and 2 (whose entries begin with their length). The payload follows from the type of the
 * descriptor; in version 2 an unknown type can be passed over.
 */
import type { BlockReader } from './block-reader.js';
import { readEntries } from './list-entries.js';
import type { FdRecord, MetadataVisitor } from './records.js';

const NAME_LIMIT = 1023;

/** FD types with a payload of their own; all others up to the last known one have a name. */
const IPV4 = 3;
const IPV6 = 4;
const IPV4_SERVER = 5;
const IPV6_SERVER = 6;
const UNIX = 8;
const FILE_V2 = 16;
/** pidfd, the newest type. */
const LAST_KNOWN = 21;

export function readFdList(reader: BlockReader, version: 1 | 2, visitor: MetadataVisitor): void {
  const tid = reader.i64('a descriptor list');
  readEntries(reader, version === 2, true, 'a descriptor entry', visitor, () => {
    const what = 'a descriptor entry';
    const record = newRecord(reader.i64(what), reader.u64(what), reader.u8(what));
    const known = readPayload(reader, record, version);
    if (known || version === 2) visitor.fd?.(tid, record);
    return known;
  });
}

function newRecord(fd: number, ino: number, type: number): FdRecord {
  return {
    fd,
    type,
    ino,
    name: '',
    openFlags: 0,
    dev: 0,
    sip: 0,
    dip: 0,
    sip6: null,
    dip6: null,
    sport: 0,
    dport: 0,
    l4proto: 0,
    unixSourceHigh: 0,
    unixSourceLow: 0,
    unixDestHigh: 0,
    unixDestLow: 0,
  };
}

/** False when the type is unknown, and so the payload's length. */
function readPayload(reader: BlockReader, record: FdRecord, version: 1 | 2): boolean {
  const what = 'a descriptor entry';
  switch (record.type) {
    case IPV4:
      record.sip = reader.u32(what);
      record.dip = reader.u32(what);
      record.sport = reader.u16(what);
      record.dport = reader.u16(what);
      record.l4proto = reader.u8(what);
      return true;
    case IPV6:
      record.sip6 = reader.copy(16, what);
      record.dip6 = reader.copy(16, what);
      record.sport = reader.u16(what);
      record.dport = reader.u16(what);
      record.l4proto = reader.u8(what);
      return true;
    case IPV4_SERVER:
      record.dip = reader.u32(what);
      record.dport = reader.u16(what);
      record.l4proto = reader.u8(what);
      return true;
    case IPV6_SERVER:
      record.dip6 = reader.copy(16, what);
      record.dport = reader.u16(what);
      record.l4proto = reader.u8(what);
      return true;
    case UNIX:
      record.unixSourceLow = reader.u32(what);
      record.unixSourceHigh = reader.u32(what);
      record.unixDestLow = reader.u32(what);
      record.unixDestHigh = reader.u32(what);
      record.name = reader.str16(NAME_LIMIT, 'a socket name');
      return true;
    case FILE_V2:
      record.openFlags = reader.u32(what);
      record.name = reader.str16(NAME_LIMIT, 'a file name');
      if (version === 2 && reader.left >= 4) record.dev = reader.u32(what);
      return true;
    default:
      if (record.type === 0) return true;
      if (record.type > LAST_KNOWN) {
        record.name = `unknown-type:[${record.type}]`;
        return false;
      }
      record.name = reader.str16(NAME_LIMIT, 'a descriptor name');
      return true;
  }
}
