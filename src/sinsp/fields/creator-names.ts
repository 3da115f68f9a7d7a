/**
 * Names of descriptors that a call should have made and did not: a failed open still tells which file it was about.
 */
import type { EventCursor } from '../event.js';
import { ByteWriter } from '../format/byte-writer.js';
import { ParamRenderer } from '../format/params.js';
import type { Name } from '../names.js';
import { EVENT_COUNT, PPME } from '../schema/index.js';
import { joinPath, PathBuffer } from '../state/paths.js';
import type { State } from '../state/state.js';
import type { FieldContext } from './field.js';

const AT_FDCWD = -100;
const SLASH = 0x2f;

/** Exit events whose parameter 1 names what they make. */
const NAMED_BY_PARAM_1 = new Set<number>([
  PPME.SYSCALL_OPEN_X,
  PPME.SYSCALL_CREAT_X,
  PPME.SOCKET_ACCEPT_X,
  PPME.SOCKET_ACCEPT_5_X,
  PPME.SOCKET_ACCEPT4_X,
  PPME.SOCKET_ACCEPT4_5_X,
  PPME.SOCKET_ACCEPT4_6_X,
  PPME.SOCKET_CONNECT_X,
]);

/** The same with a directory, or a file handle. */
const NAMED_BY_DIRECTORY = new Set<number>([
  PPME.SYSCALL_OPENAT_X,
  PPME.SYSCALL_OPENAT_2_X,
  PPME.SYSCALL_OPENAT2_X,
  PPME.SYSCALL_OPEN_BY_HANDLE_AT_X,
]);

/** By event code: 1 for exit events that name what they make, or would have made. */
export const NAMES_FD = Uint8Array.from({ length: EVENT_COUNT }, (_, type) =>
  NAMED_BY_PARAM_1.has(type) || NAMED_BY_DIRECTORY.has(type) ? 1 : 0,
);

/**
 * Makes the reader of such names. It answers undefined for enter events, and the empty name for exit events that name
 * nothing.
 */
export function creatorNames(context: FieldContext): (event: EventCursor) => Name | undefined {
  const { state } = context.inspector;
  const scratch = new ByteWriter(null, 1024);
  const renderer = new ParamRenderer(context);
  const path = new PathBuffer();

  return (event) => {
    const { type } = event;
    if ((type & 1) === 0) return undefined;
    if (NAMED_BY_PARAM_1.has(type)) {
      scratch.length = 0;
      if (!renderer.writeResolved(event, 1, scratch)) {
        scratch.length = 0;
        renderer.writeRaw(event, 1, scratch);
      }
      return state.names.intern(scratch.bytes, 0, scratch.length);
    }
    switch (type) {
      case PPME.SYSCALL_OPENAT_X: {
        const stored = event.thread === null ? null : state.storedOf(event.thread);
        if (stored === null || stored.type !== PPME.SYSCALL_OPENAT_E) return undefined;
        const at = stored.paramOffset(0);
        const dirFd = stored.view.getInt32(at, true);
        const from = stored.paramOffset(1);
        return join(state, event, path, dirFd, stored.bytes, from, stored.paramTextEnd(1), stored.paramLength(1));
      }
      case PPME.SYSCALL_OPENAT_2_X:
      case PPME.SYSCALL_OPENAT2_X: {
        const end = event.paramTextEnd(2);
        if (end < 0) return undefined;
        const dirFd = event.paramInt64(1);
        return join(state, event, path, dirFd, event.bytes, event.paramOffsets[2]!, end, event.paramLengths[2]!);
      }
      case PPME.SYSCALL_OPEN_BY_HANDLE_AT_X: {
        const end = event.paramTextEnd(3);
        return end < 0 ? undefined : state.names.intern(event.bytes, event.paramOffsets[3]!, end);
      }
      default:
        return state.names.empty;
    }
  };
}

function join(
  state: State,
  event: EventCursor,
  path: PathBuffer,
  dirFd: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  size: number,
): Name {
  const { thread } = event;
  if (bytes[from] === SLASH || thread === null) {
    joinPath(path, state.names.empty, bytes, from, to, size);
  } else if (dirFd === AT_FDCWD) {
    joinPath(path, state.mainThread(thread).cwd, bytes, from, to, size);
  } else {
    const directory = state.fdTable(thread).get(dirFd);
    if (directory === undefined) joinPath(path, state.names.internText('<UNKNOWN>'), bytes, from, to, size);
    else path.join(state.fdName(directory), true, bytes, from, to, size);
  }
  return state.names.intern(path.bytes, path.offset, path.offset + path.length);
}
