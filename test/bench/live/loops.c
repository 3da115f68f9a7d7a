/*
 * The loops of the live bench: `loops getppid N`, `loops file N` (open, read, close), `loops rate PER_SECOND SECONDS`.
 * Prints, per round, the wall time, the CPU time and the wall time in the quietest stretch of some thousand rounds, all
 * in ns; then how many calls were made. The last time is the one to compare on a machine that others use, too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STRETCH 2000

static double at(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void getppid_once(void) { syscall(SYS_getppid); }

static void file_once(void)
{
	char buf[64];
	int fd = syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY);
	if (syscall(SYS_read, fd, buf, sizeof(buf)) < 0)
		exit(1);
	syscall(SYS_close, fd);
}

static double repeat(void (*once)(void), long n)
{
	double best = 1e18;
	for (long done = 0; done < n; done += STRETCH) {
		double from = at(CLOCK_MONOTONIC), took;
		for (long i = 0; i < STRETCH; i++)
			once();
		took = (at(CLOCK_MONOTONIC) - from) / STRETCH;
		if (took < best)
			best = took;
	}
	return best;
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? atol(argv[2]) : 1000000, calls = 0;
	double start = at(CLOCK_MONOTONIC), cpu = at(CLOCK_PROCESS_CPUTIME_ID), best = 0;

	n = (n + STRETCH - 1) / STRETCH * STRETCH;
	if (argc > 1 && !strcmp(argv[1], "getppid")) {
		best = repeat(getppid_once, n);
		calls = n;
	} else if (argc > 1 && !strcmp(argv[1], "file")) {
		best = repeat(file_once, n);
		calls = 3 * n;
	} else if (argc > 3 && !strcmp(argv[1], "rate")) {
		/* Bursts of a millisecond, so that the rate is even. */
		double seconds = atof(argv[3]);
		long per_ms = n / 1000;
		for (double next = start; next < start + seconds * 1e9; next += 1e6) {
			while (at(CLOCK_MONOTONIC) < next)
				;
			for (long i = 0; i < per_ms; i++)
				getppid_once();
			calls += per_ms;
		}
		n = calls ? calls : 1;
	} else {
		return 2;
	}
	printf("%.1f %.1f %.1f %ld\n", (at(CLOCK_MONOTONIC) - start) / n, (at(CLOCK_PROCESS_CPUTIME_ID) - cpu) / n, best, calls);
	return 0;
}
