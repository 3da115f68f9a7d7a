/*
 * The probe in the kernel: loading, attaching, and emptying the rings in order of time. Knows no JavaScript.
 */
#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "../bpf/record.h"
#include "loader.h"

namespace burin {

/* An operation that failed: errno and a sentence that says what was being done. */
struct Failure {
	int error = 0;
	std::string what;
	explicit operator bool() const { return error != 0; }
};

/* For tests: makes the named stage fail with this errno. */
struct Injection {
	std::string stage;
	int error = 0;
};

struct Totals {
	uint64_t seen = 0, full = 0, copy = 0, limit = 0, submitted = 0;
};

class Probe {
      public:
	~Probe() { close(); }

	/* ring_bytes: of a CPU's ring buffer, beside an own ring of a quarter; a power of two, at least a page. */
	Failure open(uint64_t ring_bytes, const Injection &inject);
	void close();
	bool is_open() const { return loaded_.skeleton != nullptr; }

	/* Attaches what is not attached yet; a hook that the kernel lacks is named in warnings. */
	Failure attach(const std::vector<std::string> &hooks, std::vector<std::string> &warnings, const Injection &inject);
	void detach(const std::string &hook);

	/*
	 * Moves events, oldest first over all CPUs, into out as blocks. Stops at capacity, or at events younger than
	 * now - horizon ns, which another CPU may yet precede. Returns the bytes written.
	 */
	size_t drain(uint8_t *out, size_t capacity, uint64_t horizon);

	burin_settings *settings() { return settings_; }
	Failure follow(uint32_t tgid, bool on);
	/*
	 * Reports only these processes, threads, and threads with these names, besides what is always wanted; all when all
	 * three are empty. While it changes, everything is reported.
	 */
	Failure select(const std::vector<uint32_t> &pids, const std::vector<uint32_t> &tids,
		       const std::vector<std::string> &names);
	Totals totals() const;
	unsigned cpus() const { return cpus_; }
	std::vector<Totals> per_cpu() const;
	uint64_t delivered() const { return delivered_; }
	uint64_t pending() const;
	uint64_t skipped() const { return skipped_; }

      private:
	/* A ring buffer of the kernel's, or an own ring: that has a burin_cpu and no descriptor. */
	struct Ring {
		int fd = -1;
		unsigned cpu = 0;
		const burin_cpu *own = nullptr;
		unsigned long *consumer = nullptr;
		const unsigned long *producer = nullptr;
		const uint8_t *data = nullptr;
		unsigned long mask = 0, position = 0, seen_until = 0;
		uint64_t taken = 0; /* records */
	};
	struct Hook {
		const char *name, *tracepoint;
		bool needed;
		int program, link;
	};

	Failure open_ring(Ring &ring, uint64_t bytes);
	/* The oldest record of a ring; null when there is none, or it is still being written: busy. */
	static const burin_record *head_of(Ring &ring, uint32_t &length, bool &busy);
	static const burin_record *head_of_own(Ring &ring, uint32_t &length, bool &busy);
	static void pass(Ring &ring, uint32_t length);
	void adjust_clock();

	burin_loaded loaded_ = {};
	burin_settings *settings_ = nullptr;
	burin_cpu *per_cpu_ = nullptr;
	uint8_t *chunks_ = nullptr; /* the own rings */
	size_t chunks_bytes_ = 0;
	std::vector<Ring> rings_; /* the own ones, then the ring buffers of the CPUs in the same order */
	size_t own_rings_ = 0;
	std::vector<uint64_t> ages_; /* of the oldest record of each ring; NEVER when it has none */
	std::vector<Hook> hooks_;
	std::vector<uint32_t> selected_;
	std::vector<std::string> names_;
	unsigned cpus_ = 0;
	uint64_t ring_bytes_ = 0;
	int64_t epoch_offset_ = 0, sleep_offset_ = 0;
	uint64_t delivered_ = 0, skipped_ = 0, drops_told_ = 0, last_ts_ = 0;
};

} // namespace burin
