/*
 * The seam to the generated loader, which is C and cannot be read by a C++ compiler.
 */
#pragma once
#ifdef __cplusplus
extern "C" {
#endif

struct burin_loaded {
	void *skeleton;
	int settings, cpus, chunks, rings, followed, selected, names, enter_programs, exit_programs;
	int on_enter, on_exit, enter_ops, exit_ops, exit_task, on_switch, on_process_exit, on_fork, on_rename, on_signal, on_fault_user,
		on_fault_kernel, who_am_i;
};

/* Loads the probe with tables for so many CPUs, and so many chunks of own rings. Returns 0, or a negative errno. */
int burin_load(unsigned cpus, unsigned chunks, struct burin_loaded *out);
void burin_unload(struct burin_loaded *loaded);

#ifdef __cplusplus
}
#endif
