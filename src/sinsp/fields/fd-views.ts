/** What is said of a descriptor: its kind in words, the ends of its socket, its name in printable form. */
import type { EventCursor } from '../event.js';
import type { Name, Names } from '../names.js';
import { EF, FD_TYPE, FD_TYPES } from '../schema/index.js';
import { type FdInfo, ROLE_NONE } from '../state/fd-info.js';
import type { State } from '../state/state.js';
import type { ThreadInfo } from '../state/thread-info.js';
import { codesWhere } from './define.js';

/** Events that make, use or end a descriptor. */
export const FD_EVENTS = codesWhere((info) => (info.flags & (EF.CREATES_FD | EF.USES_FD | EF.DESTROYS_FD)) !== 0);

/** The descriptor of an event, or of the last event of its thread that had one; null when it is not known. */
export function fdOf(state: State, event: EventCursor): FdInfo | null {
  const { thread } = event;
  if (thread === null || FD_EVENTS[event.type] === 0) return null;
  return event.fd ?? state.getFd(thread, thread.lastFd);
}

export const fdTypeWord = (fd: FdInfo): string => FD_TYPES[fd.type]?.word ?? '<NA>';
export const fdTypeLetter = (fd: FdInfo): string => FD_TYPES[fd.type]?.letter ?? '?';

const ofTypes = (...types: number[]): Uint8Array => {
  const table = new Uint8Array(256);
  for (const type of types) table[type] = 1;
  return table;
};
/** By FD_TYPE: 1 for the kinds of the table's name. */
export const IS_FILE = ofTypes(FD_TYPE.FILE, FD_TYPE.FILE_V2);
export const IS_CONNECTION = ofTypes(FD_TYPE.IPV4_SOCK, FD_TYPE.IPV6_SOCK);
export const IS_LISTENER = ofTypes(FD_TYPE.IPV4_SERVSOCK, FD_TYPE.IPV6_SERVSOCK);
export const IS_IP = ofTypes(FD_TYPE.IPV4_SOCK, FD_TYPE.IPV6_SOCK, FD_TYPE.IPV4_SERVSOCK, FD_TYPE.IPV6_SERVSOCK);
export const IS_V6 = ofTypes(FD_TYPE.IPV6_SOCK, FD_TYPE.IPV6_SERVSOCK);

/** Ends of a socket as FdInfo stores them. A listening socket has its address at the destination only. */
export const NO_END = 0;
export const SOURCE = 1;
export const DEST = 2;

/** Chooses one end of an IP socket. */
export type PickEnd = (state: State, fd: FdInfo, thread: ThreadInfo | null) => number;

/** The end that opened the connection. */
export const clientEnd: PickEnd = (_, fd) => (fd.role !== ROLE_NONE && IS_CONNECTION[fd.type] === 1 ? SOURCE : NO_END);
/** The end that was connected to. */
export const serverEnd: PickEnd = (_, fd) =>
  fd.role !== ROLE_NONE && (IS_CONNECTION[fd.type] === 1 || IS_LISTENER[fd.type] === 1) ? DEST : NO_END;
/** The same for ports, which listening sockets have whatever is known of their role. */
export const serverPortEnd: PickEnd = (_, fd) =>
  (fd.role !== ROLE_NONE && IS_CONNECTION[fd.type] === 1) || IS_LISTENER[fd.type] === 1 ? DEST : NO_END;
/** The end on the traced machine. */
export const localEnd: PickEnd = (state, fd, thread) => {
  if (fd.role === ROLE_NONE || IS_CONNECTION[fd.type] === 0) return NO_END;
  return isLocal(state, fd, SOURCE, thread) ? SOURCE : DEST;
};
/** The other end. */
export const remoteEnd: PickEnd = (state, fd, thread) => {
  const end = localEnd(state, fd, thread);
  return end === NO_END ? NO_END : end === SOURCE ? DEST : SOURCE;
};

/** What a socket has that is neither bound nor connected. */
export const NO_ADDRESS: Uint8Array = new Uint8Array(16);

/** The address of an end is one of the machine's own, or of the thread's container. */
export function isLocal(state: State, fd: FdInfo, end: number, thread: ThreadInfo | null): boolean {
  if (IS_V6[fd.type] === 1) {
    const address = end === SOURCE ? fd.sip6 : fd.dip6;
    return state.isLocalAddress6(address ?? NO_ADDRESS, thread);
  }
  return state.isLocalAddress4((end === SOURCE ? fd.sip : fd.dip) >>> 0, thread);
}

/**
 * Makes names printable: bytes outside printable ASCII are left out. What was found is remembered by the name's id:
 * nearly all names are fine as they are.
 */
export function printableNames(names: Names): (name: Name) => Name {
  let base = names.firstId;
  let clean = new Uint8Array(1024);
  return (name) => {
    if (names.firstId !== base) {
      base = names.firstId;
      clean = new Uint8Array(1024);
    }
    const slot = name.id - base;
    if (slot >= 0 && slot < clean.length && clean[slot] === 1) return name;
    const { bytes, offset, length } = name;
    let i = offset;
    const end = offset + length;
    while (i < end && bytes[i]! >= 0x20 && bytes[i]! < 0x7f) i++;
    if (i < end) return names.internText(printableText(name.text));
    if (slot >= 0) {
      if (slot >= clean.length) {
        const larger = new Uint8Array(Math.max(slot + 1, clean.length * 2));
        larger.set(clean);
        clean = larger;
      }
      clean[slot] = 1;
    }
    return name;
  };
}

/** A text without the bytes outside printable ASCII. */
export function printableText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '');
}
