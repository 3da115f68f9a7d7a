/*
 * Relocation of the probe in user space, where the kernel does not do it; see relocate.c.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define BURIN_KERNEL_TYPES "/sys/kernel/btf/vmlinux"

struct burin_relocations {
	unsigned total;
	unsigned absent; /* their instructions were made invalid: this kernel has no such field */
};

/* Whether the kernel relocates programs when they are loaded, as it does since 5.17. */
bool burin_kernel_relocates(void);

/*
 * Relocates the programs in the data of a generated loader to the kernel whose types are in a file, and takes the request to do
 * so out of data and loader. Both are changed; when it fails they are of no use any more. With `verbose`, tells on standard error
 * what is absent and why it failed. Returns 0 or a negative errno.
 */
int burin_relocate(void *data, uint32_t data_size, void *loader, uint32_t loader_size, const char *types_path, bool verbose,
		   struct burin_relocations *out);
