/*
 * See probe.h. The kernel's ring buffers are read without a library: their layout in memory is a stable part of its
 * interface. That of the own rings is in record.h.
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

constexpr uint64_t NEVER = ~0ull;
/* How often a record that is just being written is looked at before the events behind it are left for the next time. */
constexpr int PATIENCE = 1000;

size_t whole_pages(size_t n)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	return (n + page - 1) / page * page;
}

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

std::vector<unsigned> online_cpus(unsigned possible)
{
	std::vector<unsigned> online;
	for (unsigned cpu = 0; cpu < possible; cpu++) {
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
		online.push_back(cpu);
	}
	return online;
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
	const std::vector<unsigned> online = online_cpus(cpus_);
	const uint64_t chunks = BURIN_OWN_RING ? std::max<uint64_t>(ring_bytes / 4 / BURIN_CHUNK, 1) : 0;
	const uint64_t all_chunks = chunks * online.size();
	ring_bytes_ = ring_bytes;
	int error = -ENOMEM;
	if (inject.stage == "load")
		error = -inject.error;
	else if (all_chunks <= UINT32_MAX)
		error = burin_load(cpus_, std::max<uint64_t>(all_chunks, 1), &loaded_);
	if (error)
		return failed(-error, "load the probe");
	void *p = mmap(nullptr, whole_pages(sizeof(burin_settings)), PROT_READ | PROT_WRITE, MAP_SHARED, loaded_.settings, 0);
	if (p == MAP_FAILED) {
		Failure f = failed(errno, "map the probe's settings");
		close();
		return f;
	}
	settings_ = static_cast<burin_settings *>(p);
	p = mmap(nullptr, whole_pages(sizeof(burin_cpu) * cpus_), PROT_READ | PROT_WRITE, MAP_SHARED, loaded_.cpus, 0);
	if (p == MAP_FAILED) {
		Failure f = failed(errno, "map the probe's counters");
		close();
		return f;
	}
	per_cpu_ = static_cast<burin_cpu *>(p);
	if (chunks) {
		p = mmap(nullptr, all_chunks * BURIN_CHUNK, PROT_READ, MAP_SHARED, loaded_.chunks, 0);
		if (p == MAP_FAILED) {
			Failure f = failed(errno, "map the probe's rings");
			close();
			return f;
		}
		chunks_ = static_cast<uint8_t *>(p);
		chunks_bytes_ = all_chunks * BURIN_CHUNK;
	}
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
	for (size_t i = 0; chunks && i < online.size(); i++) {
		burin_cpu &c = per_cpu_[online[i]];
		c.first_chunk = i * chunks;
		c.chunks = chunks;
		Ring ring;
		ring.cpu = online[i];
		ring.own = &c;
		ring.consumer = reinterpret_cast<unsigned long *>(&c.consumed);
		ring.producer = reinterpret_cast<const unsigned long *>(&c.committed);
		ring.data = chunks_ + i * chunks * BURIN_CHUNK;
		ring.mask = chunks * BURIN_CHUNK - 1;
		rings_.push_back(ring);
	}
	own_rings_ = rings_.size();
	for (unsigned cpu : online) {
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
	ages_.resize(rings_.size());
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
	if (settings_)
		settings_->on = 0;
	for (Hook &h : hooks_)
		if (h.link >= 0)
			::close(h.link);
	hooks_.clear();
	for (Ring &r : rings_) {
		if (r.own)
			continue;
		munmap(r.consumer, page);
		munmap(const_cast<unsigned long *>(r.producer), page + 2 * ring_bytes_);
		::close(r.fd);
	}
	rings_.clear();
	if (settings_)
		munmap(settings_, whole_pages(sizeof(burin_settings)));
	if (per_cpu_)
		munmap(per_cpu_, whole_pages(sizeof(burin_cpu) * cpus_));
	if (chunks_)
		munmap(chunks_, chunks_bytes_);
	settings_ = nullptr;
	per_cpu_ = nullptr;
	chunks_ = nullptr;
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

const burin_record *Probe::head_of_own(Ring &r, uint32_t &length, bool &busy)
{
	if (r.position >= r.seen_until) {
		/* Before the end is looked at: what is not being written now is before that, or will have a later time. */
		const bool writing = __atomic_load_n(&r.own->writing[0], __ATOMIC_ACQUIRE) == BURIN_WRITING ||
				     __atomic_load_n(&r.own->writing[1], __ATOMIC_ACQUIRE) == BURIN_WRITING;
		r.seen_until = __atomic_load_n(r.producer, __ATOMIC_ACQUIRE);
		if (r.position >= r.seen_until) {
			if (writing)
				busy = true;
			return nullptr;
		}
	}
	const unsigned long in_chunk = r.position & (BURIN_CHUNK - 1);
	if (in_chunk > BURIN_CHUNK_LAST)
		r.position += BURIN_CHUNK - in_chunk;
	const burin_record *rec = reinterpret_cast<const burin_record *>(r.data + (r.position & r.mask));
	length = rec->head.flags & BURIN_ARGS ? sizeof(burin_record) : sizeof(burin_head);
	return rec;
}

const burin_record *Probe::head_of(Ring &r, uint32_t &length, bool &busy)
{
	if (r.own)
		return head_of_own(r, length, busy);
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

/* Goes on behind a record. */
void Probe::pass(Ring &r, uint32_t length)
{
	r.position += r.own ? length : (length + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;
	r.taken++;
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
		for (const auto &n : per_cpu_[i].full)
			full += __atomic_load_n(&n, __ATOMIC_RELAXED);
	if (full != drops_told_ && capacity >= 64) {
		drops_told_ = full;
		used += encode_drop((last_ts_ ? last_ts_ : until) + epoch_offset_, 0, out);
	}
	/*
	 * A record that is being written may be older than all others: wait for it. What comes into an empty ring from here on
	 * is younger than the horizon; the own rings are asked first, as they know of what is on its way to the other ones.
	 */
	bool busy = false, room = true;
	uint32_t length;
	for (size_t i = 0; i < rings_.size(); i++) {
		const burin_record *rec;
		int tries = PATIENCE;
		do {
			busy = false;
			rec = head_of(rings_[i], length, busy);
		} while (busy && --tries);
		if (busy)
			return used;
		ages_[i] = rec ? rec->head.ts : NEVER;
	}
	while (room && !busy) {
		/* The ring with the oldest event, and the age of the oldest elsewhere. */
		size_t best = 0;
		uint64_t best_ts = NEVER, next_ts = until;
		for (size_t i = 0; i < ages_.size(); i++) {
			if (ages_[i] < best_ts) {
				next_ts = std::min(next_ts, best_ts);
				best = i;
				best_ts = ages_[i];
			} else {
				next_ts = std::min(next_ts, ages_[i]);
			}
		}
		if (best_ts > until)
			break;
		Ring &r = rings_[best];
		const burin_record *rec;
		while ((rec = head_of(r, length, busy)) && rec->head.ts <= next_ts) {
			if (capacity - used < encode_room(length)) {
				room = false;
				break;
			}
			size_t n = encode(rec, length, r.cpu, epoch_offset_, out + used);
			used += n;
			last_ts_ = rec->head.ts;
			if (n)
				delivered_++;
			else
				skipped_++;
			pass(r, length);
		}
		ages_[best] = rec ? rec->head.ts : NEVER;
		if (!rec && best < own_rings_) {
			/* Nothing is on its way any more, but something may have arrived in the CPU's other ring. */
			Ring &other = rings_[own_rings_ + best];
			const burin_record *oldest = head_of(other, length, busy);
			ages_[own_rings_ + best] = oldest ? oldest->head.ts : NEVER;
		}
		__atomic_store_n(r.consumer, r.position, __ATOMIC_RELEASE);
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
	for (unsigned i = 0; per_cpu_ && i < cpus_; i++) {
		const burin_cpu &c = per_cpu_[i];
		Totals t;
		for (size_t by = 0; by < 3; by++) {
			t.seen += c.seen[by];
			t.full += c.full[by];
			t.submitted += c.submitted[by];
		}
		t.copy = c.copy;
		t.limit = c.cut;
		out.push_back(t);
	}
	/* Nobody counts records into an own ring; they are counted on their way out. */
	for (const Ring &r : rings_)
		if (r.own)
			out[r.cpu].submitted += r.taken;
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
