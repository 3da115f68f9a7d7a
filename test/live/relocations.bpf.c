/*
 * Programs with relocations of every kind, which relocate.test.ts has relocated by the kernel and by burin, to compare. They are
 * loaded only, never run: all that counts is what becomes of their instructions.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* Types of the kernel as this file sees them: with flavours, so that one name can be seen in many ways. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next, *prev;
};
typedef struct {
	__u32 val;
} kuid_t;
typedef struct {
	__u32 value;
} kuid_t___other;

struct upid {
	int nr;
};
struct pid {
	unsigned int level;
	struct upid numbers[1];
};
struct task_struct {
	/* Other offsets than the kernel has. */
	char comm[16];
	int pid;
	unsigned sched_reset_on_fork : 1;
	unsigned in_execve : 1;
	unsigned long min_flt;
	struct pid *thread_pid;
	int exit_code;
	int no_such_field;
};
/* Other widths: numbers without a sign change the instruction, others cannot be read. */
struct task_struct___narrow {
	unsigned char flags;
	unsigned short min_flt;
	void *mm;
};
struct task_struct___wide {
	unsigned long flags;
	long exit_code;
};
/* Fields of another kind are none. */
struct task_struct___odd {
	struct list_head pid;
	int comm;
	long mm;
};
struct task_struct___absent {
	int nothing;
};
struct iphdr {
	__u8 version : 4, ihl : 4;
	__u8 tos;
};
/* In members without names. */
struct sock_common {
	__u32 skc_daddr;
	__u16 skc_dport;
	unsigned char skc_reuse : 4;
};
struct page {
	struct list_head lru;
	struct {
		int counter;
	} _refcount;
};
struct css_set {
	void *subsys[4];
};
union nothing_like_it {
	int a;
};
struct nothing_like_it_either {
	int a;
};

#pragma clang attribute pop

enum cgroup_subsys_id {
	memory_cgrp_id,
	cpu_cgrp_id___other = 7,
	no_such_cgrp_id = 9,
};
enum perf_event_state {
	PERF_EVENT_STATE_OFF,
	PERF_EVENT_STATE_ERROR,
};

struct pt_regs;
typedef void (*btf_trace_sys_enter)(void *, struct pt_regs *, long);
typedef void (*btf_trace_sys_enter___short)(void *);
typedef int btf_trace_sys_enter___number;

/* All values end up in one that the program returns. */
#define NOTE(x) r = r * 31 + (__u64)(x)

SEC("raw_tp/sys_enter")
int fields(__u64 *ctx)
{
	__u64 r = 0;
	struct task_struct *t = (void *)ctx[0];
	struct sock_common *sk = (void *)ctx[0];
	struct page *page = (void *)ctx[0];
	NOTE(bpf_core_field_offset(t->pid));
	NOTE(bpf_core_field_offset(t->comm[3]));
	NOTE(bpf_core_field_size(t->comm));
	NOTE(bpf_core_field_size(t->comm[3]));
	NOTE(bpf_core_field_offset(t[2].pid));
	NOTE(bpf_core_field_offset(((struct pid *)t)->numbers[0].nr));
	NOTE(bpf_core_field_offset(((struct css_set *)t)->subsys[3]));
	NOTE(bpf_core_field_size(((struct css_set *)t)->subsys));
	NOTE(bpf_core_field_offset(sk->skc_daddr));
	NOTE(bpf_core_field_offset(sk->skc_dport));
	NOTE(bpf_core_field_offset(page->lru));
	NOTE(bpf_core_field_offset(page->lru.prev));
	NOTE(bpf_core_field_offset(page->_refcount.counter));
	NOTE(bpf_core_field_exists(t->pid));
	NOTE(bpf_core_field_exists(t->no_such_field));
	NOTE(bpf_core_field_exists(((struct task_struct___odd *)t)->pid));
	NOTE(bpf_core_field_exists(((struct task_struct___odd *)t)->comm));
	NOTE(bpf_core_field_exists(((struct task_struct___odd *)t)->mm));
	NOTE(bpf_core_field_exists(((struct nothing_like_it_either *)t)->a));
	NOTE(__builtin_preserve_field_info(t->pid, BPF_FIELD_SIGNED));
	NOTE(__builtin_preserve_field_info(t->min_flt, BPF_FIELD_SIGNED));
	NOTE(__builtin_preserve_field_info(t->exit_code, BPF_FIELD_LSHIFT_U64));
	NOTE(__builtin_preserve_field_info(t->exit_code, BPF_FIELD_RSHIFT_U64));
	/* Invalid, and never reached. */
	if (bpf_core_field_exists(t->no_such_field)) {
		NOTE(bpf_core_field_offset(t->no_such_field));
		NOTE(BPF_CORE_READ(t, no_such_field));
	}
	return r;
}

#define NOTE_BITS(p, field) \
	NOTE(__builtin_preserve_field_info((p)->field, BPF_FIELD_BYTE_OFFSET)); \
	NOTE(__builtin_preserve_field_info((p)->field, BPF_FIELD_BYTE_SIZE)); \
	NOTE(__builtin_preserve_field_info((p)->field, BPF_FIELD_SIGNED)); \
	NOTE(__builtin_preserve_field_info((p)->field, BPF_FIELD_LSHIFT_U64)); \
	NOTE(__builtin_preserve_field_info((p)->field, BPF_FIELD_RSHIFT_U64)); \
	NOTE(bpf_core_field_exists((p)->field))

SEC("raw_tp/sys_enter")
int bits(__u64 *ctx)
{
	__u64 r = 0;
	struct task_struct *t = (void *)ctx[0];
	NOTE_BITS(t, in_execve);
	NOTE_BITS(t, sched_reset_on_fork);
	NOTE_BITS((struct iphdr *)t, ihl);
	NOTE_BITS((struct iphdr *)t, version);
	NOTE_BITS((struct sock_common *)t, skc_reuse);
	NOTE(BPF_CORE_READ_BITFIELD_PROBED(t, in_execve));
	return r;
}

SEC("raw_tp/sys_enter")
int types(__u64 *ctx)
{
	__u64 r = 0;
	NOTE(bpf_core_type_exists(struct task_struct));
	NOTE(bpf_core_type_exists(struct task_struct___absent));
	NOTE(bpf_core_type_exists(struct nothing_like_it_either));
	NOTE(bpf_core_type_exists(union nothing_like_it));
	NOTE(bpf_core_type_exists(kuid_t));
	NOTE(bpf_core_type_exists(kuid_t___other));
	NOTE(bpf_core_type_exists(enum cgroup_subsys_id));
	NOTE(bpf_core_type_exists(btf_trace_sys_enter));
	NOTE(bpf_core_type_exists(btf_trace_sys_enter___short));
	NOTE(bpf_core_type_exists(btf_trace_sys_enter___number));
	NOTE(bpf_core_type_size(struct task_struct));
	NOTE(bpf_core_type_size(kuid_t));
	NOTE(bpf_core_type_size(enum cgroup_subsys_id));
	NOTE(bpf_core_type_size(struct nothing_like_it_either));
	NOTE(bpf_core_type_id_kernel(struct task_struct));
	NOTE(bpf_core_type_id_kernel(kuid_t));
	NOTE(bpf_core_type_id_kernel(union nothing_like_it));
	NOTE(bpf_core_type_id_local(struct task_struct));
	NOTE(bpf_core_type_id_local(union nothing_like_it));
	return r;
}

SEC("raw_tp/sys_enter")
int values(__u64 *ctx)
{
	__u64 r = 0;
	NOTE(bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
	NOTE(bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id___other));
	NOTE(bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id));
	NOTE(bpf_core_enum_value_exists(enum cgroup_subsys_id, no_such_cgrp_id));
	NOTE(bpf_core_enum_value(enum perf_event_state, PERF_EVENT_STATE_ERROR));
	NOTE(bpf_core_enum_value(enum perf_event_state, PERF_EVENT_STATE_OFF));
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, no_such_cgrp_id))
		NOTE(bpf_core_enum_value(enum cgroup_subsys_id, no_such_cgrp_id));
	return r;
}

/* Loads that change their width. */
SEC("tp_btf/sys_enter")
int widths(__u64 *ctx)
{
	__u64 r = 0;
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct task_struct___narrow *narrow = (void *)task;
	struct task_struct___wide *wide = (void *)task;
	NOTE(task->pid);
	NOTE(task->min_flt);
	NOTE(task->thread_pid->level);
	NOTE(narrow->flags);
	NOTE(narrow->min_flt);
	NOTE(narrow->mm != 0);
	NOTE(wide->flags);
	/* Of a number with a sign only the kernel's own width can be read. */
	if (bpf_core_field_size(wide->exit_code) == sizeof(wide->exit_code))
		NOTE(wide->exit_code);
	return r;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
