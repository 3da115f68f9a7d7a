/**
 * Mends the state after events were lost, with what /proc says now. Threads and descriptors that are as they were known stay the
 * same records, because events, fields and chisels may remember something of them.
 */
import type { EventSource } from '../../capture/event-source.js';
import { FD_TYPE } from '../schema/index.js';
import { State } from './state.js';
import type { ThreadInfo } from './thread-info.js';

/** Kinds of descriptors whose names tell whether it is still the same one. */
const NAMED: ReadonlySet<number> = new Set([
  FD_TYPE.FILE_V2,
  FD_TYPE.FILE,
  FD_TYPE.DIRECTORY,
  FD_TYPE.IPV4_SOCK,
  FD_TYPE.IPV6_SOCK,
  FD_TYPE.IPV4_SERVSOCK,
  FD_TYPE.IPV6_SERVSOCK,
]);

/** @param blocks process list and FD list blocks of all processes, back to back. Throws MetadataDamage. */
export function refreshState(state: State, blocks: Uint8Array): void {
  const now = new State({ ...state.options, ignoreUsers: true });
  loadBlocks(now, blocks);
  now.headerComplete();
  state.removeScheduled();
  // Where /proc hides processes, those that are not in it need not be gone.
  if (now.threads.has(1)) {
    for (const tid of [...state.threads.keys()]) if (!now.threads.has(tid)) state.removeThread(tid, true);
  }
  for (const thread of now.threads.values()) {
    const known = state.threads.get(thread.tid);
    if (known === undefined || known.placeholder || known.pid !== thread.pid) {
      if (known !== undefined) state.removeThread(thread.tid, true);
      addThread(state, thread);
    } else {
      if (!sameProgram(known, thread)) copyProgram(state, known, thread);
      refreshDescriptors(state, known, now, thread);
    }
  }
}

/** Adds the threads of these blocks that are not known yet, with their descriptors. Throws MetadataDamage. */
export function addUnknownThreads(state: State, blocks: Uint8Array): void {
  const now = new State({ ...state.options, ignoreUsers: true });
  loadBlocks(now, blocks);
  now.headerComplete();
  for (const thread of now.threads.values()) if (!state.threads.has(thread.tid)) addThread(state, thread);
}

/** Loads blocks that lie back to back. */
function loadBlocks(state: State, blocks: Uint8Array): void {
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  const source = { name: 'proc', window: blocks, windowOffset: 0 } as unknown as EventSource;
  for (let at = 0; at < blocks.length; ) {
    const length = view.getUint32(at + 4, true);
    state.loadBlock(source, view.getUint32(at, true), at, length);
    at += length;
  }
}

function addThread(state: State, thread: ThreadInfo): void {
  copyProgram(state, thread, thread);
  for (const fd of thread.fds.values()) if (fd.name !== null) fd.name = state.names.internText(fd.name.text);
  thread.main = null;
  thread.nchilds = 0;
  state.resolveContainer(thread);
  state.addThread(thread, true);
}

const sameProgram = (a: ThreadInfo, b: ThreadInfo): boolean =>
  a.comm.text === b.comm.text && a.exe.text === b.exe.text && a.args === b.args && a.uid === b.uid;

/** What an exec changes, with names of this state. */
function copyProgram(state: State, to: ThreadInfo, from: ThreadInfo): void {
  const own = (name: ThreadInfo['comm']) => state.names.internText(name.text);
  to.comm = own(from.comm);
  to.exe = own(from.exe);
  to.exepath = own(from.exepath);
  to.cwd = own(from.cwd);
  to.root = own(from.root);
  to.args = from.args;
  to.env = from.env;
  to.uid = from.uid;
  to.gid = from.gid;
  state.programChanged(to);
}

function refreshDescriptors(state: State, known: ThreadInfo, now: State, thread: ThreadInfo): void {
  // A process whose descriptors must not be read has none here.
  if (thread.fds.size === 0) return;
  for (const [num] of [...known.fds.entries()]) if (!thread.fds.has(num)) known.fds.delete(num);
  for (const [num, fd] of thread.fds.entries()) {
    const old = known.fds.get(num);
    const same = old !== undefined && old.type === fd.type;
    if (same && (!NAMED.has(fd.type) || state.fdName(old).text === now.fdName(fd).text)) continue;
    if (fd.name !== null) fd.name = state.names.internText(fd.name.text);
    known.fds.set(num, fd);
  }
}
