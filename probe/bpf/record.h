/*
 * What the probe writes into a ring and the addon reads from it. Shared by C (BPF) and C++.
 *
 * A record is a fixed head, then either nothing, or the six raw system call arguments, or the arguments and a list of
 * pieces: raw bytes copied from user or kernel memory. Turning pieces into event parameters is the addon's work, so
 * that the traced program pays only for the copying.
 */
#ifndef BURIN_RECORD_H
#define BURIN_RECORD_H

#define BURIN_NR_SYSCALLS 512
/* Numbers of the events that are no system calls; they share the table of rows with the calls. */
#define BURIN_NR_SWITCH 512
#define BURIN_NR_PROCEXIT 513
#define BURIN_NR_SIGNAL 514
#define BURIN_NR_FAULT_USER 515
#define BURIN_NR_FAULT_KERNEL 516
#define BURIN_NR_TOTAL 520

/* burin_head.flags */
#define BURIN_EXIT 1     /* exit side of a system call */
#define BURIN_ARGS 2     /* arg[6] follows */
#define BURIN_PIECES 4   /* pieces follow the arguments */
#define BURIN_COMPAT 8   /* a 32-bit call, its number already translated */

struct burin_head {
	unsigned long long ts; /* CLOCK_MONOTONIC, ns */
	unsigned int tid;      /* as the kernel counts, outside of every pid namespace */
	unsigned short nr;
	unsigned char flags;
	unsigned char npieces;
	long long ret; /* exit side; the pid for events that are no calls */
};

struct burin_record {
	struct burin_head head;
	unsigned long long arg[6];
};

/* A piece: this, then len bytes, then zero to seven bytes of padding. */
struct burin_piece {
	unsigned int len;   /* BURIN_MISSING: could not be read */
	unsigned int total; /* gathered buffers: the sum of their sizes */
};
#define BURIN_MISSING 0xffffffffu

struct burin_fileinfo {
	unsigned long long ino;
	unsigned int dev; /* kernel form: major << 20 | minor */
	unsigned int mode;
	unsigned int flags;
	unsigned int pad;
};

struct burin_sockinfo {
	unsigned long long sk, peer;
	unsigned int backlog, max_backlog;
	unsigned short family, type, proto;
	unsigned short lport; /* host order */
	unsigned short rport; /* network order */
	unsigned short pathlen;
	unsigned char state, pad[3];
	unsigned char laddr[16], raddr[16];
	char path[112]; /* unix: own name, or the peer's when it has none */
};

struct burin_vminfo {
	unsigned long long total, rss, swap; /* pages */
};

struct burin_taskinfo {
	long long tid, pid, ptid, vtid, vpid, vpgid, pgid, sid;
	unsigned long long fdlimit, majflt, minflt;
	unsigned long long vm_total, vm_rss, vm_swap;
	unsigned int uid, gid, euid, egid, fsuid, fsgid;
	unsigned int loginuid, tty; /* tty: major << 20 | minor, 0 for none */
	unsigned long long cap_inheritable, cap_permitted, cap_effective;
	unsigned long long exe_ino, exe_ctime, exe_mtime;
	unsigned int exe_uid, exe_gid, exe_mode, exe_nlink;
	unsigned int exe_sb_flags, exe_magic;
	unsigned long long exe_upper; /* overlay: not 0 for a file of the upper layer */
	char comm[16];
};

/* Capture operations of a row; each yields one piece unless said otherwise. x, y, z are operands. */
enum burin_op {
	BURIN_OP_NONE = 0,
	BURIN_OP_STR,      /* string at arg x */
	BURIN_OP_MEM,      /* z bytes at arg x */
	BURIN_OP_BUF,      /* data buffer at arg x, length from y, up to the snaplen */
	BURIN_OP_OPT,      /* buffer at arg x, length from y (BURIN_DEREF: u32 at arg y - 16), up to 256 bytes */
	BURIN_OP_ARRAY,    /* arg y elements of z bytes at arg x, up to 2048 bytes */
	BURIN_OP_ADDR,     /* socket address at arg x, length from y (as BURIN_OP_OPT) */
	BURIN_OP_FILE,     /* struct burin_fileinfo of descriptor x */
	BURIN_OP_SOCK,     /* struct burin_sockinfo of descriptor x */
	BURIN_OP_IOV,      /* gathered buffers: iovec at arg x, count arg y; z: cut to the return value */
	BURIN_OP_MSG,      /* struct msghdr at arg x: the address, then the gathered buffers; z as above: two pieces */
	BURIN_OP_VM,       /* struct burin_vminfo of the current task */
	BURIN_OP_TASK,     /* struct burin_taskinfo, arguments, environment (if x), five cgroup paths (if z) */
};

/* Operands that name a source: 0..5 an argument, 15 the return value, 16..21 the u32 that argument n - 16 points to. */
#define BURIN_SRC_RET 15
#define BURIN_SRC_DEREF 16

#define BURIN_MAX_OPS 4

/* burin_row.kind */
#define BURIN_KIND_HEAD 0 /* head only */
#define BURIN_KIND_ARGS 1
#define BURIN_KIND_OPS 2
#define BURIN_KIND_TASK 3

struct burin_row {
	unsigned char kind;
	unsigned char nops;
	unsigned char pad[2];
	unsigned char ops[BURIN_MAX_OPS][4]; /* op, x, y, z */
};

/* Written by the addon at any time, read by the probe at every event. */
struct burin_settings {
	unsigned int self;     /* kernel's tgid of the consumer, never reported */
	unsigned int snaplen;
	unsigned int on;       /* 0: report nothing */
	unsigned int follow;   /* 1: report only processes in the map of followed ones, and their children */
	unsigned int select;   /* BURIN_SELECT_: only these processes, besides events that are always wanted; 0: all */
	unsigned int fds;      /* kinds of descriptors that calls with BURIN_WANT_FD are wanted for, by BURIN_FD_ bits */
	unsigned int helper;   /* kernel's tgid of the consumer's helper process, never reported; 0: none */
	unsigned int overflow; /* set by the probe: a thread took another name and could not be remembered */
	unsigned char wanted[BURIN_NR_TOTAL]; /* BURIN_WANT_ bits */
};
#define BURIN_WANT_ENTER 1
#define BURIN_WANT_EXIT 2
#define BURIN_WANT_ALWAYS 4 /* changes what is known of processes and descriptors: wanted of every process */
#define BURIN_WANT_FD 8     /* works on the descriptor in its first argument, and on no other */

#define BURIN_SELECT_IDS 1
#define BURIN_SELECT_NAMES 2
/* Values in the map of selected ids. */
#define BURIN_SELECTED_PID 1
#define BURIN_SELECTED_TID 2

#define BURIN_FD_NO_SOCKET 1
#define BURIN_FD_INET 2
#define BURIN_FD_UNIX 4
#define BURIN_FD_OTHER 8
#define BURIN_FD_ANY 15

/*
 * Each CPU has two rings. One of the kernel's ring buffers takes records of every kind. An own ring takes those of fixed
 * size of the system call hooks, where stores keep their order (x86): a CPU is the only one that writes into it, so this
 * takes no lock and no atomic instruction. It consists of chunks, and no record begins in the last bytes of a chunk, where
 * the largest one would not fit. What finds it full goes into the ring buffer.
 */
#if defined(__TARGET_ARCH_x86) || defined(__x86_64__)
#define BURIN_OWN_RING 1
#else
#define BURIN_OWN_RING 0
#endif
#define BURIN_CHUNK 16384
#define BURIN_CHUNK_LAST (BURIN_CHUNK - sizeof(struct burin_record))

/* Who writes: indexes into the counters. */
#define BURIN_BY_ENTER 0
#define BURIN_BY_EXIT 1
#define BURIN_BY_OTHER 2

/* burin_cpu.writing */
#define BURIN_GATHERING 1 /* the scratch buffer is in use */
#define BURIN_WRITING 2   /* a record has its time, and is not in its ring yet */

/*
 * One per CPU. Positions count bytes from the start and only grow. What the probe writes and what the addon writes are in
 * different pairs of cache lines.
 */
struct burin_cpu {
	unsigned long long committed; /* the own ring's end; a record is there before this counts it */
	unsigned long long limit;     /* no record may begin here or behind, as far as the probe knows */
	unsigned long long last;      /* time of the newest record of a system call */
	unsigned int first_chunk;     /* of the own ring; this and the next are set by the addon before the start */
	unsigned int chunks;          /* a power of two; 0: no own ring */
	unsigned int writing[2];      /* what the hooks of system calls are at: BURIN_GATHERING, BURIN_WRITING or nothing */
	/* By BURIN_BY_: wanted events; those dropped as there was no room; those handed to the ring buffer. */
	unsigned long long seen[3], full[3], submitted[3];
	unsigned long long copy;      /* a piece could not be copied; the event was delivered without it */
	unsigned long long cut;       /* a piece left out because the record was too large */
	unsigned long long consumed;  /* the own ring's start; written by the addon */
	unsigned long long pad[15];
} __attribute__((aligned(128)));

#endif
