/**
 * How each system call becomes an event: what the probe copies on the way in and out, and how the addon makes the
 * event's parameters of it. One row a call; a call without a row becomes a generic event that carries its number.
 *
 * A row is `name event | enter copies | enter parameters | exit copies | exit parameters`. The event is named without
 * its `_E`/`_X`. Parameters are in the order of the schema, written as:
 *
 * - `aN` argument N, `ret` the return value, `0` a constant
 * - `sN` copied piece N as a string, `bN` as bytes
 * - `qN.O` `dN.O` `wN.O` the u64, u32 or u16 at byte O of piece N; zero when the piece is missing. `qN.O!` and so on:
 *   all ones when it is missing
 * - `map:VALUE` a value translated from the kernel's to the capture's numbering; `map:VALUE,K` with argument K to help
 * - `@emit:N` a parameter of its own form, made from the pieces from N on; `@emit:N,K` with argument K to help
 *
 * Copies, separated by `;`, each one piece: `str N`, `mem N SIZE`, `buf N LEN`, `opt N LEN`, `arr N COUNT SIZE`,
 * `addr N LEN`, `file FD`, `sock FD`, `iov N COUNT [cut]`, `msg N [cut]` (two pieces), `vm`, `task` (eight pieces: task,
 * arguments, environment, five cgroups). LEN and FD are `ret`, `aN`, or `*N`: the 32 bits that argument N points to.
 */
export const recipes = `
read SYSCALL_READ | - | a0 a2 | buf 1 ret | ret b0
write SYSCALL_WRITE | - | a0 a2 | buf 1 a2 | ret b0
open SYSCALL_OPEN | str 0 | s0 open:a1 openmode:a2,1 | str 0; file ret | ret s0 open:a1 openmode:a2,1 dev:d1.8
close SYSCALL_CLOSE | - | a0 | - | ret
stat SYSCALL_STAT | - | | str 0 | ret s0
fstat SYSCALL_FSTAT | - | a0 | - | ret
lstat SYSCALL_LSTAT | - | | str 0 | ret s0
poll SYSCALL_POLL | arr 0 a1 8 | @pollin:0 i32:a2 | arr 0 a1 8 | ret @pollout:0
lseek SYSCALL_LSEEK | - | a0 a1 a2 | - | ret
mmap SYSCALL_MMAP | - | a0 a1 prot:a2 mmap:a3 a4 a5 | vm | ret kb:q0.0 kb:q0.8 kb:q0.16
mprotect SYSCALL_MPROTECT | - | a0 a1 prot:a2 | - | ret
munmap SYSCALL_MUNMAP | - | a0 a1 | vm | ret kb:q0.0 kb:q0.8 kb:q0.16
brk SYSCALL_BRK_4 | - | a0 | vm | ret kb:q0.0 kb:q0.8 kb:q0.16
ioctl SYSCALL_IOCTL_3 | - | a0 a1 a2 | - | ret
pread64 SYSCALL_PREAD | - | a0 a2 a3 | buf 1 ret | ret b0
pwrite64 SYSCALL_PWRITE | - | a0 a2 a3 | buf 1 a2 | ret b0
readv SYSCALL_READV | - | a0 | iov 1 2 cut | ret total:0 b0
writev SYSCALL_WRITEV | iov 1 2 | a0 total:0 | iov 1 2 | ret b0
access SYSCALL_ACCESS | - | access:a1 | str 0 | ret s0
pipe SYSCALL_PIPE | - | | mem 0 8; file *0 | ret fd:d0.0 fd:d0.4 q1.0
select SYSCALL_SELECT | - | | - | ret
dup SYSCALL_DUP | - | a0 | - | ret
dup2 SYSCALL_DUP | - | a0 | - | ret
dup3 SYSCALL_DUP | - | a0 | - | ret
nanosleep SYSCALL_NANOSLEEP | mem 0 16 | @time:0 | - | ret
sendfile SYSCALL_SENDFILE | mem 2 8 | a0 a1 q0.0 a3 | mem 2 8 | ret q0.0
socket SOCKET_SOCKET | - | a0 a1 a2 | - | ret
connect SOCKET_CONNECT | addr 1 a2 | a0 @address:0 | addr 1 a2; sock a0 | ret @outgoing:0
accept SOCKET_ACCEPT_5 | - | | sock ret; sock a0 | ret @accepted:0 @queuepct:1 @queuelen:1 @queuemax:1
accept4 SOCKET_ACCEPT4_5 | - | 0 | sock ret; sock a0 | ret @accepted:0 @queuepct:1 @queuelen:1 @queuemax:1
sendto SOCKET_SENDTO | addr 4 a5; sock a0 | a0 a2 @addressed:0 | buf 1 ret | ret b0
recvfrom SOCKET_RECVFROM | - | a0 a2 | addr 4 *5; sock a0; buf 1 ret | ret b2 @incoming:0
sendmsg SOCKET_SENDMSG | msg 1; sock a0 | a0 total:1 @messaged:0 | msg 1 cut | ret b1
recvmsg SOCKET_RECVMSG | - | a0 | msg 1 cut; sock a0 | ret total:1 b1 @received:0
sendmmsg SOCKET_SENDMMSG | - | | - |
recvmmsg SOCKET_RECVMMSG | - | | - |
getsockname SOCKET_GETSOCKNAME | - | | - |
getpeername SOCKET_GETPEERNAME | - | | - |
shutdown SOCKET_SHUTDOWN | - | a0 a1 | - | ret
bind SOCKET_BIND | - | a0 | addr 1 a2 | ret @address:0
listen SOCKET_LISTEN | - | a0 a1 | - | ret
socketpair SOCKET_SOCKETPAIR | - | a0 a1 a2 | mem 3 8; sock *3 | ret fd:d0.0 fd:d0.4 q1.0 q1.8
setsockopt SOCKET_SETSOCKOPT | - | | opt 3 a4 | ret a0 sollevel:a1 sockopt:a2,1 @sockopt:0,1 a4
getsockopt SOCKET_GETSOCKOPT | - | | opt 3 *4; mem 4 4 | ret a0 sollevel:a1 sockopt:a2,1 @sockopt:0,1 d1.0
clone SYSCALL_CLONE_20 | - | | task | @clone
fork SYSCALL_FORK_20 | - | | task | @clone
vfork SYSCALL_VFORK_20 | - | | task | @clone
clone3 SYSCALL_CLONE3 | - | | task; mem 0 8 | @clone
execve SYSCALL_EXECVE_19 | str 0 | s0 | task 1 | @exec
execveat SYSCALL_EXECVEAT | str 1 | a0 s0 execveat:a4 | task 2 | @exec
kill SYSCALL_KILL | - | a0 a1 | - | ret
tkill SYSCALL_TKILL | - | a0 a1 | - | ret
tgkill SYSCALL_TGKILL | - | a0 a1 a2 | - | ret
semget SYSCALL_SEMGET | - | a0 a1 semget:a2 | - | ret
semop SYSCALL_SEMOP | - | a0 | mem 1 12 | ret a2 w0.0 w0.2 semop:w0.4 @second:0,0 @second:0,1 @second:0,2
semctl SYSCALL_SEMCTL | - | a0 a1 semctl:a2 semval:a3,2 | - | ret
fcntl SYSCALL_FCNTL | - | a0 fcntl:a1 | - | ret
flock SYSCALL_FLOCK | - | a0 flock:a1 | - | ret
getdents SYSCALL_GETDENTS | - | a0 | - | ret
getdents64 SYSCALL_GETDENTS64 | - | a0 | - | ret
getcwd SYSCALL_GETCWD | - | | str 0 | ret @ifok:0
chdir SYSCALL_CHDIR | - | | str 0 | ret s0
fchdir SYSCALL_FCHDIR | - | a0 | - | ret
rename SYSCALL_RENAME | - | | str 0; str 1 | ret s0 s1
renameat SYSCALL_RENAMEAT | - | | str 1; str 3 | ret a0 s0 a2 s1
renameat2 SYSCALL_RENAMEAT2 | - | | str 1; str 3 | ret a0 s0 a2 s1 a4
mkdir SYSCALL_MKDIR_2 | - | a1 | str 0 | ret s0
mkdirat SYSCALL_MKDIRAT | - | | str 1 | ret a0 s0 a2
rmdir SYSCALL_RMDIR_2 | - | | str 0 | ret s0
creat SYSCALL_CREAT | str 0 | s0 mode:a1 | str 0; file ret | ret s0 mode:a1 dev:d1.8
link SYSCALL_LINK_2 | - | | str 0; str 1 | ret s0 s1
linkat SYSCALL_LINKAT_2 | - | | str 1; str 3 | ret a0 s0 a2 s1 a4
unlink SYSCALL_UNLINK_2 | - | | str 0 | ret s0
unlinkat SYSCALL_UNLINKAT_2 | - | | str 1 | ret a0 s0 a2
symlink SYSCALL_SYMLINK | - | | str 0; str 1 | ret s0 s1
symlinkat SYSCALL_SYMLINKAT | - | | str 0; str 2 | ret s0 a1 s1
chmod SYSCALL_CHMOD | - | | str 0 | ret s0 mode:a1
fchmod SYSCALL_FCHMOD | - | | - | ret a0 mode:a1
fchmodat SYSCALL_FCHMODAT | - | | str 1 | ret a0 s0 mode:a2
getrlimit SYSCALL_GETRLIMIT | - | rlimit:a0 | mem 1 16 | ret q0.0! q0.8!
setrlimit SYSCALL_SETRLIMIT | - | rlimit:a0 | mem 1 16 | ret q0.0! q0.8!
prlimit64 SYSCALL_PRLIMIT | - | a0 rlimit:a1 | mem 2 16; mem 3 16 | ret q0.0! q0.8! q1.0! q1.8!
ptrace SYSCALL_PTRACE | - | ptrace:a0 a1 | mem 3 8 | ret @ptraceaddr:0 @ptracedata:0
getuid SYSCALL_GETUID | - | | - | ret
getgid SYSCALL_GETGID | - | | - | ret
geteuid SYSCALL_GETEUID | - | | - | ret
getegid SYSCALL_GETEGID | - | | - | ret
setuid SYSCALL_SETUID | - | a0 | - | ret
setgid SYSCALL_SETGID | - | a0 | - | ret
setresuid SYSCALL_SETRESUID | - | a0 a1 a2 | - | ret
setresgid SYSCALL_SETRESGID | - | a0 a1 a2 | - | ret
getresuid SYSCALL_GETRESUID | - | | mem 0 4; mem 1 4; mem 2 4 | ret d0.0 d1.0 d2.0
getresgid SYSCALL_GETRESGID | - | | mem 0 4; mem 1 4; mem 2 4 | ret d0.0 d1.0 d2.0
setpgid SYSCALL_SETPGID | - | a0 a1 | - | ret
setsid SYSCALL_SETSID | - | | - | ret
chroot SYSCALL_CHROOT | - | | str 0 | ret s0
mount SYSCALL_MOUNT | - | mount:a3 | str 0; str 1; str 2 | ret s0 s1 s2
umount2 SYSCALL_UMOUNT | - | a1 | str 0 | ret s0
quotactl SYSCALL_QUOTACTL | - | quotacmd:a0 quotatype:a0 @quotaid @quotafmt | str 1; mem 3 72; str 3 | ret s0 @quotafile:2 @quotadq:1
futex SYSCALL_FUTEX | - | a0 a1 u32:a2 | - | ret
epoll_wait SYSCALL_EPOLLWAIT | - | i32:a2 | - | ret
inotify_init SYSCALL_INOTIFY_INIT | - | 0 | - | ret
inotify_init1 SYSCALL_INOTIFY_INIT | - | 0 | - | ret
openat SYSCALL_OPENAT_2 | str 1 | a0 s0 open:a2 openmode:a3,2 | str 1; file ret | ret a0 s0 open:a2 openmode:a3,2 dev:d1.8
openat2 SYSCALL_OPENAT2 | str 1; mem 2 24 | a0 s0 open:q1.0 mode:q1.8 resolve:q1.16 | str 1; mem 2 24 | ret a0 s0 open:q1.0 mode:q1.8 resolve:q1.16
ppoll SYSCALL_PPOLL | arr 0 a1 8; mem 2 16; mem 3 8 | @pollin:0 @time:1 d2.0 | arr 0 a1 8 | ret @pollout:0
unshare SYSCALL_UNSHARE | - | clone:a0 | - | ret
setns SYSCALL_SETNS | - | a0 clone:a1 | - | ret
splice SYSCALL_SPLICE | - | a0 a2 a4 a5 | - | ret
signalfd SYSCALL_SIGNALFD | - | a0 0 0 | - | ret
signalfd4 SYSCALL_SIGNALFD | - | a0 0 0 | - | ret
timerfd_create SYSCALL_TIMERFD_CREATE | - | 0 0 | - | ret
eventfd SYSCALL_EVENTFD | - | u32:a0 0 | - | ret
eventfd2 SYSCALL_EVENTFD | - | u32:a0 0 | - | ret
pipe2 SYSCALL_PIPE | - | | mem 0 8; file *0 | ret fd:d0.0 fd:d0.4 q1.0
preadv SYSCALL_PREADV | - | a0 a3 | iov 1 2 cut | ret total:0 b0
pwritev SYSCALL_PWRITEV | iov 1 2 | a0 total:0 a3 | iov 1 2 | ret b0
seccomp SYSCALL_SECCOMP | - | a0 | - | ret
bpf SYSCALL_BPF | - | i32:a0 | - | @bpf
userfaultfd SYSCALL_USERFAULTFD | - | | - | ret open:a0
copy_file_range SYSCALL_COPY_FILE_RANGE | mem 1 8 | a0 q0.0 a4 | mem 3 8 | ret a2 q0.0
memfd_create SYSCALL_MEMFD_CREATE | - | | str 0 | ret s0 a1
mlock2 SYSCALL_MLOCK2 | - | | - | ret a0 a1 a2
io_uring_setup SYSCALL_IO_URING_SETUP | - | | mem 1 40 | ret a0 d0.0 d0.4 iosetup:d0.8 d0.12 d0.16 d0.20
io_uring_enter SYSCALL_IO_URING_ENTER | - | | mem 4 8 | ret a0 a1 a2 a3 d0.0
io_uring_register SYSCALL_IO_URING_REGISTER | - | | - | ret a0 a1 a2 a3
pidfd_open SYSCALL_PIDFD_OPEN | - | | - | ret a0 pidfd:a1
close_range SYSCALL_CLOSE_RANGE | - | | - | ret a0 a1 closerange:a2
pidfd_getfd SYSCALL_PIDFD_GETFD | - | | - | ret a0 a1 a2
`;

/** Events that are no system calls: name, its number in the probe's table, the event's code name, parameters. */
export const otherEvents = `
switch 512 SCHEDSWITCH_6_E | a0 a1 a2 kb:a3 kb:a4 kb:a5
procexit 513 PROCEXIT_1_E | i32:a0 exitstatus:a0 exitsig:a0 exitcore:a0
signaldeliver 514 SIGNALDELIVER_E | a0 a1 a2
page_fault_user 515 PAGE_FAULT_E | a0 a1 fault:a2
page_fault_kernel 516 PAGE_FAULT_E | a0 a1 fault:a2
`;

/** Calls that work on the descriptor in their first argument, on no other, and change nothing that is known of it. */
export const descriptorCalls =
  'read write pread64 pwrite64 readv writev preadv pwritev fstat lseek ioctl flock getdents getdents64';
