/*
 * Makes some two hundred different system calls, most of them with success, some failing on purpose: files, sockets of
 * all families, processes, threads, signals, memory, System V. It runs in the folder that it is given and leaves the
 * machine as it was. What is dangerous is called with arguments that cannot work.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALL(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

static char buffer[65536];

static void files(void)
{
	struct stat st;
	struct iovec iov[3] = {{"one ", 4}, {"two ", 4}, {"three\n", 6}};
	struct iovec in[2] = {{buffer, 5}, {buffer + 100, 9}};
	struct timespec times[2] = {{1, 2}, {3, 4}};
	struct timeval tv[2] = {{1, 2}, {3, 4}};
	uint64_t how[3] = {O_RDONLY, 0, 8};
	loff_t off = 2, off2 = 0;
	int fd, fd2, dir, p[2], i;

	fd = CALL(openat, AT_FDCWD, "file.txt", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	CALL(write, fd, "hello, file\n", 12);
	CALL(pwrite64, fd, "HELLO", 5, 3);
	CALL(writev, fd, iov, 3);
	CALL(pwritev, fd, iov, 3, 40, 0);
	CALL(pwritev2, fd, iov, 1, 60, 0, 0);
	CALL(lseek, fd, 0, SEEK_SET);
	CALL(read, fd, buffer, 10);
	CALL(read, fd, buffer, 4096);
	CALL(read, fd, buffer, 4096);
	CALL(pread64, fd, buffer, 7, 2);
	CALL(lseek, fd, 0, SEEK_SET);
	CALL(readv, fd, in, 2);
	CALL(preadv, fd, in, 2, 1, 0);
	CALL(preadv2, fd, in, 2, 1, 0, 0);
	CALL(fstat, fd, &st);
	CALL(newfstatat, AT_FDCWD, "file.txt", &st, 0);
	CALL(statx, AT_FDCWD, "file.txt", 0, 0xfff, buffer);
	CALL(fsync, fd);
	CALL(fdatasync, fd);
	CALL(sync_file_range, fd, 0, 10, 0);
	CALL(fallocate, fd, 0, 0, 4096);
	CALL(fadvise64, fd, 0, 0, 0);
	CALL(readahead, fd, 0, 10);
	CALL(ftruncate, fd, 100);
	CALL(flock, fd, 2);
	CALL(flock, fd, 8);
	CALL(fchmod, fd, 0600);
	CALL(fchown, fd, -1, -1);
	CALL(fcntl, fd, F_GETFL);
	CALL(fcntl, fd, F_SETFD, FD_CLOEXEC);
	fd2 = CALL(fcntl, fd, F_DUPFD, 20);
	CALL(close, fd2);
	fd2 = CALL(fcntl, fd, F_DUPFD_CLOEXEC, 30);
	CALL(close, fd2);
	fd2 = CALL(dup, fd);
	CALL(close, fd2);
	CALL(dup3, fd, 41, O_CLOEXEC);
	CALL(close, 41);
	CALL(close, 4711);
	CALL(fsetxattr, fd, "user.test", "v", 1, 0);
	CALL(fgetxattr, fd, "user.test", buffer, 10);
	CALL(flistxattr, fd, buffer, 100);
	CALL(fremovexattr, fd, "user.test");
	CALL(setxattr, "file.txt", "user.test", "v", 1, 0);
	CALL(getxattr, "file.txt", "user.test", buffer, 10);
	CALL(listxattr, "file.txt", buffer, 100);
	CALL(removexattr, "file.txt", "user.test");
	CALL(lgetxattr, "file.txt", "user.none", buffer, 10);
	CALL(llistxattr, "file.txt", buffer, 100);
	CALL(lsetxattr, "no/such", "user.test", "v", 1, 0);
	CALL(lremovexattr, "file.txt", "user.none");
	CALL(utimensat, AT_FDCWD, "file.txt", times, 0);
	CALL(statfs, ".", buffer);
	CALL(fstatfs, fd, buffer);
	fd2 = CALL(openat, AT_FDCWD, "copy.txt", O_WRONLY | O_CREAT | O_APPEND, 0600);
	CALL(copy_file_range, fd, &off, fd2, &off2, 10, 0);
	CALL(sendfile, fd2, fd, &off, 5);
	CALL(close, fd2);
	fd2 = CALL(openat2, AT_FDCWD, "copy.txt", how, sizeof(how));
	CALL(close, fd2);
	CALL(mkdirat, AT_FDCWD, "dir", 0755);
	dir = CALL(openat, AT_FDCWD, "dir", O_RDONLY | O_DIRECTORY);
	fd2 = CALL(openat, dir, "inner", O_RDWR | O_CREAT, 0640);
	CALL(close, fd2);
	CALL(getdents64, dir, buffer, 1000);
	CALL(faccessat, dir, "inner", R_OK);
	CALL(faccessat2, dir, "inner", R_OK, 0);
	CALL(fchmodat, dir, "inner", 0400);
	CALL(fchownat, dir, "inner", -1, -1, 0);
	CALL(linkat, dir, "inner", dir, "linked", 0);
	CALL(symlinkat, "inner", dir, "soft");
	CALL(readlinkat, dir, "soft", buffer, 100);
	CALL(renameat, dir, "linked", dir, "renamed");
	CALL(renameat2, dir, "renamed", dir, "again", 0);
	CALL(renameat2, dir, "again", dir, "inner", 1);
	CALL(unlinkat, dir, "again", 0);
	CALL(unlinkat, dir, "soft", 0);
	CALL(unlinkat, dir, "inner", 0);
	CALL(mknodat, dir, "fifo", S_IFIFO | 0600, 0);
	CALL(unlinkat, dir, "fifo", 0);
	CALL(fchdir, dir);
	CALL(getcwd, buffer, 4096);
	CALL(getcwd, buffer, 2);
	CALL(chdir, "..");
	CALL(chdir, "nowhere");
	CALL(close, dir);
	CALL(unlinkat, AT_FDCWD, "dir", AT_REMOVEDIR);
	CALL(truncate, "file.txt", 50);
	CALL(umask, 022);
	CALL(openat, AT_FDCWD, "does/not/exist", O_RDONLY);
	CALL(openat, AT_FDCWD, NULL, O_RDONLY);
	CALL(pipe2, p, O_NONBLOCK);
	CALL(write, p[1], "through the pipe", 16);
	CALL(tee, p[0], p[1], 3, SPLICE_F_NONBLOCK);
	CALL(splice, p[0], NULL, fd, NULL, 4, 0);
	CALL(vmsplice, p[1], iov, 1, 0);
	CALL(read, p[0], buffer, 100);
	CALL(read, p[0], buffer, 100);
	CALL(ioctl, p[0], 0x541B, &i);
	CALL(ioctl, fd, 0x5401, buffer);
	CALL(close, p[0]);
	CALL(close, p[1]);
#ifdef SYS_open
	fd2 = CALL(open, "old.txt", O_RDWR | O_CREAT | O_EXCL, 0611);
	CALL(close, fd2);
	CALL(open, "old.txt", O_RDWR | O_CREAT | O_EXCL, 0611);
	CALL(stat, "old.txt", &st);
	CALL(lstat, "old.txt", &st);
	CALL(stat, "nothing", &st);
	CALL(access, "old.txt", R_OK | W_OK);
	CALL(chmod, "old.txt", 0640);
	CALL(chown, "old.txt", -1, -1);
	CALL(lchown, "old.txt", -1, -1);
	CALL(link, "old.txt", "hard.txt");
	CALL(symlink, "old.txt", "soft.txt");
	CALL(readlink, "soft.txt", buffer, 100);
	CALL(rename, "hard.txt", "moved.txt");
	CALL(unlink, "moved.txt");
	CALL(unlink, "soft.txt");
	CALL(unlink, "soft.txt");
	CALL(mkdir, "olddir", 0700);
	CALL(rmdir, "olddir");
	CALL(mknod, "oldfifo", S_IFIFO | 0600, 0);
	CALL(unlink, "oldfifo");
	fd2 = CALL(creat, "created.txt", 0644);
	CALL(dup2, fd2, 50);
	CALL(close, 50);
	CALL(close, fd2);
	CALL(unlink, "created.txt");
	CALL(utime, "old.txt", NULL);
	CALL(utimes, "old.txt", tv);
	CALL(futimesat, AT_FDCWD, "old.txt", tv);
	CALL(pipe, p);
	CALL(close, p[0]);
	CALL(close, p[1]);
	dir = CALL(open, ".", O_RDONLY | O_DIRECTORY, 0);
	CALL(getdents, dir, buffer, 1000);
	CALL(close, dir);
	CALL(unlink, "old.txt");
#endif
	CALL(close, fd);
	CALL(unlinkat, AT_FDCWD, "file.txt", 0);
	CALL(unlinkat, AT_FDCWD, "copy.txt", 0);
	(void)tv;
}

static void tcp(int family)
{
	struct sockaddr_storage a;
	struct sockaddr_in *v4 = (void *)&a;
	struct sockaddr_in6 *v6 = (void *)&a;
	socklen_t len = sizeof(a);
	struct iovec iov[2] = {{"first ", 6}, {"second", 6}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	struct iovec riov = {buffer, 100};
	struct msghdr rmsg = {.msg_iov = &riov, .msg_iovlen = 1};
	struct timeval tv = {3, 5000};
	int one = 1, l, c, s, v;
	socklen_t vlen = sizeof(v);

	memset(&a, 0, sizeof(a));
	a.ss_family = family;
	if (family == AF_INET)
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		v6->sin6_addr = in6addr_loopback;
	l = CALL(socket, family, SOCK_STREAM, 0);
	CALL(setsockopt, l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (CALL(bind, l, &a, family == AF_INET ? sizeof(*v4) : sizeof(*v6)) < 0) {
		CALL(close, l);
		return;
	}
	CALL(listen, l, 7);
	CALL(getsockname, l, &a, &len);
	c = CALL(socket, family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	CALL(setsockopt, c, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	CALL(setsockopt, c, IPPROTO_TCP, 1, &one, sizeof(one));
	CALL(connect, c, &a, len);
	len = sizeof(a);
	if (family == AF_INET)
		s = CALL(accept4, l, &a, &len, SOCK_CLOEXEC);
	else
#ifdef SYS_accept
		s = CALL(accept, l, &a, &len);
#else
		s = CALL(accept4, l, &a, &len, 0);
#endif
	CALL(getpeername, c, &a, &len);
	CALL(getsockopt, c, SOL_SOCKET, SO_ERROR, &v, &vlen);
	CALL(getsockopt, c, SOL_SOCKET, SO_TYPE, &v, &vlen);
	CALL(sendto, c, "ping", 4, 0, NULL, 0);
	CALL(recvfrom, s, buffer, 100, 0, NULL, NULL);
	CALL(sendmsg, s, &msg, MSG_NOSIGNAL);
	CALL(recvmsg, c, &rmsg, 0);
	CALL(write, c, "plain", 5);
	CALL(read, s, buffer, 100);
	CALL(recvfrom, s, buffer, 100, MSG_DONTWAIT, NULL, NULL);
	CALL(shutdown, c, SHUT_WR);
	CALL(read, s, buffer, 100);
	CALL(close, s);
	CALL(close, c);
	CALL(close, l);
}

static void sockets(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "unix.sock"};
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	struct iovec iov = {"datagram", 8};
	struct mmsghdr mm[2] = {{.msg_hdr = {.msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = &iov, .msg_iovlen = 1}}};
	struct mmsghdr rm = {.msg_hdr = {.msg_iov = &(struct iovec){buffer, 100}, .msg_iovlen = 1}};
	int s, c, l, p[2];

	tcp(AF_INET);
	tcp(AF_INET6);
	s = CALL(socket, AF_INET, SOCK_DGRAM, 0);
	CALL(bind, s, &a, sizeof(a));
	len = sizeof(a);
	CALL(getsockname, s, &a, &len);
	c = CALL(socket, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	CALL(sendto, c, "udp data", 8, 0, &a, sizeof(a));
	len = sizeof(from);
	CALL(recvfrom, s, buffer, 100, 0, &from, &len);
	CALL(sendmmsg, c, mm, 1, 0);
	CALL(recvmmsg, s, &rm, 1, 0, NULL);
	CALL(connect, c, &a, sizeof(a));
	CALL(write, c, "connected", 9);
	CALL(read, s, buffer, 100);
	CALL(close, c);
	CALL(close, s);
	l = CALL(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(bind, l, &un, sizeof(un));
	CALL(listen, l, 3);
	c = CALL(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(connect, c, &un, sizeof(un));
	s = CALL(accept4, l, NULL, NULL, 0);
	CALL(write, c, "unix", 4);
	CALL(read, s, buffer, 100);
	CALL(close, s);
	CALL(close, c);
	CALL(close, l);
	CALL(unlinkat, AT_FDCWD, "unix.sock", 0);
	c = CALL(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(connect, c, &un, sizeof(un));
	CALL(close, c);
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, p);
	CALL(write, p[0], "pair", 4);
	CALL(read, p[1], buffer, 10);
	CALL(close, p[0]);
	CALL(write, p[1], "", 0);
	CALL(close, p[1]);
	s = CALL(socket, AF_NETLINK, SOCK_RAW, 0);
	CALL(bind, s, &nl, sizeof(nl));
	CALL(close, s);
	s = CALL(socket, AF_PACKET, SOCK_RAW, 0);
	CALL(close, s);
	s = CALL(socket, AF_INET, SOCK_RAW, IPPROTO_ICMP);
	CALL(close, s);
	CALL(socket, 99, SOCK_STREAM, 0);
	c = CALL(socket, AF_INET, SOCK_STREAM, 0);
	a.sin_port = htons(1);
	CALL(connect, c, &a, sizeof(a));
	CALL(close, c);
}

static void waiting(void)
{
	struct pollfd fds[2];
	struct timespec ts = {0, 1000000};
	struct timespec zero = {0, 0};
	struct epoll_event ev = {.events = EPOLLIN}, out[4];
	struct itimerspec its = {{0, 0}, {1, 0}};
	struct timeval tv = {0, 0};
	sigset_t set;
	uint64_t v = 3;
	fd_set rd;
	int p[2], e, f;

	sigemptyset(&set);
	CALL(pipe2, p, 0);
	fds[0] = (struct pollfd){p[0], POLLIN, 0};
	fds[1] = (struct pollfd){p[1], POLLOUT, 0};
	CALL(ppoll, fds, 2, &zero, &set, 8);
	CALL(ppoll, fds, 1, &ts, NULL, 8);
	e = CALL(epoll_create1, EPOLL_CLOEXEC);
	CALL(epoll_ctl, e, EPOLL_CTL_ADD, p[0], &ev);
	CALL(epoll_pwait, e, out, 4, 0, NULL, 8);
	FD_ZERO(&rd);
	FD_SET(p[0], &rd);
	CALL(pselect6, p[0] + 1, &rd, NULL, NULL, &zero, NULL);
#ifdef SYS_poll
	CALL(poll, fds, 2, 0);
	CALL(poll, NULL, 0, 1);
	CALL(epoll_wait, e, out, 4, 0);
	CALL(select, p[0] + 1, &rd, NULL, NULL, &tv);
	f = CALL(epoll_create, 5);
	CALL(close, f);
	f = CALL(eventfd, 1);
	CALL(close, f);
	f = CALL(inotify_init);
	CALL(close, f);
	f = CALL(signalfd, -1, &set, 8);
	CALL(close, f);
#endif
	CALL(close, e);
	CALL(close, p[0]);
	CALL(close, p[1]);
	f = CALL(eventfd2, 5, 0);
	CALL(write, f, &v, 8);
	CALL(read, f, &v, 8);
	CALL(close, f);
	f = CALL(timerfd_create, CLOCK_MONOTONIC, 0);
	CALL(timerfd_settime, f, 0, &its, NULL);
	CALL(timerfd_gettime, f, &its);
	CALL(close, f);
	f = CALL(signalfd4, -1, &set, 8, 0);
	CALL(close, f);
	f = CALL(inotify_init1, 0);
	e = CALL(inotify_add_watch, f, ".", 2);
	CALL(inotify_rm_watch, f, e);
	CALL(close, f);
	f = CALL(memfd_create, "memory file", 1);
	CALL(close, f);
	f = CALL(pidfd_open, getpid(), 0);
	CALL(pidfd_send_signal, f, 0, NULL, 0);
	CALL(close, f);
	CALL(close_range, 100, 110, 0);
	f = CALL(userfaultfd, O_CLOEXEC);
	if (f >= 0)
		CALL(close, f);
	CALL(nanosleep, &ts, NULL);
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL);
	CALL(clock_gettime, CLOCK_MONOTONIC, &ts);
	CALL(clock_getres, CLOCK_MONOTONIC, &ts);
	CALL(clock_settime, 99, &ts);
	CALL(gettimeofday, &tv, NULL);
	CALL(settimeofday, (void *)1, NULL);
#ifdef SYS_time
	CALL(time, NULL);
#endif
}

static void memory(void)
{
	char *m = (char *)CALL(mmap, NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char vec[8];
	char *brk0 = (char *)CALL(brk, 0);

	CALL(mprotect, m, 4096, PROT_READ);
	CALL(madvise, m, 4096, 4);
	CALL(mincore, m, 4096, vec);
	CALL(mlock, m, 4096);
	CALL(mlock2, m, 4096, 0);
	CALL(munlock, m, 4096);
	CALL(mlockall, 99);
	CALL(munlockall);
	CALL(msync, m, 4096, 4);
	m = (char *)CALL(mremap, m, 16384, 8192, 0);
	CALL(munmap, m, 8192);
	CALL(munmap, 1, 1);
	CALL(mmap, NULL, 0, 0, 0, -1, 0);
	CALL(brk, brk0 + 8192);
	CALL(brk, brk0);
	CALL(membarrier, 0, 0, 0);
	CALL(getrandom, buffer, 16, 0);
}

static void ipc(void)
{
	struct sembuf ops[2] = {{0, 1, 0}, {1, 2, IPC_NOWAIT}};
	struct {
		long type;
		char text[8];
	} m = {1, "message"};
	int id = CALL(semget, IPC_PRIVATE, 2, IPC_CREAT | 0600);
	void *at;

	CALL(semop, id, ops, 2);
	CALL(semop, id, ops, 1);
	CALL(semtimedop, id, ops, 1, NULL);
	CALL(semctl, id, 0, SETVAL, 5);
	CALL(semctl, id, 0, IPC_RMID, 0);
	id = CALL(shmget, IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	at = (void *)CALL(shmat, id, NULL, 0);
	CALL(shmdt, at);
	CALL(shmctl, id, IPC_RMID, NULL);
	id = CALL(msgget, IPC_PRIVATE, IPC_CREAT | 0600);
	CALL(msgsnd, id, &m, 8, 0);
	CALL(msgrcv, id, &m, 8, 0, 0);
	CALL(msgctl, id, IPC_RMID, NULL);
	CALL(mq_unlink, "no-such-queue");
}

static void identity(void)
{
	struct rlimit64 { uint64_t cur, max; } lim;
	uint32_t a, b, c;
	cpu_set_t cpus;
	struct sched_param sp = {0};
	timer_t t;
	struct sigevent se = {.sigev_notify = SIGEV_NONE};
	struct itimerspec its = {{0, 0}, {5, 0}};
	struct itimerval itv;

	CALL(getpid);
	CALL(gettid);
	CALL(getppid);
	CALL(getuid);
	CALL(geteuid);
	CALL(getgid);
	CALL(getegid);
	CALL(getresuid, &a, &b, &c);
	CALL(getresgid, &a, &b, &c);
	CALL(getgroups, 0, NULL);
	CALL(getpgid, 0);
	CALL(getsid, 0);
	CALL(setsid);
	CALL(setpgid, 0, 0);
	CALL(prlimit64, 0, RLIMIT_NOFILE, NULL, &lim);
	CALL(prlimit64, 0, RLIMIT_CORE, &lim, NULL);
	CALL(getrlimit, RLIMIT_NOFILE, &lim);
	CALL(setrlimit, RLIMIT_NOFILE, &lim);
	CALL(getrusage, 0, buffer);
	CALL(getpriority, 0, 0);
	CALL(setpriority, 0, 0, 1);
	CALL(sched_yield);
	CALL(sched_getaffinity, 0, sizeof(cpus), &cpus);
	CALL(sched_setaffinity, 0, sizeof(cpus), &cpus);
	CALL(sched_getscheduler, 0);
	CALL(sched_getparam, 0, &sp);
	CALL(sched_setparam, 0, &sp);
	CALL(sched_setscheduler, 0, 0, &sp);
	CALL(sched_get_priority_max, 0);
	CALL(sched_get_priority_min, 0);
	CALL(sched_rr_get_interval, 0, buffer);
	CALL(sched_getattr, 0, buffer, 48, 0);
	CALL(getcpu, &a, &b, NULL);
	CALL(uname, buffer);
	CALL(sysinfo, buffer);
	CALL(times, buffer);
	CALL(personality, 0xffffffff);
	CALL(prctl, 16, buffer, 0, 0, 0);
	CALL(capget, (uint32_t[]){0x20080522, 0}, buffer);
	CALL(timer_create, CLOCK_MONOTONIC, &se, &t);
	CALL(timer_settime, t, 0, &its, NULL);
	CALL(timer_gettime, t, &its);
	CALL(timer_getoverrun, t);
	CALL(timer_delete, t);
	CALL(getitimer, 0, &itv);
	CALL(setitimer, 0, &itv, NULL);
	CALL(ioprio_get, 1, 0);
	CALL(io_setup, 1, (unsigned long[]){1});
	CALL(io_destroy, 99);
	CALL(get_robust_list, 0, buffer, buffer + 8);
	CALL(keyctl, 0, -1, 0);
	CALL(request_key, "user", "none", NULL, -1);
	CALL(add_key, "nosuchtype", "x", NULL, 0, -1);
	CALL(setuid, getuid());
	CALL(setgid, getgid());
	CALL(setresuid, -1, -1, -1);
	CALL(setresgid, -1, -1, -1);
	CALL(setreuid, -1, -1);
	CALL(setregid, -1, -1);
	CALL(setfsuid, -1);
	CALL(setfsgid, -1);
	CALL(seccomp, 99, 0, NULL);
	CALL(bpf, 999, NULL, 0);
	CALL(chroot, "no/such/root");
	CALL(mount, "none", "no/such/dir", "tmpfs", 1, NULL);
	CALL(umount2, "no/such/dir", 2);
	CALL(pivot_root, "no/such", "no/such");
	CALL(swapon, "no/such", 0);
	CALL(swapoff, "no/such");
	CALL(acct, "no/such");
	CALL(quotactl, 0x80000700, "no/such", 0, buffer);
	CALL(init_module, NULL, 0, "");
	CALL(finit_module, -1, "", 0);
	CALL(delete_module, "nosuchmodule", O_NONBLOCK);
	CALL(setns, -1, 0);
	CALL(unshare, 0);
	CALL(sethostname, NULL, -1);
	CALL(setdomainname, NULL, -1);
	CALL(reboot, 0, 0, 0, 0);
	CALL(ptrace, 12345, 0, 0, 0);
	CALL(process_vm_readv, getpid(), NULL, 0, NULL, 0, 0);
	CALL(kcmp, getpid(), getpid(), 0, 0, 0);
	CALL(perf_event_open, NULL, 0, 0, 0, 0);
	CALL(fanotify_init, 0xffff, 0);
	CALL(name_to_handle_at, AT_FDCWD, "no/such", buffer, buffer, 0);
	CALL(open_by_handle_at, -1, buffer, 0);
#ifdef SYS_getpgrp
	CALL(getpgrp);
	CALL(alarm, 0);
	CALL(arch_prctl, 0x1003, buffer);
	CALL(iopl, 0);
#endif
}

static volatile int caught;
static void on_signal(int sig) { caught = sig; }

static void signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	struct timespec ts = {0, 1000};
	sigset_t set;
	stack_t ss;

	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGRTMIN + 3, &sa, NULL);
	CALL(kill, getpid(), SIGUSR1);
	CALL(tkill, getpid(), SIGUSR1);
	CALL(tgkill, getpid(), getpid(), SIGUSR1);
	CALL(kill, getpid(), 0);
	CALL(kill, 999999999, 0);
	sigemptyset(&set);
	CALL(rt_sigprocmask, 0, &set, NULL, 8);
	CALL(rt_sigpending, &set, 8);
	CALL(rt_sigtimedwait, &set, NULL, &ts, 8);
	CALL(sigaltstack, NULL, &ss);
}

static uint32_t word;
static void *thread(void *arg)
{
	(void)arg;
	CALL(getpid);
	CALL(futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
	CALL(openat, AT_FDCWD, "/dev/null", O_RDONLY);
	return NULL;
}

static void processes(const char *self)
{
	char *args[] = {(char *)self, "exec", "second argument", NULL};
	char *env[] = {"BURIN_TEST=1", NULL};
	uint64_t clone_args[11] = {[4] = SIGCHLD};
	pthread_t t;
	int status;
	long pid;

	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	CALL(futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0);
	pid = CALL(clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		CALL(exit_group, 3);
	CALL(wait4, pid, &status, 0, NULL);
	pid = CALL(clone3, clone_args, sizeof(clone_args));
	if (!pid) {
		CALL(execve, "/no/such/program", args, env);
		CALL(execve, self, args, env);
		CALL(exit, 1);
	}
	CALL(waitid, P_PID, pid, NULL, WEXITED, NULL);
#ifdef SYS_fork
	pid = CALL(fork);
	if (!pid)
		CALL(kill, getpid(), SIGKILL);
	CALL(wait4, pid, &status, 0, NULL);
#endif
	pid = vfork();
	if (!pid)
		_exit(0);
	CALL(wait4, pid, &status, 0, NULL);
	pid = CALL(clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		CALL(execveat, AT_FDCWD, self, args, env, 0);
		CALL(exit, 1);
	}
	CALL(wait4, pid, &status, 0, NULL);
	CALL(wait4, -1, &status, 0, NULL);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "exec"))
		return 0;
	if (argc > 1 && chdir(argv[1]))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	files();
	sockets();
	waiting();
	memory();
	ipc();
	identity();
	signals();
	processes(argv[0]);
	return 0;
}
