/*
 * See probe.h. The rings are read without a library: their layout in memory is a stable part of the kernel's interface.
 */
#include "probe.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "encode.h"

namespace burin {

namespace {

int bpf(int cmd, union bpf_attr &attr) { return syscall(SYS_bpf, cmd, &attr, sizeof(attr)); }

int64_t now(clockid_t clock)
{
	timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int map_update(int map, const void *key, const void *value)
{
	union bpf_attr attr;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = reinterpret_cast<uint64_t>(key);
	attr.value = reinterpret_cast<uint64_t>(value);
	return bpf(BPF_MAP_UPDATE_ELEM, attr);
}

void map_delete(int map, const void *key)
{
	union bpf_attr attr;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = reinterpret_cast<uint64_t>(key);
	bpf(BPF_MAP_DELETE_ELEM, attr);
}

/* A name as the kernel keeps it. */
struct Comm {
	char text[16] = {};
	explicit Comm(const std::string &name) { memcpy(text, name.data(), std::min<size_t>(name.size(), sizeof(text) - 1)); }
};

Failure failed(int error, const char *what) { return {error, what}; }

/* CPUs that can be brought up without a restart: rings exist for those online, table entries for all. */
unsigned possible_cpus()
{
	unsigned last = 0;
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	if (f) {
		char line[256];
		if (fgets(line, sizeof(line), f)) {
			const char *p = line + strcspn(line, "\n");
			while (p > line && p[-1] >= '0' && p[-1] <= '9')
				p--;
			last = strtoul(p, nullptr, 10);
		}
		fclose(f);
	}
	long n = sysconf(_SC_NPROCESSORS_CONF);
	return std::max<unsigned>(last + 1, n > 0 ? n : 1);
}

} // namespace

Failure Probe::open(uint64_t ring_bytes, const Injection &inject)
{
	close();
	/* Old kernels charge maps to this limit, and it may be fixed: a failure shows when the maps are made. */
	rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	encode_init();
	cpus_ = possible_cpus();
	ring_bytes_ = ring_bytes;
	int error = inject.stage == "load" ? -inject.error : burin_load(cpus_, &loaded_);
	if (error)
		return failed(-error, "load the probe");
	const size_t page = sysconf(_SC_PAGESIZE);
	auto round = [page](size_t n) { return (n + page - 1) / page * page; };
	void *p = mmap(nullptr, round(sizeof(burin_settings)), PROT_READ | PROT_WRITE, MAP_SHARED, loaded_.settings, 0);
	if (p == MAP_FAILED) {
		Failure f = failed(errno, "map the probe's settings");
		close();
		return f;
	}
	settings_ = static_cast<burin_settings *>(p);
	p = mmap(nullptr, round(sizeof(burin_counters) * cpus_), PROT_READ, MAP_SHARED, loaded_.counters, 0);
	if (p == MAP_FAILED) {
		Failure f = failed(errno, "map the probe's counters");
		close();
		return f;
	}
	counters_ = static_cast<burin_counters *>(p);
	const int calls[][3] = {
		{loaded_.enter_programs, BURIN_KIND_OPS, loaded_.enter_ops},
		{loaded_.exit_programs, BURIN_KIND_OPS, loaded_.exit_ops},
		{loaded_.exit_programs, BURIN_KIND_TASK, loaded_.exit_task},
	};
	for (const auto &c : calls)
		if (map_update(c[0], &c[1], &c[2]) < 0) {
			Failure f = failed(errno, "connect the probe's programs");
			close();
			return f;
		}
	for (unsigned cpu = 0; cpu < cpus_; cpu++) {
		char path[80];
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
		/* The first CPU often has no such file; a CPU without a folder is not there. */
		FILE *f = fopen(path, "re");
		if (f) {
			int c = fgetc(f);
			fclose(f);
			if (c == '0')
				continue;
		} else {
			snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u", cpu);
			if (cpu && access(path, F_OK))
				continue;
		}
		Ring ring;
		ring.cpu = cpu;
		Failure bad = inject.stage == "ring" ? failed(inject.error, "make a ring buffer") : open_ring(ring, ring_bytes);
		if (bad) {
			if (ring.fd >= 0)
				::close(ring.fd);
			close();
			return bad;
		}
		rings_.push_back(ring);
		if (map_update(loaded_.rings, &cpu, &ring.fd) < 0) {
			bad = failed(errno, "hand a ring buffer to the probe");
			close();
			return bad;
		}
	}
	union bpf_attr attr;
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = loaded_.who_am_i;
	if (bpf(BPF_PROG_TEST_RUN, attr) < 0 || !settings_->self) {
		/* Right outside of pid namespaces. */
		settings_->self = getpid();
	}
	settings_->snaplen = 80;
	settings_->fds = BURIN_FD_ANY;
	sleep_offset_ = now(CLOCK_BOOTTIME) - now(CLOCK_MONOTONIC);
	epoch_offset_ = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC);
	hooks_ = {
		{"sys_enter", nullptr, true, loaded_.on_enter, -1},
		{"sys_exit", nullptr, true, loaded_.on_exit, -1},
		{"sched_process_exit", nullptr, true, loaded_.on_process_exit, -1},
		{"sched_process_fork", nullptr, false, loaded_.on_fork, -1},
		{"task_rename", nullptr, false, loaded_.on_rename, -1},
		{"sched_switch", nullptr, false, loaded_.on_switch, -1},
		{"signal_deliver", "signal_deliver", false, loaded_.on_signal, -1},
		{"page_fault_user", "page_fault_user", false, loaded_.on_fault_user, -1},
		{"page_fault_kernel", "page_fault_kernel", false, loaded_.on_fault_kernel, -1},
	};
	return {};
}

Failure Probe::open_ring(Ring &ring, uint64_t bytes)
{
	union bpf_attr attr;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_RINGBUF;
	attr.max_entries = bytes;
	ring.fd = bpf(BPF_MAP_CREATE, attr);
	if (ring.fd < 0)
		return failed(errno, "make a ring buffer");
	const size_t page = sysconf(_SC_PAGESIZE);
	void *p = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, 0);
	if (p == MAP_FAILED)
		return failed(errno, "map a ring buffer");
	ring.consumer = static_cast<unsigned long *>(p);
	/* The data are mapped twice in a row, so that a record never wraps. */
	p = mmap(nullptr, page + 2 * bytes, PROT_READ, MAP_SHARED, ring.fd, page);
	if (p == MAP_FAILED) {
		Failure f = failed(errno, "map a ring buffer");
		munmap(ring.consumer, page);
		return f;
	}
	ring.producer = static_cast<const unsigned long *>(p);
	ring.data = static_cast<const uint8_t *>(p) + page;
	ring.mask = bytes - 1;
	return {};
}

void Probe::close()
{
	const size_t page = sysconf(_SC_PAGESIZE);
	auto round = [page](size_t n) { return (n + page - 1) / page * page; };
	if (settings_)
		settings_->on = 0;
	for (Hook &h : hooks_)
		if (h.link >= 0)
			::close(h.link);
	hooks_.clear();
	for (Ring &r : rings_) {
		munmap(r.consumer, page);
		munmap(const_cast<unsigned long *>(r.producer), page + 2 * ring_bytes_);
		::close(r.fd);
	}
	rings_.clear();
	if (settings_)
		munmap(settings_, round(sizeof(burin_settings)));
	if (counters_)
		munmap(counters_, round(sizeof(burin_counters) * cpus_));
	settings_ = nullptr;
	counters_ = nullptr;
	burin_unload(&loaded_);
}

Failure Probe::attach(const std::vector<std::string> &names, std::vector<std::string> &warnings, const Injection &inject)
{
	for (Hook &h : hooks_) {
		if (h.link >= 0 || std::find(names.begin(), names.end(), h.name) == names.end())
			continue;
		union bpf_attr attr;
		memset(&attr, 0, sizeof(attr));
		attr.raw_tracepoint.name = reinterpret_cast<uint64_t>(h.tracepoint);
		attr.raw_tracepoint.prog_fd = h.program;
		int fd = -1;
		if (inject.stage == h.name)
			errno = inject.error;
		else
			fd = bpf(BPF_RAW_TRACEPOINT_OPEN, attr);
		if (fd >= 0) {
			h.link = fd;
			continue;
		}
		if (h.needed)
			return {errno, std::string("attach to ") + h.name};
		warnings.push_back(std::string(h.name) + ": " + strerror(errno));
	}
	return {};
}

void Probe::detach(const std::string &name)
{
	for (Hook &h : hooks_)
		if (h.link >= 0 && name == h.name) {
			::close(h.link);
			h.link = -1;
		}
}

Failure Probe::follow(uint32_t tgid, bool on)
{
	if (!is_open())
		return failed(EBADF, "follow a process");
	if (on) {
		const uint8_t one = 1;
		if (map_update(loaded_.followed, &tgid, &one) < 0)
			return failed(errno, "follow a process");
		return {};
	}
	map_delete(loaded_.followed, &tgid);
	return {};
}

Failure Probe::select(const std::vector<uint32_t> &pids, const std::vector<uint32_t> &tids,
		      const std::vector<std::string> &names)
{
	if (!is_open())
		return failed(EBADF, "select processes");
	__atomic_store_n(&settings_->select, 0, __ATOMIC_SEQ_CST);
	for (uint32_t id : selected_)
		map_delete(loaded_.selected, &id);
	for (const std::string &name : names_)
		map_delete(loaded_.names, Comm(name).text);
	selected_ = pids;
	selected_.insert(selected_.end(), tids.begin(), tids.end());
	names_ = names;
	for (uint32_t id : selected_) {
		uint8_t what = 0;
		if (std::find(pids.begin(), pids.end(), id) != pids.end())
			what |= BURIN_SELECTED_PID;
		if (std::find(tids.begin(), tids.end(), id) != tids.end())
			what |= BURIN_SELECTED_TID;
		if (map_update(loaded_.selected, &id, &what) < 0)
			return failed(errno, "select processes");
	}
	const uint8_t one = 1;
	for (const std::string &name : names)
		if (map_update(loaded_.names, Comm(name).text, &one) < 0)
			return failed(errno, "select names");
	const unsigned which = (selected_.empty() ? 0 : BURIN_SELECT_IDS) | (names.empty() ? 0 : BURIN_SELECT_NAMES);
	__atomic_store_n(&settings_->select, which, __ATOMIC_SEQ_CST);
	return {};
}

/* The oldest record of a ring; null when there is none, or it is still being written: busy. */
const burin_record *Probe::head_of(Ring &r, uint32_t &length, bool &busy)
{
	for (;;) {
		if (r.position >= r.seen_until) {
			r.seen_until = __atomic_load_n(r.producer, __ATOMIC_ACQUIRE);
			if (r.position >= r.seen_until)
				return nullptr;
		}
		const uint8_t *at = r.data + (r.position & r.mask);
		uint32_t head = __atomic_load_n(reinterpret_cast<const uint32_t *>(at), __ATOMIC_ACQUIRE);
		if (head & BPF_RINGBUF_BUSY_BIT) {
			busy = true;
			return nullptr;
		}
		length = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		if (!(head & BPF_RINGBUF_DISCARD_BIT))
			return reinterpret_cast<const burin_record *>(at + BPF_RINGBUF_HDR_SZ);
		r.position += (length + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;
	}
}

/* The monotonic clock stands still while the machine sleeps. */
void Probe::adjust_clock()
{
	int64_t slept = now(CLOCK_BOOTTIME) - now(CLOCK_MONOTONIC);
	if (slept - sleep_offset_ > 1000000) {
		epoch_offset_ += slept - sleep_offset_;
		sleep_offset_ = slept;
	}
}

size_t Probe::drain(uint8_t *out, size_t capacity, uint64_t horizon)
{
	if (!is_open())
		return 0;
	adjust_clock();
	const uint64_t until = now(CLOCK_MONOTONIC) - horizon;
	size_t used = 0;
	uint64_t full = 0;
	for (unsigned i = 0; i < cpus_; i++)
		full += __atomic_load_n(&counters_[i].full, __ATOMIC_RELAXED);
	if (full != drops_told_ && capacity >= 64) {
		drops_told_ = full;
		used += encode_drop((last_ts_ ? last_ts_ : until) + epoch_offset_, 0, out);
	}
	/* A record that is being written may be older than all others: wait for it. */
	bool busy = false, room = true;
	while (room) {
		/* The ring with the oldest event, and the age of the oldest elsewhere. */
		Ring *best = nullptr;
		uint64_t best_ts = ~0ull, next_ts = until;
		for (Ring &r : rings_) {
			uint32_t length;
			const burin_record *rec = head_of(r, length, busy);
			if (!rec)
				continue;
			uint64_t ts = rec->head.ts;
			if (ts < best_ts) {
				if (best)
					next_ts = std::min(next_ts, best_ts);
				best = &r;
				best_ts = ts;
			} else {
				next_ts = std::min(next_ts, ts);
			}
		}
		if (busy || !best || best_ts > until)
			break;
		uint32_t length;
		const burin_record *rec;
		while ((rec = head_of(*best, length, busy)) && rec->head.ts <= next_ts) {
			if (capacity - used < encode_room(length)) {
				room = false;
				break;
			}
			size_t n = encode(rec, length, best->cpu, epoch_offset_, out + used);
			used += n;
			last_ts_ = rec->head.ts;
			if (n)
				delivered_++;
			else
				skipped_++;
			best->position += (length + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;
		}
		__atomic_store_n(best->consumer, best->position, __ATOMIC_RELEASE);
	}
	return used;
}

uint64_t Probe::pending() const
{
	uint64_t n = 0;
	for (const Ring &r : rings_)
		n += __atomic_load_n(r.producer, __ATOMIC_ACQUIRE) - r.position;
	return n;
}

std::vector<Totals> Probe::per_cpu() const
{
	std::vector<Totals> out;
	for (unsigned i = 0; counters_ && i < cpus_; i++) {
		const burin_counters &c = counters_[i];
		out.push_back({c.seen, c.full, c.copy, c.limit, c.delivered});
	}
	return out;
}

Totals Probe::totals() const
{
	Totals t;
	for (const Totals &c : per_cpu()) {
		t.seen += c.seen;
		t.full += c.full;
		t.copy += c.copy;
		t.limit += c.limit;
		t.submitted += c.submitted;
	}
	return t;
}

} // namespace burin
