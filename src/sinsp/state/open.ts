/** open, creat, openat, openat2, open_by_handle_at: a file or directory with its whole path. */
import type { EventCursor } from '../event.js';
import type { Name } from '../names.js';
import { FD_TYPE, PPME } from '../schema/index.js';
import { FdInfo, MARKS_MAYBE, takesMarks } from './fd-info.js';
import type { State } from './state.js';
import type { StoredEnter } from './stored-enter.js';
import type { ThreadInfo } from './thread-info.js';

const O_DIRECTORY = 1 << 10;
/** Bits that the kernel side adds in the exit event: created by this call, file of an upper or lower overlay layer. */
const ADDED_FLAGS = (1 << 14) | (1 << 15) | (1 << 16);
const AT_FDCWD = -100;
const SLASH = 0x2f;

/** The path and flags of the open under way: of the exit event, or of the enter event, which cannot be raced. */
const opened: { bytes: Uint8Array; from: number; to: number; size: number; flags: number } = {
  bytes: new Uint8Array(0),
  from: 0,
  to: 0,
  size: 0,
  flags: 0,
};

function fromExit(event: EventCursor, name: number, flags: number): void {
  opened.bytes = event.bytes;
  opened.size = event.paramLength(name);
  opened.to = Math.max(event.paramTextEnd(name), 0);
  opened.from = opened.size === 0 ? opened.to : event.paramOffsets[name]!;
  opened.flags = flags < 0 ? 0 : event.paramUint32(flags, 0);
}

/** Takes the enter event's values if it has a name; true when it did. */
function fromEnter(enter: StoredEnter | null, name: number, flags: number, added: number): boolean {
  if (enter === null) return false;
  const size = enter.paramLength(name);
  if (size === 0) return false;
  const from = enter.paramOffset(name);
  const to = enter.paramTextEnd(name);
  if (isNull(enter.bytes, from, to)) return false;
  opened.bytes = enter.bytes;
  opened.from = from;
  opened.to = to;
  opened.size = size;
  opened.flags = (flags < 0 ? 0 : enter.uint32(flags)) | (added & ADDED_FLAGS);
  return true;
}

/** The text `(NULL)`, which the kernel side writes for a null pointer. */
function isNull(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from === 6 &&
    bytes[from] === 0x28 &&
    bytes[from + 1] === 0x4e &&
    bytes[from + 2] === 0x55 &&
    bytes[from + 3] === 0x4c &&
    bytes[from + 4] === 0x4c &&
    bytes[from + 5] === 0x29
  );
}

const isAbsolute = (bytes: Uint8Array, from: number, to: number): boolean => to > from && bytes[from] === SLASH;

/** The full path of what a call names by a directory descriptor and a path, whose parameter is `size` bytes long. */
export function pathAt(
  state: State,
  event: EventCursor,
  thread: ThreadInfo,
  dirfd: number,
  path: Name,
  size: number,
): Name {
  const { pathNames } = state;
  if (path.length > 0 && path.bytes[path.offset] === SLASH) return pathNames.join(state.names.empty, false, path, size);
  if (dirfd === AT_FDCWD) return pathNames.join(state.cwdOf(thread), false, path, size);
  // The descriptor's record becomes the event's.
  const directory = state.getFd(thread, dirfd);
  event.fd = directory;
  return directory === null
    ? pathNames.join(state.unknownDir, false, path, size)
    : pathNames.join(state.fdName(directory), true, path, size);
}

/** FD_TYPE of what was opened with these flags. */
export const openedType = (flags: number): number =>
  (flags & O_DIRECTORY) !== 0 ? FD_TYPE.DIRECTORY : FD_TYPE.FILE_V2;

/** The path that was opened, as it was given. */
const rawName = (state: State): Name => state.names.intern(opened.bytes, opened.from, opened.to);

/** Adds the descriptor of what was opened. */
function addFile(
  state: State,
  event: EventCursor,
  thread: ThreadInfo,
  num: number,
  rawName: Name,
  name: Name,
  dev: number,
  ino: number,
): void {
  const fd = new FdInfo();
  fd.type = openedType(opened.flags);
  fd.openFlags = opened.flags;
  fd.dev = dev;
  fd.ino = ino;
  fd.rawName = rawName;
  fd.rename(name);
  if (takesMarks(name)) fd.marks = MARKS_MAYBE;
  state.addFd(event, thread, num, fd);
  state.noteOpen(thread);
}

export function openExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  if (!fromEnter(state.enterOf(event), 0, 1, event.paramUint32(2, 0))) fromExit(event, 1, 2);
  const path = rawName(state);
  const name = state.pathNames.join(state.cwdOf(thread), false, path, opened.size);
  addFile(state, event, thread, num, path, name, event.paramUint32(4, 0), event.paramUint64(5, 0));
}

export function creatExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  // Layers are told in bits of their own here.
  const added = (event.paramUint32(5, 0) & 3) << 15;
  if (!fromEnter(state.enterOf(event), 0, -1, added)) {
    fromExit(event, 1, -1);
    opened.flags = added;
  }
  const path = rawName(state);
  const name = state.pathNames.join(state.cwdOf(thread), false, path, opened.size);
  addFile(state, event, thread, num, path, name, event.paramUint32(3, 0), event.paramUint64(4, 0));
}

/** The first version of openat: everything is in the enter event. */
export function openatOldExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const enter = state.enterOf(event);
  const num = event.paramInt64(0);
  if (thread === null || enter === null || !fromEnter(enter, 1, 2, 0)) return;
  const path = rawName(state);
  const name = pathAt(state, event, thread, enter.int64(0), path, opened.size);
  if (num >= 0) addFile(state, event, thread, num, path, name, 0, 0);
}

/** openat and openat2. A failed one leaves the directory's record attached to the event. */
export function openatExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null) return;
  const num = event.paramInt64(0);
  let dirfd = event.paramInt64(1);
  const enter = state.enterOf(event);
  if (fromEnter(enter, 1, 2, event.paramUint32(3, 0))) dirfd = enter!.int64(0);
  else fromExit(event, 2, 3);
  if (!(num >= 0)) {
    if (dirfd >= 0 && !isAbsolute(opened.bytes, opened.from, opened.to)) event.fd = state.getFd(thread, dirfd);
    return;
  }
  const path = rawName(state);
  const name = pathAt(state, event, thread, dirfd, path, opened.size);
  const at = event.type === PPME.SYSCALL_OPENAT_2_X ? 5 : 6;
  addFile(state, event, thread, num, path, name, event.paramUint32(at, 0), event.paramUint64(at + 1, 0));
}

/** The event has the whole path. */
export function openByHandleExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  fromExit(event, 3, 2);
  const path = rawName(state);
  const name = state.pathNames.join(state.names.empty, false, path, opened.size);
  addFile(state, event, thread, num, path, name, event.paramUint32(4, 0), event.paramUint64(5, 0));
}
