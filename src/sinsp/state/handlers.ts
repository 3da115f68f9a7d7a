/**
 * Which function changes the state for which event: a table by event code. A handler may read the cursor, must not keep
 * anything of it, and finds event.thread and event.fd as `begin` left them (either may be null).
 */
import type { EventCursor } from '../event.js';
import { EVENT_COUNT, EVENTS } from '../schema/index.js';
import { cloneExit } from './clone.js';
import { containerEvent, containerJson } from './container-events.js';
import { chdirExit, chrootExit, fchdirExit, getcwdExit } from './cwd.js';
import {
  closeEnter,
  closeExit,
  closeRangeExit,
  dupExit,
  fcntlEnter,
  fcntlExit,
  pidfdGetfdExit,
} from './descriptors.js';
import { execExit } from './exec.js';
import { capsetExit, setgidExit, setpgidExit, setresgidExit, setresuidExit, setsidExit, setuidExit } from './ids.js';
import { memoryExit, switchEnter } from './memory.js';
import { creatExit, openatExit, openatOldExit, openByHandleExit, openExit } from './open.js';
import { threadExit, unshareExit } from './process.js';
import { getrlimitExit, prlimitExit } from './rlimits.js';
import { getsockoptExit, receiveExit, sendExit, streamExit } from './socket-data.js';
import { acceptExit, bindExit, connectEnter, connectExit, sendtoEnter, socketExit, socketpairExit } from './sockets.js';
import {
  bpfExit,
  epollExit,
  eventfdExit,
  inotifyExit,
  ioUringExit,
  memfdExit,
  pidfdExit,
  pipeExit,
  signalfdExit,
  timerfdExit,
} from './special-fds.js';
import type { State } from './state.js';
import { writeEnter } from './tracers.js';
import { groupEvent, userEvent } from './users.js';

export type Handler = (state: State, event: EventCursor) => void;

/** Keeps the event for its exit. */
export const store: Handler = (state, event) => state.storeEnter(event);

/** By symbolic name; a name without version stands for all versions: `SYSCALL_CLONE` is also `SYSCALL_CLONE_20`. */
const BY_NAME: Record<string, Handler> = {
  SYSCALL_OPEN_E: store,
  SYSCALL_OPEN_X: openExit,
  SYSCALL_CREAT_E: store,
  SYSCALL_CREAT_X: creatExit,
  SYSCALL_OPENAT_E: store,
  SYSCALL_OPENAT_X: openatOldExit,
  SYSCALL_OPENAT_2_E: store,
  SYSCALL_OPENAT_2_X: openatExit,
  SYSCALL_OPENAT2_E: store,
  SYSCALL_OPENAT2_X: openatExit,
  SYSCALL_OPEN_BY_HANDLE_AT_X: openByHandleExit,

  SYSCALL_CLOSE_E: closeEnter,
  SYSCALL_CLOSE_X: closeExit,
  SYSCALL_CLOSE_RANGE_X: closeRangeExit,
  SYSCALL_DUP_X: dupExit,
  SYSCALL_DUP_1_X: dupExit,
  SYSCALL_DUP2_X: dupExit,
  SYSCALL_DUP3_X: dupExit,
  SYSCALL_FCNTL_E: fcntlEnter,
  SYSCALL_FCNTL_X: fcntlExit,
  SYSCALL_PIDFD_GETFD_X: pidfdGetfdExit,

  SYSCALL_PIPE_X: pipeExit,
  SYSCALL_PIPE2_X: pipeExit,
  SYSCALL_EVENTFD_E: store,
  SYSCALL_EVENTFD_X: eventfdExit,
  SYSCALL_EVENTFD2_X: eventfdExit,
  SYSCALL_SIGNALFD_X: signalfdExit,
  SYSCALL_SIGNALFD4_X: signalfdExit,
  SYSCALL_TIMERFD_CREATE_X: timerfdExit,
  SYSCALL_INOTIFY_INIT_X: inotifyExit,
  SYSCALL_INOTIFY_INIT1_X: inotifyExit,
  SYSCALL_EPOLL_CREATE_X: epollExit,
  SYSCALL_EPOLL_CREATE1_X: epollExit,
  SYSCALL_MEMFD_CREATE_X: memfdExit,
  SYSCALL_PIDFD_OPEN_X: pidfdExit,
  SYSCALL_IO_URING_SETUP_X: ioUringExit,
  SYSCALL_BPF_2_X: bpfExit,

  SOCKET_SOCKET_E: store,
  SOCKET_SOCKET_X: socketExit,
  SOCKET_SOCKETPAIR_X: socketpairExit,
  SOCKET_BIND_X: bindExit,
  SOCKET_CONNECT_E: connectEnter,
  SOCKET_CONNECT_X: connectExit,
  SOCKET_ACCEPT_X: acceptExit,
  SOCKET_ACCEPT_5_X: acceptExit,
  SOCKET_ACCEPT4_X: acceptExit,
  SOCKET_ACCEPT4_5_X: acceptExit,
  SOCKET_ACCEPT4_6_X: acceptExit,
  SOCKET_SHUTDOWN_E: store,
  SOCKET_SENDTO_E: sendtoEnter,
  SOCKET_SENDTO_X: sendExit,
  SOCKET_SENDMSG_E: store,
  SOCKET_SENDMSG_X: sendExit,
  SOCKET_SENDMMSG_X: sendExit,
  SOCKET_RECVFROM_X: receiveExit,
  SOCKET_RECVMSG_X: receiveExit,
  SOCKET_RECVMMSG_X: receiveExit,
  SOCKET_SEND_X: sendExit,
  SOCKET_RECV_X: receiveExit,
  SOCKET_GETSOCKOPT_X: getsockoptExit,
  SYSCALL_READ_X: streamExit,
  SYSCALL_WRITE_E: writeEnter,
  SYSCALL_WRITE_X: streamExit,
  SYSCALL_READV_X: streamExit,
  SYSCALL_WRITEV_X: streamExit,
  SYSCALL_PREAD_X: streamExit,
  SYSCALL_PWRITE_X: streamExit,
  SYSCALL_PREADV_X: streamExit,
  SYSCALL_PWRITEV_X: streamExit,
  SYSCALL_SENDFILE_E: store,

  SYSCALL_CHDIR_E: store,
  SYSCALL_CHDIR_X: chdirExit,
  SYSCALL_FCHDIR_E: store,
  SYSCALL_FCHDIR_X: fchdirExit,
  SYSCALL_GETCWD_X: getcwdExit,
  SYSCALL_CHROOT_X: chrootExit,

  SYSCALL_SETRESUID_E: store,
  SYSCALL_SETRESUID_X: setresuidExit,
  SYSCALL_SETREUID_X: setresuidExit,
  SYSCALL_SETRESGID_E: store,
  SYSCALL_SETRESGID_X: setresgidExit,
  SYSCALL_SETREGID_X: setresgidExit,
  SYSCALL_SETUID_E: store,
  SYSCALL_SETUID_X: setuidExit,
  SYSCALL_SETGID_E: store,
  SYSCALL_SETGID_X: setgidExit,
  SYSCALL_SETPGID_E: store,
  SYSCALL_SETPGID_X: setpgidExit,
  SYSCALL_SETSID_X: setsidExit,
  SYSCALL_CAPSET_X: capsetExit,
  SYSCALL_UNSHARE_X: unshareExit,
  SYSCALL_SETNS_X: unshareExit,

  SYSCALL_GETRLIMIT_E: store,
  SYSCALL_GETRLIMIT_X: getrlimitExit,
  SYSCALL_SETRLIMIT_E: store,
  SYSCALL_SETRLIMIT_X: getrlimitExit,
  SYSCALL_PRLIMIT_E: store,
  SYSCALL_PRLIMIT_X: prlimitExit,

  SYSCALL_BRK_4_X: memoryExit,
  SYSCALL_MMAP_X: memoryExit,
  SYSCALL_MMAP2_X: memoryExit,
  SYSCALL_MUNMAP_X: memoryExit,
  SCHEDSWITCH_6_E: switchEnter,

  SYSCALL_EXECVE_18_E: store,
  SYSCALL_EXECVE_19_E: store,
  SYSCALL_EXECVEAT_E: store,
  PROCEXIT_E: threadExit,
  PROCEXIT_1_E: threadExit,

  CONTAINER_E: containerEvent,
  CONTAINER_JSON_E: containerJson,
  CONTAINER_JSON_2_E: containerJson,
  ASYNCEVENT_E: containerJson,
  USER_ADDED_E: userEvent,
  USER_DELETED_E: userEvent,
  GROUP_ADDED_E: groupEvent,
  GROUP_DELETED_E: groupEvent,
};

function handlerOf(enumName: string): Handler | null {
  if (/^SYSCALL_(CLONE|CLONE3|FORK|VFORK)(_\d+)?_X$/.test(enumName)) return cloneExit;
  if (/^SYSCALL_(EXECVE_\d+|EXECVEAT)_X$/.test(enumName)) return execExit;
  return BY_NAME[enumName] ?? null;
}

/** The handler of each event code; null where an event changes nothing. */
export const HANDLERS: readonly (Handler | null)[] = Array.from({ length: EVENT_COUNT }, (_, type) =>
  handlerOf(EVENTS[type]!.enumName),
);
