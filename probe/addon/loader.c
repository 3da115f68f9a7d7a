/*
 * Runs the loader that `bpftool gen skeleton -L` made from the compiled probe. Its attach functions are not used: they
 * would attach the programs that are only tail-called, too.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/skel_internal.h>
#include "../bpf/record.h"
#include "loader.h"
#include "relocate.h"

/*
 * The generated code runs its loader through this one. The kernel's verifier gives up, with EAGAIN, when a signal is waiting
 * for the thread: a program that ends just now, or a window that is resized.
 */
static int run_loader(struct bpf_load_and_run_opts *opts);
#define bpf_load_and_run run_loader
#include "skeleton.h"
#undef bpf_load_and_run

#define LOG_BYTES (16 << 20)

static int relocate_and_run(struct bpf_load_and_run_opts *opts)
{
	/* For those who change the probe: relocates here on every kernel. */
	if (!getenv("BURIN_RELOCATE") && burin_kernel_relocates())
		return bpf_load_and_run(opts);
	struct bpf_load_and_run_opts own = *opts;
	struct burin_relocations counts;
	const bool verbose = getenv("BURIN_VERIFIER_LOG");
	void *data = malloc(opts->data_sz), *insns = malloc(opts->insns_sz);
	int error = -ENOMEM;
	if (data && insns) {
		own.data = memcpy(data, opts->data, opts->data_sz);
		own.insns = memcpy(insns, opts->insns, opts->insns_sz);
		error = burin_relocate(data, opts->data_sz, insns, opts->insns_sz, BURIN_KERNEL_TYPES, verbose, &counts);
	}
	if (!error)
		error = bpf_load_and_run(&own);
	free(data);
	free(insns);
	return error;
}

static int run_loader(struct bpf_load_and_run_opts *opts)
{
	sigset_t all, before;
	int error;

	/* For this thread, on Linux; the function for threads would need a newer libc. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	error = relocate_and_run(opts);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return error;
}

int burin_load(unsigned cpus, unsigned chunks, struct burin_loaded *out)
{
	struct skeleton *s;
	char *log = NULL;
	int error;

	memset(out, 0, sizeof(*out));
	s = skeleton__open();
	if (!s)
		return -ENOMEM;
	s->maps.rings.max_entries = cpus;
	s->maps.scratches.max_entries = cpus;
	s->maps.cpus.max_entries = cpus;
	s->maps.chunks.max_entries = chunks;
	/* For those who change the probe: what the kernel's verifier says goes to standard error. */
	if (getenv("BURIN_VERIFIER_LOG")) {
		log = calloc(1, LOG_BYTES);
		s->ctx.log_level = 1;
		s->ctx.log_size = log ? LOG_BYTES : 0;
		s->ctx.log_buf = (uintptr_t)log;
	}
	error = skeleton__load(s);
	if (log) {
		fputs(log, stderr);
		free(log);
	}
	if (error) {
		skeleton__destroy(s);
		return error < 0 ? error : -EINVAL;
	}
	out->skeleton = s;
	out->settings = s->maps.bss.map_fd;
	out->cpus = s->maps.cpus.map_fd;
	out->chunks = s->maps.chunks.map_fd;
	out->rings = s->maps.rings.map_fd;
	out->followed = s->maps.followed.map_fd;
	out->selected = s->maps.selected.map_fd;
	out->names = s->maps.names.map_fd;
	out->enter_programs = s->maps.enter_programs.map_fd;
	out->exit_programs = s->maps.exit_programs.map_fd;
	out->on_enter = s->progs.on_enter.prog_fd;
	out->on_exit = s->progs.on_exit.prog_fd;
	out->enter_ops = s->progs.enter_ops.prog_fd;
	out->exit_ops = s->progs.exit_ops.prog_fd;
	out->exit_task = s->progs.exit_task.prog_fd;
	out->on_switch = s->progs.on_switch.prog_fd;
	out->on_process_exit = s->progs.on_process_exit.prog_fd;
	out->on_fork = s->progs.on_fork.prog_fd;
	out->on_rename = s->progs.on_rename.prog_fd;
	out->on_signal = s->progs.on_signal.prog_fd;
	out->on_fault_user = s->progs.on_fault_user.prog_fd;
	out->on_fault_kernel = s->progs.on_fault_kernel.prog_fd;
	out->who_am_i = s->progs.who_am_i.prog_fd;
	return 0;
}

void burin_unload(struct burin_loaded *loaded)
{
	if (loaded->skeleton)
		skeleton__destroy(loaded->skeleton);
	loaded->skeleton = 0;
}
