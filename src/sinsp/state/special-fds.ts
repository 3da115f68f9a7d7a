/** Pipes and descriptors without a file: eventfd, signalfd, timerfd, inotify, epoll, memfd, pidfd, io_uring, ... */
import type { EventCursor } from '../event.js';
import { FD_TYPE } from '../schema/index.js';
import type { Handler } from './handlers.js';
import type { State } from './state.js';

/** The first parameter is the new descriptor; there is nothing else to know. */
const plain =
  (type: number): Handler =>
  (state, event) => {
    const num = event.paramInt64(0);
    if (event.thread !== null && num >= 0) state.addPlainFd(event, event.thread, num, type);
  };

export const eventfdExit = plain(FD_TYPE.EVENT);
export const signalfdExit = plain(FD_TYPE.SIGNALFD);
export const timerfdExit = plain(FD_TYPE.TIMERFD);
export const inotifyExit = plain(FD_TYPE.INOTIFY);
export const epollExit = plain(FD_TYPE.EVENTPOLL);
export const ioUringExit = plain(FD_TYPE.IO_URING);
export const bpfExit = plain(FD_TYPE.BPF);

/** pipe, pipe2: two ends with one inode number. The second one becomes the event's. */
export function pipeExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  if (thread === null || !(event.paramInt64(0) >= 0)) return;
  const ino = event.paramUint64(3, 0);
  for (let index = 1; index <= 2; index++) {
    const num = event.paramInt64(index);
    if (!Number.isNaN(num)) state.addPlainFd(event, thread, num, FD_TYPE.FIFO).ino = ino;
  }
}

export function memfdExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  const fd = state.addPlainFd(event, thread, num, FD_TYPE.MEMFD);
  fd.rename(state.nameParam(event, 1));
  fd.openFlags = event.paramUint32(2, 0);
}

/** Named after the process it refers to, as far as a path can say it. */
export function pidfdExit(state: State, event: EventCursor): void {
  const thread = event.thread;
  const num = event.paramInt64(0);
  if (thread === null || !(num >= 0)) return;
  const fd = state.addPlainFd(event, thread, num, FD_TYPE.PIDFD);
  fd.pid = event.paramInt64(1, 0);
  fd.openFlags = event.paramUint32(2, 0);
  fd.rename(state.names.internText(`/proc/${fd.pid}`));
}
