/**
 * Process lists, versions 1 to 9. Each version added fields; version 9 also gave each entry a length, behind whose known
 * part later writers appended two different sets of fields under the same version number.
 */
import type { BlockReader } from './block-reader.js';
import { readEntries } from './list-entries.js';
import type { MetadataVisitor, ProcessRecord } from './records.js';

/** Longest program name, program, path, working directory, root. */
const TEXT_LIMIT = 1024;
/** Longest arguments, environment, control groups. */
const LIST_LIMIT = 4096;

/**
 * Optional fields of older version 9 writers: login user, writable flag, three sets of capabilities. An entry that has no
 * more than this behind its common fields is theirs; newer writers always append more.
 */
const OLD_TAIL_SIZE = 4 + 1 + 3 * 8;

export function readProcessList(reader: BlockReader, version: number, visitor: MetadataVisitor): void {
  readEntries(reader, version >= 9, true, 'a process entry', visitor, () => {
    const record = readCommon(reader, version);
    if (version >= 9) {
      if (reader.left <= OLD_TAIL_SIZE) readOldTail(reader, record);
      else readNewTail(reader, record);
    }
    visitor.process?.(record);
    return true;
  });
}

function readCommon(reader: BlockReader, version: number): ProcessRecord {
  const what = 'a process entry';
  const record: ProcessRecord = {
    tid: reader.i64(what),
    pid: reader.i64(what),
    ptid: reader.i64(what),
    sid: version >= 6 ? reader.i64(what) : -1,
    vpgid: version >= 8 ? reader.i64(what) : -1,
    pgid: -1,
    vtid: -1,
    vpid: -1,
    comm: reader.str16(TEXT_LIMIT, 'a program name'),
    exe: reader.str16(TEXT_LIMIT, 'a program'),
    exepath: version >= 7 ? reader.str16(TEXT_LIMIT, 'a program path') : '',
    args: reader.str16(LIST_LIMIT, 'a list of arguments'),
    env: '',
    cgroups: '',
    cwd: reader.str16(TEXT_LIMIT, 'a working directory'),
    root: '',
    fdlimit: reader.i64(what),
    flags: reader.u32(what),
    uid: reader.u32(what),
    gid: reader.u32(what),
    loginuid: 0xffff_ffff,
    vmsizeKb: 0,
    vmrssKb: 0,
    vmswapKb: 0,
    pfmajor: 0,
    pfminor: 0,
    tty: 0,
    pidnsInitStart: 0n,
    exeWritable: false,
    exeUpperLayer: false,
    exeLowerLayer: false,
    exeFromMemfd: false,
    exeIno: 0,
    exeInoCtime: 0n,
    exeInoMtime: 0n,
    capInheritable: 0n,
    capPermitted: 0n,
    capEffective: 0n,
  };
  if (version >= 2) {
    record.vmsizeKb = reader.u32(what);
    record.vmrssKb = reader.u32(what);
    record.vmswapKb = reader.u32(what);
    record.pfmajor = reader.u64(what);
    record.pfminor = reader.u64(what);
  }
  if (version >= 3) record.env = reader.str16(LIST_LIMIT, 'an environment');
  if (version >= 4) {
    record.vtid = reader.i64(what);
    record.vpid = reader.i64(what);
    record.cgroups = reader.str16(LIST_LIMIT, 'a list of control groups');
  }
  if (version >= 5) record.root = reader.str16(TEXT_LIMIT, 'a root directory');
  return record;
}

/** Each field is there as long as the entry's length leaves room for it; the first that is not ends the entry. */
function readOldTail(reader: BlockReader, record: ProcessRecord): void {
  const what = 'a process entry';
  if (reader.left < 4) return;
  record.loginuid = reader.u32(what);
  if (reader.left < 1) return;
  record.exeWritable = reader.u8(what) !== 0;
  if (reader.left < 8) return;
  record.capInheritable = reader.big64(what);
  if (reader.left < 8) return;
  record.capPermitted = reader.big64(what);
  if (reader.left < 8) return;
  record.capEffective = reader.big64(what);
}

function readNewTail(reader: BlockReader, record: ProcessRecord): void {
  const what = 'a process entry';
  if (reader.left < 8) return;
  record.pidnsInitStart = reader.big64(what);
  if (reader.left < 4) return;
  record.tty = reader.u32(what);
  if (reader.left < 4) return;
  record.loginuid = reader.u32(what);
  if (reader.left < 1) return;
  record.exeWritable = reader.u8(what) !== 0;
  if (reader.left < 8) return;
  record.capInheritable = reader.big64(what);
  if (reader.left < 8) return;
  record.capPermitted = reader.big64(what);
  if (reader.left < 8) return;
  record.capEffective = reader.big64(what);
  if (reader.left < 1) return;
  record.exeUpperLayer = reader.u8(what) !== 0;
  if (reader.left < 8) return;
  record.exeIno = reader.u64(what);
  if (reader.left < 8) return;
  record.exeInoCtime = reader.big64(what);
  if (reader.left < 8) return;
  record.exeInoMtime = reader.big64(what);
  if (reader.left < 1) return;
  record.exeFromMemfd = reader.u8(what) !== 0;
  if (reader.left < 1) return;
  record.exeLowerLayer = reader.u8(what) !== 0;
  if (reader.left < 8) return;
  record.pgid = reader.i64(what);
}
