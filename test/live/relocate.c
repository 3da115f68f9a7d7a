/*
 * Has the kernel and burin relocate the same programs (a generated skeleton.h, found by -I) and compares the instructions that
 * the kernel has after that. Prints a line for each program: its name, the number of instructions, and of those that differ;
 * then one with the relocations and those that are absent.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/skel_internal.h>
#include "../../probe/addon/relocate.h"

static bool here; /* not in the kernel */
static struct burin_relocations counts;

static int run_loader(struct bpf_load_and_run_opts *opts)
{
	if (!here)
		return bpf_load_and_run(opts);
	struct bpf_load_and_run_opts own = *opts;
	void *data = malloc(opts->data_sz), *insns = malloc(opts->insns_sz);
	own.data = memcpy(data, opts->data, opts->data_sz);
	own.insns = memcpy(insns, opts->insns, opts->insns_sz);
	int error = burin_relocate(data, opts->data_sz, insns, opts->insns_sz, BURIN_KERNEL_TYPES, true, &counts);
	if (!error)
		error = bpf_load_and_run(&own);
	free(data);
	free(insns);
	return error;
}
#define bpf_load_and_run run_loader
#ifdef PROBE
#include "../../probe/bpf/record.h"
#endif
#include "skeleton.h"

#define LOG_BYTES (16 << 20)

static struct skeleton *load(bool in_user_space)
{
	struct skeleton *s = skeleton__open();
	char *log = calloc(1, LOG_BYTES);
	here = in_user_space;
#ifdef PROBE
	s->maps.rings.max_entries = s->maps.scratches.max_entries = s->maps.cpus.max_entries = 1;
#endif
	s->ctx.log_level = 1;
	s->ctx.log_size = LOG_BYTES;
	s->ctx.log_buf = (uintptr_t)log;
	const int error = skeleton__load(s);
	if (error) {
		fprintf(stderr, "%s\nin %s: %s\n", log, in_user_space ? "user space" : "the kernel", strerror(-error));
		exit(1);
	}
	free(log);
	return s;
}

static struct bpf_insn *instructions(int fd, struct bpf_prog_info *info)
{
	union bpf_attr attr;
	struct bpf_insn *insns = NULL;
	memset(info, 0, sizeof(*info));
	for (int i = 0; i < 2; i++) {
		const uint32_t length = info->xlated_prog_len;
		insns = calloc(1, length + 1);
		memset(info, 0, sizeof(*info));
		info->xlated_prog_len = length;
		info->xlated_prog_insns = (uintptr_t)insns;
		memset(&attr, 0, sizeof(attr));
		attr.info.bpf_fd = fd;
		attr.info.info_len = sizeof(*info);
		attr.info.info = (uintptr_t)info;
		if (syscall(__NR_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr))) {
			perror("BPF_OBJ_GET_INFO_BY_FD");
			exit(1);
		}
	}
	return insns;
}

int main(void)
{
	struct skeleton *a = load(false), *b = load(true);
	const struct bpf_prog_desc *p = (void *)&a->progs, *q = (void *)&b->progs;
	for (unsigned i = 0; i < sizeof(a->progs) / sizeof(*p); i++) {
		struct bpf_prog_info x, y;
		struct bpf_insn *m = instructions(p[i].prog_fd, &x), *n = instructions(q[i].prog_fd, &y);
		unsigned differ = x.xlated_prog_len != y.xlated_prog_len;
		const uint32_t both = x.xlated_prog_len < y.xlated_prog_len ? x.xlated_prog_len : y.xlated_prog_len;
		for (unsigned k = 0; k < both / sizeof(*m); k++) {
			/* Each load has maps of its own. */
			const bool map = m[k].code == (BPF_LD | BPF_IMM | BPF_DW) && m[k].src_reg;
			if (map)
				n[k].imm = m[k].imm;
			if (memcmp(m + k, n + k, sizeof(*m)))
				differ++;
		}
		printf("%s %u %u\n", x.name, (unsigned)(x.xlated_prog_len / sizeof(*m)), differ);
	}
	printf("relocations %u %u\n", counts.total, counts.absent);
	return 0;
}
