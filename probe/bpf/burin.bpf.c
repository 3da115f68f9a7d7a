/*
 * The probe: system calls, process exits, context switches, signals and page faults, written raw into rings, two per CPU:
 * one of our own and one of the kernel's (see record.h).
 *
 * Invariants: an event that nobody wants costs two comparisons and a table lookup; room in a ring is reserved only for
 * wanted events; a full ring loses the event and counts it, and never makes the traced program wait; what an event
 * means is not known here (see record.h and the table of rows).
 *
 * System call hooks do not nest on a CPU: they run with preemption disabled, so each CPU has one scratch buffer and one
 * own ring that only they use. Should a kernel let one be preempted, as some newer than 7.0 do, it does not run the same
 * hook there once more before that one has ended, and the other one sees by `writing` that it must keep its hands off.
 * The other hooks write records of fixed size into the kernel's ring buffer.
 */
#include "kernel.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "record.h"
#include "rows.h"

#define MAX_CPUS 1024
#define STRING_MAX 4096
#define IOV_MAX 512
#define IOV_COPIED 16
#define ARGV_MAX 64
#define CGROUP_DEPTH 16
#define OVERLAYFS_MAGIC 0x794c7630
/* The scratch buffer: pieces start below PIECES_END and are at most 65535 bytes. */
#define POSITION_MASK 0xffff
#define PIECES_END 0xf000

/* Keeps the compiler from dropping a bound that the verifier needs to see. */
#define OPAQUE(x) asm volatile("" : "+r"(x))
/* Keeps the compiler from moving stores across; a processor on which that is not enough has no own rings. */
#define barrier() asm volatile("" ::: "memory")

struct scratch {
	__u64 pos; /* where the next piece goes, in data; a multiple of 8 */
	__u64 kn;  /* last cgroup node walked */
	__u64 task; /* whose image is sent; an address, as functions that are checked by themselves take no pointers */
	__u64 count; /* of a gathered buffer */
	__u64 spare; /* bytes gathered so far */
	struct burin_record rec;
	char data[0x30000 + 64];
	struct user_iovec iov[IOV_MAX];
};

/* Alone in its section, which is a map that the addon sees. A variable, as its address is then part of the code. */
struct burin_settings settings;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, MAX_CPUS); /* set to the number of CPUs before loading */
	__type(key, __u32);
	__type(value, struct burin_cpu);
} cpus SEC(".maps");

struct chunk {
	char data[BURIN_CHUNK];
};

/* The own rings, those of all CPUs one behind the other. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u32);
	__type(value, struct chunk);
} chunks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_CPUS); /* as cpus */
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, MAX_CPUS);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

/*
 * Hashes have their memory from the start: kernels before 6.1 warn, with a stack trace in their log, of programs at raw
 * tracepoints that use others, and kernels made for real time refuse them.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u8);
} followed SEC(".maps");

/* Processes and threads that are reported, by id; see BURIN_SELECTED_. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u8);
} selected SEC(".maps");

/* Names of threads that are reported, filled up with NUL. */
struct comm {
	char text[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct comm);
	__type(value, __u8);
} names SEC(".maps");

/* Threads that took another name without exec: their readers know them by the old one. They always count as selected. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u8);
} renamed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} enter_programs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} exit_programs SEC(".maps");

/* Threads inside of execveat: x86 lets the call return as execve. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u8);
} execveats SEC(".maps");

#if defined(__TARGET_ARCH_x86)
#define NR_EXECVE 59
#define NR_EXECVEAT 322
#else
#define NR_EXECVE 221
#define NR_EXECVEAT 281
#define NR_CLONE 220
#define NR_CLONE3 435
/* A new thread of arm64 starts its program without passing the exit hook. */
#define CHILD_EXIT_AT_FORK
#endif

static __always_inline struct scratch *get_scratch(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	return bpf_map_lookup_elem(&scratches, &cpu);
}

static __always_inline struct burin_cpu *get_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	return bpf_map_lookup_elem(&cpus, &cpu);
}

static __always_inline void count_copy_failure(void)
{
	struct burin_cpu *c = get_cpu();
	if (c)
		c->copy++;
}

/* The system call's arguments, and its number for a 64-bit task. A 32-bit task's number is translated. */
static __always_inline void read_args(struct pt_regs *regs, __u64 *arg, bool compat)
{
#if defined(__TARGET_ARCH_x86)
	if (compat) {
		arg[0] = (__u32)regs->bx;
		arg[1] = (__u32)regs->cx;
		arg[2] = (__u32)regs->dx;
		arg[3] = (__u32)regs->si;
		arg[4] = (__u32)regs->di;
		arg[5] = (__u32)regs->bp;
		return;
	}
	arg[0] = regs->di;
	arg[1] = regs->si;
	arg[2] = regs->dx;
	arg[3] = regs->r10;
	arg[4] = regs->r8;
	arg[5] = regs->r9;
#else
	/* The first register is overwritten by the result. */
	arg[0] = regs->orig_x0;
	arg[1] = regs->regs[1];
	arg[2] = regs->regs[2];
	arg[3] = regs->regs[3];
	arg[4] = regs->regs[4];
	arg[5] = regs->regs[5];
#endif
}

static __always_inline long number_of(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return (long)regs->orig_ax;
#else
	return regs->syscallno;
#endif
}

static __always_inline bool is_compat(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return task->thread_info.status & 2; /* TS_COMPAT */
#else
	return task->thread_info.flags & (1 << 22); /* TIF_32BIT */
#endif
}

#define PF_WQ_WORKER 0x20

/* Whether the current thread is among the selected ones. */
static __always_inline bool chosen(struct task_struct *task, __u32 tgid)
{
	if (settings.select & BURIN_SELECT_IDS) {
		__u8 *what = bpf_map_lookup_elem(&selected, &tgid);
		if (what && *what & BURIN_SELECTED_PID)
			return true;
		__u32 tid = task->pid;
		what = bpf_map_lookup_elem(&selected, &tid);
		if (what && *what & BURIN_SELECTED_TID)
			return true;
	}
	if (settings.select & BURIN_SELECT_NAMES) {
		struct comm name = {};
		__u32 tid = task->pid;
		bpf_get_current_comm(&name, sizeof(name));
		/* Workers of the kernel show other names in /proc than they bear. */
		return bpf_map_lookup_elem(&names, &name) || settings.overflow || bpf_map_lookup_elem(&renamed, &tid) ||
		       task->flags & PF_WQ_WORKER;
	}
	return false;
}

/*
 * Everything that both hooks share up to the decision; 0 stops. What nobody wants is told apart first: it is most of
 * what happens.
 */
static __always_inline int begin(struct task_struct *task, long *nr, bool *compat, __u8 side)
{
	*compat = is_compat(task);
	if (*compat) {
#if defined(__TARGET_ARCH_x86)
		if (*nr < 0 || *nr >= BURIN_NR_SYSCALLS)
			return 0;
		*nr = compat_numbers[*nr & (BURIN_NR_SYSCALLS - 1)];
#else
		return 0;
#endif
	}
	if (*nr < 0 || *nr >= BURIN_NR_SYSCALLS)
		return 0;
	/* A limit that the compiler would else drop, and the verifier miss where it sees a signed number of 32 bits. */
	__u32 at = *nr;
	OPAQUE(at);
	*nr = at & (BURIN_NR_SYSCALLS - 1);
	__u32 wanted = settings.wanted[*nr];
	if (!(wanted & side))
		return 0;
	__u32 tgid = task->tgid;
	if (!settings.on || tgid == settings.self || tgid == settings.helper)
		return 0;
	if (settings.follow && !bpf_map_lookup_elem(&followed, &tgid))
		return 0;
	if (settings.select && !(wanted & BURIN_WANT_ALWAYS) && !chosen(task, tgid))
		return 0;
	return wanted;
}

static __always_inline void *reserve(struct burin_cpu *c, __u64 size, __u32 by)
{
	__u32 cpu = bpf_get_smp_processor_id();
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	void *rec = ring ? bpf_ringbuf_reserve(ring, size, 0) : 0;
	if (!rec) {
		c->full[by]++;
		return 0;
	}
	c->submitted[by]++;
	return rec;
}

static __always_inline void write_head(struct burin_head *h, __u64 ts, __u32 tid, __u32 nr, __u32 flags, __s64 ret)
{
	h->ts = ts;
	/* One store for four fields. */
	*(__u64 *)&h->tid = (__u64)tid | (__u64)nr << 32 | (__u64)flags << 48;
	h->ret = ret;
}

/*
 * The time, later than that of every record of a system call that this CPU has written: where the clock is coarse, the
 * reader of two rings could not tell else which one came first.
 */
static __always_inline __u64 later(struct burin_cpu *c)
{
	__u64 ts = bpf_ktime_get_ns();
	if (ts <= c->last)
		ts = c->last + 1;
	c->last = ts;
	return ts;
}

/* Whether a system call hook may use what there is one of per CPU. release() ends that. */
static __always_inline bool acquire(struct burin_cpu *c, __u32 side, __u32 why)
{
	*(volatile __u32 *)&c->writing[side] = why;
	barrier();
	if (!*(volatile __u32 *)&c->writing[!side])
		return true;
	*(volatile __u32 *)&c->writing[side] = 0;
	return false;
}

static __always_inline void release(struct burin_cpu *c, __u32 side)
{
	barrier();
	*(volatile __u32 *)&c->writing[side] = 0;
}

#if BURIN_OWN_RING
/*
 * Room in the own ring, up to `end`. The reader's position is looked at only when the ring seems to be full: its cache
 * line is on another CPU.
 */
static __always_inline void *claim(struct burin_cpu *c, __u64 *end, __u64 size)
{
	__u64 pos = c->committed;
	if (pos >= c->limit) {
		__u64 bytes = (__u64)c->chunks * BURIN_CHUNK;
		__u64 limit = *(volatile __u64 *)&c->consumed + bytes - 2 * sizeof(struct burin_record);
		if (!bytes || pos >= limit)
			return 0;
		c->limit = limit;
	}
	__u32 at = pos & (BURIN_CHUNK - 1);
	if (at > BURIN_CHUNK_LAST) {
		pos += BURIN_CHUNK - at;
		at = 0;
	}
	__u32 key = c->first_chunk + ((__u32)(pos / BURIN_CHUNK) & (c->chunks - 1));
	struct chunk *chunk = bpf_map_lookup_elem(&chunks, &key);
	if (!chunk)
		return 0;
	*end = pos + size;
	return &chunk->data[at];
}
#endif

static __always_inline void fill(struct burin_record *r, bool args, struct burin_cpu *c, __u32 tid, __u32 nr, __u32 flags,
				 __s64 ret, struct pt_regs *regs, bool compat)
{
	write_head(&r->head, later(c), tid, nr, args ? flags | BURIN_ARGS : flags, ret);
	if (args)
		read_args(regs, r->arg, compat);
}

/* Sends a record of fixed size: with the arguments, or the head alone. */
static __always_inline int send_fixed(bool args, struct burin_cpu *c, __u32 side, __u32 tid, __u32 nr, __u32 flags, __s64 ret,
				      struct pt_regs *regs, bool compat)
{
	const __u64 size = args ? sizeof(struct burin_record) : sizeof(struct burin_head);
	struct burin_record *r;
#if BURIN_OWN_RING
	if (acquire(c, side, BURIN_WRITING)) {
		__u64 end;
		r = claim(c, &end, size);
		if (r) {
			fill(r, args, c, tid, nr, flags, ret, regs, compat);
			barrier();
			*(volatile __u64 *)&c->committed = end;
			release(c, side);
			return 0;
		}
		release(c, side);
	}
#endif
	r = reserve(c, size, side);
	if (r) {
		fill(r, args, c, tid, nr, flags, ret, regs, compat);
		bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	}
	return 0;
}

static __always_inline struct file *file_of(__u64 number)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	__u32 fd = number;
	struct file *file = 0;
	if (!fdt || fd >= BPF_CORE_READ(fdt, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(fdt, fd) + fd);
	return file;
}

/* Whether calls on this descriptor are wanted. Of one that is not open nothing is known. */
static __always_inline bool wanted_fd(__u64 number, __u32 kinds)
{
	struct file *file = file_of(number);
	if (!file)
		return true;
	if ((BPF_CORE_READ(file, f_inode, i_mode) & 0170000) != 0140000)
		return kinds & BURIN_FD_NO_SOCKET;
	struct socket *socket = (struct socket *)BPF_CORE_READ(file, private_data);
	__u16 family = BPF_CORE_READ(socket, sk, __sk_common.skc_family);
	if (family == 2 || family == 10)
		return kinds & BURIN_FD_INET;
	return kinds & (family == 1 ? BURIN_FD_UNIX : BURIN_FD_OTHER);
}

static __always_inline __u64 first_arg(struct pt_regs *regs, bool compat)
{
#if defined(__TARGET_ARCH_x86)
	return compat ? (__u32)regs->bx : regs->di;
#else
	return regs->orig_x0;
#endif
}

static __always_inline int handle(void *ctx, struct pt_regs *regs, long nr, __s64 ret, __u32 side, void *programs)
{
	const __u8 want = side == BURIN_BY_EXIT ? BURIN_WANT_EXIT : BURIN_WANT_ENTER;
	const __u32 side_flag = side == BURIN_BY_EXIT ? BURIN_EXIT : 0;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	bool compat;
	__u32 wanted = begin(task, &nr, &compat, want);
	if (!wanted)
		return 0;
	if (wanted & BURIN_WANT_FD && settings.fds != BURIN_FD_ANY && !wanted_fd(first_arg(regs, compat), settings.fds))
		return 0;
	__u32 tid = task->pid;
	__u32 cpu = bpf_get_smp_processor_id();
	struct burin_cpu *c = bpf_map_lookup_elem(&cpus, &cpu);
	if (!c)
		return 0;
	const struct burin_row *row = side_flag ? &exit_rows[nr & (BURIN_NR_SYSCALLS - 1)]
						: &enter_rows[nr & (BURIN_NR_SYSCALLS - 1)];
	__u32 flags = side_flag | (compat ? BURIN_COMPAT : 0);
	c->seen[side]++;
	if (row->kind == BURIN_KIND_HEAD)
		return send_fixed(false, c, side, tid, nr, flags, ret, regs, compat);
	if (row->kind == BURIN_KIND_ARGS)
		return send_fixed(true, c, side, tid, nr, flags, ret, regs, compat);
	struct scratch *s = bpf_map_lookup_elem(&scratches, &cpu);
	if (!s || !acquire(c, side, BURIN_GATHERING)) {
		c->full[side]++;
		return 0;
	}
	/* Its time comes when it is sent. */
	write_head(&s->rec.head, 0, tid, nr, flags | BURIN_ARGS | BURIN_PIECES, ret);
	read_args(regs, s->rec.arg, compat);
	s->pos = 0;
	bpf_tail_call(ctx, programs, row->kind);
	c->full[side]++;
	release(c, side);
	return 0;
}

SEC("tp_btf/sys_enter")
int on_enter(__u64 *ctx)
{
	return handle(ctx, (struct pt_regs *)ctx[0], ctx[1], 0, BURIN_BY_ENTER, &enter_programs);
}

SEC("tp_btf/sys_exit")
int on_exit(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	return handle(ctx, regs, number_of(regs), ctx[1], BURIN_BY_EXIT, &exit_programs);
}

/*
 * Pieces. The position is kept in the scratch buffer and read back for every piece: the verifier then sees any number
 * below the mask each time, in place of one more path for every length that came before.
 */
static __always_inline struct burin_piece *piece_at(struct scratch *s, __u32 pos)
{
	return (struct burin_piece *)&s->data[pos & POSITION_MASK & ~7];
}

static __always_inline void put_missing(struct scratch *s, __u32 pos)
{
	struct burin_piece *p = piece_at(s, pos);
	p->len = BURIN_MISSING;
	p->total = 0;
	s->pos = pos + sizeof(*p);
	s->rec.head.npieces++;
}

static __always_inline void put_piece(struct scratch *s, __u32 pos, __u32 len, __u32 total)
{
	struct burin_piece *p = piece_at(s, pos);
	p->len = len;
	p->total = total;
	s->pos = pos + sizeof(*p) + ((len + 7) & ~7);
	s->rec.head.npieces++;
}

static __always_inline __u32 room(struct scratch *s)
{
	__u32 pos = s->pos;
	if (pos < PIECES_END)
		return pos;
	struct burin_cpu *c = get_cpu();
	if (c)
		c->cut++;
	return BURIN_MISSING;
}

/* Copies user memory as a piece; a null pointer or a fault makes a missing one. */
static __always_inline void copy_user(struct scratch *s, __u32 pos, __u64 from, __u64 len, __u32 total)
{
	if (len > 0xffff)
		len = 0xffff;
	/* Old verifiers lose the limit in a product, and where it was checked on another copy: this one is at the call. */
	OPAQUE(len);
	len &= 0xffff;
	if (!from || bpf_probe_read_user(&s->data[(pos & POSITION_MASK & ~7) + 8], len, (void *)from)) {
		if (from)
			count_copy_failure();
		put_missing(s, pos);
		return;
	}
	put_piece(s, pos, len, total);
}

/* The mask leaves the six arguments, yet not the scratch buffer. */
static __always_inline __u64 arg_of(struct scratch *s, __u32 i)
{
	OPAQUE(i);
	return s->rec.arg[i & 7];
}

static __always_inline __u64 value_of(struct scratch *s, __u32 src)
{
	if (src == BURIN_SRC_RET)
		return s->rec.head.ret;
	if (src >= BURIN_SRC_DEREF) {
		__u32 v = 0;
		__u32 i = (src - BURIN_SRC_DEREF) & 7;
		bpf_probe_read_user(&v, sizeof(v), (void *)arg_of(s, i));
		return v;
	}
	return arg_of(s, src);
}

__noinline int put_file(__u32 src)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	__u32 pos = room(s);
	if (pos == BURIN_MISSING)
		return 0;
	__s64 fd = value_of(s, src);
	struct file *file = fd < 0 ? 0 : file_of(fd);
	if (!file) {
		put_missing(s, pos);
		return 0;
	}
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct burin_fileinfo *info = (void *)&s->data[(pos & POSITION_MASK & ~7) + 8];
	info->ino = BPF_CORE_READ(inode, i_ino);
	info->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	info->mode = BPF_CORE_READ(inode, i_mode);
	info->flags = BPF_CORE_READ(file, f_flags);
	info->pad = 0;
	put_piece(s, pos, sizeof(*info), 0);
	return 0;
}

static __always_inline void put_unix(struct burin_sockinfo *info, struct sock *sk)
{
	struct unix_sock *u = (struct unix_sock *)sk;
	struct sock *peer = BPF_CORE_READ(u, peer);
	info->peer = (__u64)peer;
	struct unix_address *addr = BPF_CORE_READ(u, addr);
	if (!addr && peer)
		addr = BPF_CORE_READ((struct unix_sock *)peer, addr);
	if (!addr)
		return;
	int len = BPF_CORE_READ(addr, len) - 2;
	if (len <= 0)
		return;
	if (len > 108)
		len = 108;
	info->pathlen = len;
	OPAQUE(len);
	bpf_probe_read_kernel(info->path, len & 127, (char *)addr + bpf_core_field_offset(struct unix_address, name) + 2);
}

__noinline int put_sock(__u32 src)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	__u32 pos = room(s);
	if (pos == BURIN_MISSING)
		return 0;
	__s64 fd = value_of(s, src);
	struct file *file = fd < 0 ? 0 : file_of(fd);
	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & 0170000) != 0140000) {
		put_missing(s, pos);
		return 0;
	}
	struct socket *socket = (struct socket *)BPF_CORE_READ(file, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk);
	if (!sk) {
		put_missing(s, pos);
		return 0;
	}
	struct burin_sockinfo *info = (void *)&s->data[(pos & POSITION_MASK & ~7) + 8];
	__builtin_memset(info, 0, sizeof(*info));
	info->sk = (__u64)sk;
	info->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	info->type = BPF_CORE_READ(socket, type);
	info->proto = BPF_CORE_READ(sk, sk_protocol);
	info->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	info->backlog = BPF_CORE_READ(sk, sk_ack_backlog);
	info->max_backlog = BPF_CORE_READ(sk, sk_max_ack_backlog);
	if (info->family == 2) {
		info->lport = BPF_CORE_READ(sk, __sk_common.skc_num);
		info->rport = BPF_CORE_READ(sk, __sk_common.skc_dport);
		*(__u32 *)info->laddr = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		*(__u32 *)info->raddr = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	} else if (info->family == 10) {
		info->lport = BPF_CORE_READ(sk, __sk_common.skc_num);
		info->rport = BPF_CORE_READ(sk, __sk_common.skc_dport);
		BPF_CORE_READ_INTO((struct in6_addr *)info->laddr, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO((struct in6_addr *)info->raddr, sk, __sk_common.skc_v6_daddr);
	} else if (info->family == 1) {
		put_unix(info, sk);
	}
	put_piece(s, pos, sizeof(*info), 0);
	return 0;
}

/* Gathers buffers: total is the sum of the sizes, the data up to the snaplen, and up to limit (-1: no limit). */
__noinline int put_iov(__u64 from, __u64 count, __s64 limit)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	__u32 pos = room(s);
	if (pos == BURIN_MISSING)
		return 0;
	if (count > IOV_MAX)
		count = IOV_MAX;
	if (bpf_probe_read_user(s->iov, count * sizeof(struct user_iovec), (void *)from)) {
		count_copy_failure();
		put_missing(s, pos);
		return 0;
	}
	/* Read back after the loop, so that the verifier forgets what each way out of it says about the count. */
	s->count = count;
	__u64 total = 0;
	for (__u32 i = 0; i < IOV_MAX; i++) {
		__u32 at = i;
		if (i >= count)
			break;
		OPAQUE(at);
		total += s->iov[at & (IOV_MAX - 1)].len;
	}
	count = *(volatile __u64 *)&s->count;
	__s64 wanted = limit >= 0 && limit < (__s64)total ? limit : (__s64)total;
	if (wanted > settings.snaplen)
		wanted = settings.snaplen;
	s->spare = 0;
	for (__u32 i = 0; i < IOV_COPIED; i++) {
		__u32 done = s->spare & 0xffff;
		if (i >= count || done >= wanted)
			break;
		__u32 at = i;
		OPAQUE(at);
		struct user_iovec *v = &s->iov[at & (IOV_MAX - 1)];
		__u64 part = wanted - done;
		if (part > v->len)
			part = v->len;
		if (part > 0xffff)
			break;
		OPAQUE(part);
		if (part && bpf_probe_read_user(&s->data[(pos & POSITION_MASK & ~7) + 8 + done], part & 0xffff,
						(void *)v->base)) {
			count_copy_failure();
			break;
		}
		s->spare = done + part;
	}
	put_piece(s, pos, s->spare & 0xffff, total > 0xfffffffe ? 0xfffffffe : total);
	return 0;
}

__noinline int put_op(__u32 packed)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	__u32 op = packed & 0xff, x = (packed >> 8) & 0xff, y = (packed >> 16) & 0xff, z = packed >> 24;
	__u32 pos = room(s);
	if (pos == BURIN_MISSING)
		return 0;
	__u64 from = arg_of(s, x);
	switch (op) {
	case BURIN_OP_STR: {
		long len = from ? bpf_probe_read_user_str(&s->data[(pos & POSITION_MASK & ~7) + 8], STRING_MAX, (void *)from)
				: 0;
		if (len <= 0) {
			if (from)
				count_copy_failure();
			put_missing(s, pos);
		} else {
			put_piece(s, pos, len, 0);
		}
		break;
	}
	case BURIN_OP_MEM:
		copy_user(s, pos, from, z, 0);
		break;
	case BURIN_OP_BUF: {
		__s64 len = value_of(s, y);
		if (y != BURIN_SRC_RET && len < 0)
			len = settings.snaplen; /* an unsigned size */
		if (len <= 0) {
			put_piece(s, pos, 0, 0);
			break;
		}
		if (len > settings.snaplen)
			len = settings.snaplen;
		copy_user(s, pos, from, len, 0);
		break;
	}
	case BURIN_OP_OPT:
	case BURIN_OP_ADDR: {
		__u64 len = value_of(s, y) & 0xffffffff;
		__u64 max = op == BURIN_OP_ADDR ? 128 : 256;
		copy_user(s, pos, from, len > max ? max : len, len);
		break;
	}
	case BURIN_OP_ARRAY: {
		__u64 count = value_of(s, y) & 0xffffffff;
		if (count > 256)
			count = 256;
		copy_user(s, pos, from, count * (z & 15), count);
		break;
	}
	case BURIN_OP_FILE:
		put_file(x);
		break;
	case BURIN_OP_SOCK:
		put_sock(x);
		break;
	case BURIN_OP_VM: {
		struct burin_vminfo *vm = (void *)&s->data[(pos & POSITION_MASK & ~7) + 8];
		struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
		struct mm_struct *mm = BPF_CORE_READ(task, mm);
		vm->total = BPF_CORE_READ(mm, total_vm);
		if (bpf_core_field_exists(((struct mm_struct___old *)0)->rss_stat.count)) {
			struct mm_struct___old *old = (void *)mm;
			vm->rss = BPF_CORE_READ(old, rss_stat.count[0].counter) + BPF_CORE_READ(old, rss_stat.count[1].counter) +
				  BPF_CORE_READ(old, rss_stat.count[3].counter);
			vm->swap = BPF_CORE_READ(old, rss_stat.count[2].counter);
		} else {
			vm->rss = BPF_CORE_READ(mm, rss_stat[0].count) + BPF_CORE_READ(mm, rss_stat[1].count) +
				  BPF_CORE_READ(mm, rss_stat[3].count);
			vm->swap = BPF_CORE_READ(mm, rss_stat[2].count);
		}
		put_piece(s, pos, sizeof(*vm), 0);
		break;
	}
	case BURIN_OP_IOV: {
		if (s->rec.head.flags & BURIN_COMPAT)
			put_missing(s, pos);
		else
			put_iov(from, arg_of(s, y), z ? s->rec.head.ret < 0 ? 0 : s->rec.head.ret : -1);
		break;
	}
	case BURIN_OP_MSG: {
		struct user_msghdr *msg = (struct user_msghdr *)s->iov;
		if (s->rec.head.flags & BURIN_COMPAT || bpf_probe_read_user(msg, sizeof(*msg), (void *)from)) {
			put_missing(s, pos);
			put_missing(s, pos + sizeof(struct burin_piece));
			break;
		}
		__u64 iov = msg->iov, count = msg->iovlen;
		__u32 len = msg->namelen;
		copy_user(s, pos, len ? msg->name : 0, len > 128 ? 128 : len, len);
		put_iov(iov, count, z ? s->rec.head.ret < 0 ? 0 : s->rec.head.ret : -1);
		break;
	}
	}
	return 0;
}

static __always_inline int send_scratch(__u32 side)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct scratch *s = bpf_map_lookup_elem(&scratches, &cpu);
	struct burin_cpu *c = bpf_map_lookup_elem(&cpus, &cpu);
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	if (!s || !c)
		return 0;
	__u64 len = sizeof(s->rec) + s->pos;
	*(volatile __u32 *)&c->writing[side] = BURIN_WRITING;
	barrier();
	/* Not before: copying takes time, and until the ring has the record nobody knows to wait for it. */
	s->rec.head.ts = later(c);
	if (!ring || len > 0x1ffff || bpf_ringbuf_output(ring, &s->rec, len, BPF_RB_NO_WAKEUP))
		c->full[side]++;
	else
		c->submitted[side]++;
	release(c, side);
	return 0;
}

static __always_inline int run_ops(const struct burin_row *rows, __u32 side)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	const struct burin_row *row = &rows[s->rec.head.nr & (BURIN_NR_SYSCALLS - 1)];
	__u32 n = row->nops;
	put_op(*(__u32 *)row->ops[0]);
	if (n > 1)
		put_op(*(__u32 *)row->ops[1]);
	if (n > 2)
		put_op(*(__u32 *)row->ops[2]);
	if (n > 3)
		put_op(*(__u32 *)row->ops[3]);
	return send_scratch(side);
}

SEC("tp_btf/sys_enter")
int enter_ops(__u64 *ctx)
{
	struct scratch *s = get_scratch();
	if (s && s->rec.head.nr == NR_EXECVEAT) {
		__u32 tid = s->rec.head.tid;
		__u8 one = 1;
		bpf_map_update_elem(&execveats, &tid, &one, BPF_ANY);
	}
	return run_ops(enter_rows, BURIN_BY_ENTER);
}

SEC("tp_btf/sys_exit")
int exit_ops(__u64 *ctx)
{
	return run_ops(exit_rows, BURIN_BY_EXIT);
}

/* Process images: arguments, environment, cgroups. */

__noinline int put_task(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	__u32 pos = room(s);
	if (pos == BURIN_MISSING)
		return 0;
	struct burin_taskinfo *t = (void *)&s->data[(pos & POSITION_MASK & ~7) + 8];
	struct task_struct *task = (void *)s->task;
	struct signal_struct *sig = BPF_CORE_READ(task, signal);
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__builtin_memset(t, 0, sizeof(*t));
	t->tid = BPF_CORE_READ(task, pid);
	t->pid = BPF_CORE_READ(task, tgid);
	t->ptid = BPF_CORE_READ(task, real_parent, tgid);
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	unsigned int level = BPF_CORE_READ(pid, level) & 31;
	struct upid upid;
	bpf_core_read(&upid, sizeof(upid), &pid->numbers[0]);
	bpf_probe_read_kernel(&upid, sizeof(upid),
			      (char *)pid + bpf_core_field_offset(struct pid, numbers) + level * sizeof(struct upid));
	t->vtid = upid.nr;
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	pid = BPF_CORE_READ(leader, thread_pid);
	bpf_probe_read_kernel(&upid, sizeof(upid),
			      (char *)pid + bpf_core_field_offset(struct pid, numbers) + level * sizeof(struct upid));
	t->vpid = upid.nr;
	pid = BPF_CORE_READ(sig, pids[2]);
	t->pgid = BPF_CORE_READ(pid, numbers[0].nr);
	unsigned int group_level = BPF_CORE_READ(pid, level);
	t->vpgid = 0; /* as the kernel answers for a group outside of the namespace */
	if (group_level >= level) {
		bpf_probe_read_kernel(&upid, sizeof(upid),
				      (char *)pid + bpf_core_field_offset(struct pid, numbers) + level * sizeof(struct upid));
		t->vpgid = upid.nr;
	}
	t->sid = BPF_CORE_READ(sig, pids[3], numbers[0].nr);
	t->fdlimit = BPF_CORE_READ(sig, rlim[7].rlim_cur);
	t->majflt = BPF_CORE_READ(task, maj_flt);
	t->minflt = BPF_CORE_READ(task, min_flt);
	t->uid = BPF_CORE_READ(cred, uid.val);
	t->gid = BPF_CORE_READ(cred, gid.val);
	t->euid = BPF_CORE_READ(cred, euid.val);
	t->egid = BPF_CORE_READ(cred, egid.val);
	t->fsuid = BPF_CORE_READ(cred, fsuid.val);
	t->fsgid = BPF_CORE_READ(cred, fsgid.val);
	bpf_core_read(&t->cap_inheritable, 8, &cred->cap_inheritable);
	bpf_core_read(&t->cap_permitted, 8, &cred->cap_permitted);
	bpf_core_read(&t->cap_effective, 8, &cred->cap_effective);
	t->loginuid = -1;
	if (bpf_core_field_exists(task->loginuid))
		t->loginuid = BPF_CORE_READ(task, loginuid.val);
	struct tty_struct *tty = BPF_CORE_READ(sig, tty);
	if (tty) {
		struct tty_driver *driver = BPF_CORE_READ(tty, driver);
		t->tty = BPF_CORE_READ(driver, major) << 20 | (BPF_CORE_READ(driver, minor_start) + BPF_CORE_READ(tty, index));
	}
	BPF_CORE_READ_STR_INTO(&t->comm, task, comm);
	if (mm) {
		t->vm_total = BPF_CORE_READ(mm, total_vm);
		if (bpf_core_field_exists(((struct mm_struct___old *)0)->rss_stat.count)) {
			struct mm_struct___old *old = (void *)mm;
			t->vm_rss = BPF_CORE_READ(old, rss_stat.count[0].counter) +
				    BPF_CORE_READ(old, rss_stat.count[1].counter) +
				    BPF_CORE_READ(old, rss_stat.count[3].counter);
			t->vm_swap = BPF_CORE_READ(old, rss_stat.count[2].counter);
		} else {
			t->vm_rss = BPF_CORE_READ(mm, rss_stat[0].count) + BPF_CORE_READ(mm, rss_stat[1].count) +
				    BPF_CORE_READ(mm, rss_stat[3].count);
			t->vm_swap = BPF_CORE_READ(mm, rss_stat[2].count);
		}
		struct inode *exe = BPF_CORE_READ(mm, exe_file, f_inode);
		t->exe_ino = BPF_CORE_READ(exe, i_ino);
		t->exe_uid = BPF_CORE_READ(exe, i_uid.val);
		t->exe_gid = BPF_CORE_READ(exe, i_gid.val);
		t->exe_mode = BPF_CORE_READ(exe, i_mode);
		t->exe_nlink = BPF_CORE_READ(exe, i_nlink);
		t->exe_magic = BPF_CORE_READ(exe, i_sb, s_magic);
		t->exe_sb_flags = BPF_CORE_READ(exe, i_sb, s_flags);
		/* An overlay's inode is followed by its entry in the upper layer. */
		if (t->exe_magic == OVERLAYFS_MAGIC)
			bpf_probe_read_kernel(&t->exe_upper, sizeof(t->exe_upper),
					      (char *)exe + bpf_core_type_size(struct inode));
		if (bpf_core_field_exists(exe->i_mtime_sec)) {
			/* The top bit of the change time says that it was asked for. */
			t->exe_mtime = BPF_CORE_READ(exe, i_mtime_sec) * 1000000000ull + BPF_CORE_READ(exe, i_mtime_nsec);
			t->exe_ctime =
				BPF_CORE_READ(exe, i_ctime_sec) * 1000000000ull + (BPF_CORE_READ(exe, i_ctime_nsec) & 0x7fffffff);
		} else if (bpf_core_field_exists(((struct inode___mid *)0)->__i_ctime)) {
			struct inode___mid *mid = (void *)exe;
			t->exe_ctime = BPF_CORE_READ(mid, __i_ctime.tv_sec) * 1000000000ull + BPF_CORE_READ(mid, __i_ctime.tv_nsec);
			if (bpf_core_field_exists(mid->__i_mtime)) {
				t->exe_mtime =
					BPF_CORE_READ(mid, __i_mtime.tv_sec) * 1000000000ull + BPF_CORE_READ(mid, __i_mtime.tv_nsec);
			} else {
				struct inode___old *old = (void *)exe;
				t->exe_mtime =
					BPF_CORE_READ(old, i_mtime.tv_sec) * 1000000000ull + BPF_CORE_READ(old, i_mtime.tv_nsec);
			}
		} else {
			struct inode___old *old = (void *)exe;
			t->exe_mtime = BPF_CORE_READ(old, i_mtime.tv_sec) * 1000000000ull + BPF_CORE_READ(old, i_mtime.tv_nsec);
			t->exe_ctime = BPF_CORE_READ(old, i_ctime.tv_sec) * 1000000000ull + BPF_CORE_READ(old, i_ctime.tv_nsec);
		}
	}
	put_piece(s, pos, sizeof(*t), 0);
	return 0;
}

/* A range of user memory that holds strings one after the other. */
__noinline int put_range(__u64 from, __u64 to)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	__u32 pos = room(s);
	if (pos == BURIN_MISSING)
		return 0;
	if (to <= from)
		put_piece(s, pos, 0, 0);
	else
		copy_user(s, pos, from, to - from > STRING_MAX ? STRING_MAX : to - from, 0);
	return 0;
}

/* The strings of an argument vector that was not taken over by the kernel: the call failed. */
__noinline int put_vector(__u64 from)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	__u32 pos = room(s);
	if (pos == BURIN_MISSING)
		return 0;
	s->spare = 0;
	for (__u32 i = 0; i < ARGV_MAX; i++) {
		__u64 at = 0;
		__u32 done = s->spare & 0xffff;
		if (done >= STRING_MAX || bpf_probe_read_user(&at, sizeof(at), (void *)(from + i * 8)) || !at)
			break;
		long len = bpf_probe_read_user_str(&s->data[(pos & POSITION_MASK & ~7) + 8 + done], STRING_MAX, (void *)at);
		if (len <= 0)
			break;
		s->spare = done + len;
	}
	__u32 len = s->spare;
	put_piece(s, pos, len > STRING_MAX ? STRING_MAX : len, 0);
	return 0;
}

/* Names from a cgroup up to its root, each ended by NUL; the same cgroup as the one before makes a missing piece. */
__noinline int put_cgroup(__u32 subsystem)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	__u32 pos = room(s);
	if (pos == BURIN_MISSING)
		return 0;
	struct task_struct *task = (void *)s->task;
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css = 0;
	bpf_probe_read_kernel(&css, sizeof(css),
			      (char *)set + bpf_core_field_offset(struct css_set, subsys) + (subsystem & 15) * sizeof(css));
	struct kernfs_node *kn = BPF_CORE_READ(css, cgroup, kn);
	if (!kn || (__u64)kn == s->kn) {
		put_missing(s, pos);
		return 0;
	}
	s->kn = (__u64)kn;
	s->spare = 0;
	for (__u32 i = 0; i < CGROUP_DEPTH; i++) {
		__u32 done = s->spare & 0xfff;
		if (!kn)
			break;
		const char *name = BPF_CORE_READ(kn, name);
		long len = bpf_probe_read_kernel_str(&s->data[(pos & POSITION_MASK & ~7) + 8 + done], 256, name);
		if (len <= 0)
			break;
		s->spare = done + len;
		if (bpf_core_field_exists(kn->__parent))
			kn = BPF_CORE_READ(kn, __parent);
		else
			kn = BPF_CORE_READ((struct kernfs_node___old *)kn, parent);
	}
	__u32 len = s->spare;
	put_piece(s, pos, len & 0x1fff, 0);
	return 0;
}

/* The rest of what a task's image is sent with, from put_task on. The memory is read as the current task sees it. */
static __always_inline int send_image(struct scratch *s)
{
	const struct burin_row *row = &exit_rows[s->rec.head.nr & (BURIN_NR_SYSCALLS - 1)];
	__u32 env = row->ops[0][1]; /* which argument is the argument vector, plus one; 0 for the clone family */
	put_task();
	if (env && s->rec.head.ret < 0) {
		put_vector(arg_of(s, env - 1));
		put_vector(arg_of(s, env));
	} else {
		struct task_struct *task = (void *)s->task;
		struct mm_struct *mm = BPF_CORE_READ(task, mm);
		__u64 arg_start = 0, arg_end = 0, env_start = 0, env_end = 0;
		if (mm) {
			arg_start = BPF_CORE_READ(mm, arg_start);
			arg_end = BPF_CORE_READ(mm, arg_end);
			env_start = BPF_CORE_READ(mm, env_start);
			env_end = BPF_CORE_READ(mm, env_end);
		}
		put_range(arg_start, arg_end);
		if (env)
			put_range(env_start, env_end);
		else
			put_range(0, 0);
	}
	s->kn = 0;
	put_cgroup(bpf_core_enum_value(enum cgroup_subsys_id, cpuset_cgrp_id));
	put_cgroup(bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id));
	put_cgroup(bpf_core_enum_value(enum cgroup_subsys_id, cpuacct_cgrp_id));
	put_cgroup(bpf_core_enum_value(enum cgroup_subsys_id, io_cgrp_id));
	put_cgroup(bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
	if (row->nops > 1)
		put_op(*(__u32 *)row->ops[1]);
	return send_scratch(BURIN_BY_EXIT);
}

SEC("tp_btf/sys_exit")
int exit_task(__u64 *ctx)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	if (s->rec.head.nr == NR_EXECVE || s->rec.head.nr == NR_EXECVEAT) {
		__u32 tid = s->rec.head.tid;
		if (bpf_map_delete_elem(&execveats, &tid) == 0)
			s->rec.head.nr = NR_EXECVEAT;
		/* The event carries the new name. */
		if (s->rec.head.ret >= 0)
			bpf_map_delete_elem(&renamed, &tid);
	}
	s->task = (__u64)bpf_get_current_task();
	return send_image(s);
}

/* Events that are no system calls. */

static __always_inline struct burin_record *reserve_event(__u32 tgid, __u32 nr)
{
	if (!settings.on || tgid == settings.self || tgid == settings.helper || !(settings.wanted[nr] & BURIN_WANT_ENTER))
		return 0;
	if (settings.follow && !bpf_map_lookup_elem(&followed, &tgid))
		return 0;
	if (settings.select && !(settings.wanted[nr] & BURIN_WANT_ALWAYS) &&
	    !chosen((struct task_struct *)bpf_get_current_task_btf(), tgid))
		return 0;
	struct burin_cpu *c = get_cpu();
	if (!c)
		return 0;
	c->seen[BURIN_BY_OTHER]++;
	return reserve(c, sizeof(struct burin_record), BURIN_BY_OTHER);
}

SEC("tp_btf/sched_switch")
int on_switch(__u64 *ctx)
{
	struct task_struct *prev = (struct task_struct *)ctx[1];
	struct task_struct *next = (struct task_struct *)ctx[2];
	struct burin_record *r = reserve_event(prev->tgid, BURIN_NR_SWITCH);
	if (!r)
		return 0;
	write_head(&r->head, bpf_ktime_get_ns(), prev->pid, BURIN_NR_SWITCH, BURIN_ARGS, prev->tgid);
	struct mm_struct *mm = prev->mm;
	r->arg[0] = next->pid;
	r->arg[1] = prev->maj_flt;
	r->arg[2] = prev->min_flt;
	r->arg[3] = r->arg[4] = r->arg[5] = 0;
	if (mm) {
		r->arg[3] = mm->total_vm;
		if (bpf_core_field_exists(((struct mm_struct___old *)0)->rss_stat.count)) {
			struct mm_struct___old *old = (void *)mm;
			r->arg[4] = BPF_CORE_READ(old, rss_stat.count[0].counter) +
				    BPF_CORE_READ(old, rss_stat.count[1].counter) +
				    BPF_CORE_READ(old, rss_stat.count[3].counter);
			r->arg[5] = BPF_CORE_READ(old, rss_stat.count[2].counter);
		} else {
			r->arg[4] = mm->rss_stat[0].count + mm->rss_stat[1].count + mm->rss_stat[3].count;
			r->arg[5] = mm->rss_stat[2].count;
		}
	}
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int on_process_exit(__u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	__u32 tgid = task->tgid;
	struct burin_record *r = reserve_event(tgid, BURIN_NR_PROCEXIT);
	if (r) {
		write_head(&r->head, bpf_ktime_get_ns(), task->pid, BURIN_NR_PROCEXIT, BURIN_ARGS, tgid);
		r->arg[0] = task->exit_code;
		r->arg[1] = r->arg[2] = r->arg[3] = r->arg[4] = r->arg[5] = 0;
		bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	}
	__u32 tid = task->pid;
	bpf_map_delete_elem(&renamed, &tid);
	if (settings.follow && tid == tgid)
		bpf_map_delete_elem(&followed, &tgid);
	return 0;
}

static __always_inline void remember_renamed(__u32 tid)
{
	__u8 one = 1;
	if (bpf_map_update_elem(&renamed, &tid, &one, BPF_ANY))
		settings.overflow = 1;
}

SEC("tp_btf/task_rename")
int on_rename(__u64 *ctx)
{
	remember_renamed(((struct task_struct *)ctx[0])->pid);
	return 0;
}

#if defined(CHILD_EXIT_AT_FORK)
/*
 * The end of clone as the child sees it, told by the parent: where a new thread does not pass the exit hook on its way to
 * its program. Its memory is still as the parent's is.
 */
static __always_inline int send_child(struct task_struct *child)
{
	struct task_struct *parent = (struct task_struct *)bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(parent);
	long nr = number_of(regs);
	bool compat;
	/* The kernel makes threads of its own, too, some of them while it works for another call. */
	if (nr != NR_CLONE && nr != NR_CLONE3)
		return 0;
	if (!begin(child, &nr, &compat, BURIN_WANT_EXIT))
		return 0;
	__u32 cpu = bpf_get_smp_processor_id();
	struct burin_cpu *c = bpf_map_lookup_elem(&cpus, &cpu);
	struct scratch *s = bpf_map_lookup_elem(&scratches, &cpu);
	if (!c || !s)
		return 0;
	c->seen[BURIN_BY_EXIT]++;
	if (!acquire(c, BURIN_BY_EXIT, BURIN_GATHERING)) {
		c->full[BURIN_BY_EXIT]++;
		return 0;
	}
	write_head(&s->rec.head, 0, child->pid, nr, BURIN_EXIT | BURIN_ARGS | BURIN_PIECES, 0);
	read_args(regs, s->rec.arg, compat);
	s->pos = 0;
	s->task = (__u64)child;
	return send_image(s);
}
#endif

SEC("tp_btf/sched_process_fork")
int on_fork(__u64 *ctx)
{
	/* A child may go by its parent's old name. */
	__u32 from = ((struct task_struct *)ctx[0])->pid;
	if (bpf_map_lookup_elem(&renamed, &from))
		remember_renamed(((struct task_struct *)ctx[1])->pid);
	if (settings.follow) {
		__u32 parent = ((struct task_struct *)ctx[0])->tgid;
		__u32 child = ((struct task_struct *)ctx[1])->tgid;
		__u8 one = 1;
		if (parent != child && bpf_map_lookup_elem(&followed, &parent))
			bpf_map_update_elem(&followed, &child, &one, BPF_ANY);
	}
#if defined(CHILD_EXIT_AT_FORK)
	return send_child((struct task_struct *)ctx[1]);
#else
	return 0;
#endif
}

SEC("raw_tp/signal_deliver")
int on_signal(__u64 *ctx)
{
	__u64 ids = bpf_get_current_pid_tgid();
	struct burin_record *r = reserve_event(ids >> 32, BURIN_NR_SIGNAL);
	if (!r)
		return 0;
	struct kernel_siginfo *info = (struct kernel_siginfo *)ctx[1];
	write_head(&r->head, bpf_ktime_get_ns(), ids, BURIN_NR_SIGNAL, BURIN_ARGS, ids >> 32);
	__u32 sig = ctx[0];
	int code = BPF_CORE_READ(info, si_code);
	__u32 sender = 0;
	/* Timers and faults have no sender; all other kinds start with its id. */
	if ((code <= 0 && code != -2) || sig == 17)
		bpf_probe_read_kernel(&sender, sizeof(sender), (char *)info + 16);
	r->arg[0] = sender;
	r->arg[1] = (__u32)ids;
	r->arg[2] = sig;
	r->arg[3] = r->arg[4] = r->arg[5] = 0;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}

static __always_inline int on_fault(__u64 *ctx, __u32 nr)
{
	__u64 ids = bpf_get_current_pid_tgid();
	struct burin_record *r = reserve_event(ids >> 32, nr);
	if (!r)
		return 0;
	struct pt_regs *regs = (struct pt_regs *)ctx[1];
	write_head(&r->head, bpf_ktime_get_ns(), ids, nr, BURIN_ARGS, ids >> 32);
	r->arg[0] = ctx[0];
#if defined(__TARGET_ARCH_x86)
	r->arg[1] = BPF_CORE_READ(regs, ip);
#else
	r->arg[1] = BPF_CORE_READ(regs, pc);
#endif
	r->arg[2] = ctx[2];
	r->arg[3] = r->arg[4] = r->arg[5] = 0;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("raw_tp/page_fault_user")
int on_fault_user(__u64 *ctx)
{
	return on_fault(ctx, BURIN_NR_FAULT_USER);
}

SEC("raw_tp/page_fault_kernel")
int on_fault_kernel(__u64 *ctx)
{
	return on_fault(ctx, BURIN_NR_FAULT_KERNEL);
}

/* Run once by the addon: who is the caller, as the kernel counts? A pid namespace hides that from getpid. */
SEC("raw_tp/sys_enter")
int who_am_i(__u64 *ctx)
{
	settings.self = bpf_get_current_pid_tgid() >> 32;
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
