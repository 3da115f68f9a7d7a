/*
 * Records to blocks. Everything goes straight into the output: first the header and the array of lengths, whose size
 * is known from the row, then the values. A record is written by the probe and is trusted to be well formed, yet its
 * pieces are checked against its length, so that a mismatch of versions cannot read beyond it.
 */
#include "encode.h"
#include <arpa/inet.h>
#include <cstring>
#include <unistd.h>
#include "flags.h"

namespace burin {

enum Source : uint8_t {
	SRC_NONE,
	SRC_ARG,
	SRC_ARG32,
	SRC_RET,
	SRC_CONST,
	SRC_ID, /* 0 for calls that old readers crash on */
	SRC_REAL_ID,
	SRC_NUMBER,
	SRC_TOTAL,
	SRC_U64,
	SRC_U32,
	SRC_U16,
	SRC_U64_ONES,
	SRC_U32_ONES,
	SRC_U16_ONES,
};

enum Map : uint8_t {
	MAP_NONE,
	MAP_OPEN,
	MAP_OPENMODE,
	MAP_DEV,
	MAP_I32,
	MAP_U32,
	MAP_FD,
	MAP_PROT,
	MAP_MMAP,
	MAP_KB,
	MAP_MODE,
	MAP_ACCESS,
	MAP_SOLLEVEL,
	MAP_SOCKOPT,
	MAP_EXECVEAT,
	MAP_SEMGET,
	MAP_SEMOP,
	MAP_SEMCTL,
	MAP_SEMVAL,
	MAP_FCNTL,
	MAP_FLOCK,
	MAP_RLIMIT,
	MAP_PTRACE,
	MAP_MOUNT,
	MAP_QUOTACMD,
	MAP_QUOTATYPE,
	MAP_RESOLVE,
	MAP_CLONE,
	MAP_PIDFD,
	MAP_CLOSERANGE,
	MAP_EXITSTATUS,
	MAP_EXITSIG,
	MAP_EXITCORE,
	MAP_FAULT,
	MAP_IOSETUP,
};

enum Emit : uint8_t {
	EMIT_VALUE,
	EMIT_STRING,
	EMIT_BYTES,
	EMIT_IFOK,
	EMIT_TIME,
	EMIT_POLLIN,
	EMIT_POLLOUT,
	EMIT_ADDRESS,
	EMIT_OUTGOING,
	EMIT_ADDRESSED,
	EMIT_MESSAGED,
	EMIT_INCOMING,
	EMIT_RECEIVED,
	EMIT_ACCEPTED,
	EMIT_QUEUEPCT,
	EMIT_QUEUELEN,
	EMIT_QUEUEMAX,
	EMIT_SOCKOPT,
	EMIT_SECOND,
	EMIT_PTRACEADDR,
	EMIT_PTRACEDATA,
	EMIT_QUOTAID,
	EMIT_QUOTAFMT,
	EMIT_QUOTAFILE,
	EMIT_QUOTADQ,
	EMIT_BPF,
	EMIT_CLONE,
	EMIT_EXEC,
};

struct Param {
	Emit emit;
	Source src;
	uint8_t index, offset;
	Map map;
	uint8_t help, size;
};
struct Row {
	uint16_t nr, code;
	uint8_t nparams;
	Param params[14];
};

#include "rows.inc"

static const Row *enter_by_nr[BURIN_NR_TOTAL];
static const Row *exit_by_nr[BURIN_NR_TOTAL];
static uint16_t id_by_nr[BURIN_NR_TOTAL];
static unsigned page_kb = 4;

static const Row unknown_enter = {0, 0, 2, {{EMIT_VALUE, SRC_ID, 0, 0, MAP_NONE, 0, 2}, {EMIT_VALUE, SRC_NUMBER, 0, 0, MAP_NONE, 0, 2}}};
static const Row unknown_exit = {0, 1, 2, {{EMIT_VALUE, SRC_ID, 0, 0, MAP_NONE, 0, 2}, {EMIT_VALUE, SRC_NUMBER, 0, 0, MAP_NONE, 0, 2}}};

void encode_init()
{
	page_kb = sysconf(_SC_PAGESIZE) / 1024;
	for (int i = 0; i < BURIN_NR_SYSCALLS; i++) {
		enter_by_nr[i] = &unknown_enter;
		exit_by_nr[i] = &unknown_exit;
	}
	for (const Row &r : enter_rows)
		enter_by_nr[r.nr] = &r;
	for (const Row &r : exit_rows)
		exit_by_nr[r.nr] = &r;
	for (const Row &r : other_rows)
		enter_by_nr[r.nr] = exit_by_nr[r.nr] = &r;
	for (const auto &c : call_ids)
		id_by_nr[c[0]] = c[1];
}

namespace {

const unsigned MAX_PIECES = 12;
const size_t HEADER = 8 + 2; /* block header, CPU */
const size_t EVENT_HEADER = 26;

struct Piece {
	const uint8_t *data = nullptr; /* null: missing */
	uint32_t len = 0, total = 0;
};

template <class T> inline void put(uint8_t *at, T v) { memcpy(at, &v, sizeof(v)); }

struct Encoder {
	const burin_record *rec;
	Piece pieces[MAX_PIECES];
	unsigned npieces = 0;
	uint8_t *lens;
	uint8_t *at;

	Piece piece(unsigned i) const { return i < npieces ? pieces[i] : Piece(); }

	/* Closes the parameter whose bytes were just written. */
	void close(size_t len)
	{
		put<uint16_t>(lens, len);
		lens += 2;
		at += len;
	}
	void number(uint64_t v, unsigned size)
	{
		memcpy(at, &v, 8); /* little endian; what lies beyond is overwritten by the next value */
		close(size);
	}
	void bytes(const void *p, size_t len)
	{
		if (len)
			memcpy(at, p, len);
		close(len);
	}
	/* Texts, each ended by NUL; those that were cut, too: readers go on until they find one. */
	void texts(const uint8_t *p, size_t len)
	{
		if (len) {
			memcpy(at, p, len);
			at[len - 1] = 0;
		}
		close(len);
	}
	/* Text without its NUL. */
	void text(const char *p, size_t len)
	{
		memcpy(at, p, len);
		at[len] = 0;
		close(len + 1);
	}
	void string(const Piece &p)
	{
		if (!p.data)
			return text("<NA>", 4);
		text(reinterpret_cast<const char *>(p.data), strnlen(reinterpret_cast<const char *>(p.data), p.len));
	}

	uint64_t arg(unsigned i) const { return rec->arg[i < 6 ? i : 0]; }

	uint64_t piece_number(unsigned i, unsigned offset, unsigned size, bool ones) const
	{
		Piece p = piece(i);
		if (!p.data || offset + size > p.len)
			return ones ? ~0ull : 0;
		uint64_t v = 0;
		memcpy(&v, p.data + offset, size);
		return v;
	}

	uint64_t value(const Param &p) const
	{
		switch (p.src) {
		case SRC_ARG:
			return arg(p.index);
		case SRC_ARG32:
			return static_cast<int64_t>(static_cast<int32_t>(arg(p.index)));
		case SRC_RET:
			return rec->head.ret;
		case SRC_CONST:
			return p.index;
		case SRC_ID:
			return id_by_nr[rec->head.nr] > LAST_SAFE_ID ? 0 : id_by_nr[rec->head.nr];
		case SRC_REAL_ID:
			return id_by_nr[rec->head.nr];
		case SRC_NUMBER:
			return rec->head.nr;
		case SRC_TOTAL:
			return piece(p.index).total;
		case SRC_U64:
			return piece_number(p.index, p.offset, 8, false);
		case SRC_U32:
			return piece_number(p.index, p.offset, 4, false);
		case SRC_U16:
			return piece_number(p.index, p.offset, 2, false);
		case SRC_U64_ONES:
			return piece_number(p.index, p.offset, 8, true);
		case SRC_U32_ONES:
			return piece_number(p.index, p.offset, 4, true);
		case SRC_U16_ONES:
			return piece_number(p.index, p.offset, 2, true);
		default:
			return 0;
		}
	}

	uint64_t mapped(const Param &p) const
	{
		uint64_t v = value(p);
		switch (p.map) {
		case MAP_NONE:
			return v;
		case MAP_OPEN:
			return open_flags(v);
		case MAP_OPENMODE: {
			/* The mode is read by the kernel only when something may be created. */
			uint64_t flags = arg(p.help);
			return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? v & 07777 : 0;
		}
		case MAP_DEV: {
			uint32_t major = v >> 20, minor = v & 0xfffff;
			return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
		}
		case MAP_I32:
		case MAP_FD:
			return static_cast<int64_t>(static_cast<int32_t>(v));
		case MAP_U32:
			return static_cast<uint32_t>(v);
		case MAP_PROT:
			return map_bits(v, prot_bits);
		case MAP_MMAP:
			return map_bits(v, mmap_bits);
		case MAP_KB:
			return static_cast<int64_t>(v) < 0 ? 0 : v * page_kb;
		case MAP_MODE:
			return v & 07777;
		case MAP_ACCESS:
			return v & 7;
		case MAP_SOLLEVEL:
			return socket_level(v);
		case MAP_SOCKOPT:
			return socket_option(arg(p.help), v);
		case MAP_EXECVEAT:
			return map_bits(v, execveat_bits);
		case MAP_SEMGET:
			return map_bits(v, semget_bits);
		case MAP_SEMOP:
			return map_bits(v, semop_bits);
		case MAP_SEMCTL:
			return map_value(v & 0xff, semctl_values, 0);
		case MAP_SEMVAL:
			return (arg(p.help) & 0xff) == 16 ? v : 0;
		case MAP_FCNTL:
			return map_value(v, fcntl_values, 0);
		case MAP_FLOCK:
			return v & 15;
		case MAP_RLIMIT:
			return v < 16 ? v : 255;
		case MAP_PTRACE:
			return map_value(v, ptrace_values, 0);
		case MAP_MOUNT:
			/* Very old callers put a magic number into the upper half. */
			return (v & 0xffff0000) == 0xc0ed0000 ? v & 0xffff : v & 0xffffffff;
		case MAP_QUOTACMD:
			return map_value(static_cast<uint32_t>(v) >> 8, quota_commands, 0);
		case MAP_QUOTATYPE:
			return (v & 0xff) == 0 ? 1 : (v & 0xff) == 1 ? 2 : 0;
		case MAP_RESOLVE:
			return map_bits(v, resolve_bits);
		case MAP_CLONE:
			return map_bits(v, clone_bits);
		case MAP_PIDFD:
			return v & O_NONBLOCK ? 1 : 0;
		case MAP_CLOSERANGE:
			return v & 6;
		case MAP_EXITSTATUS:
			return v & 0x7f ? 0 : (v >> 8) & 0xff;
		case MAP_EXITSIG:
			return v & 0x7f;
		case MAP_EXITCORE:
			return v & 0x80 ? 1 : 0;
		case MAP_FAULT:
			return fault_flags(v);
		case MAP_IOSETUP:
			return map_bits(v, io_uring_setup_bits);
		}
		return v;
	}

	void time(const Piece &p)
	{
		int64_t t[2];
		if (!p.data || p.len < sizeof(t))
			return number(~0ull, 8);
		memcpy(t, p.data, sizeof(t));
		number(t[0] * 1000000000 + t[1], 8);
	}

	/* pollfd: i32 descriptor, i16 asked, i16 answered. The answer lists only what is ready. */
	void poll(const Piece &p, bool answer)
	{
		uint8_t *start = at;
		uint16_t count = 0;
		uint8_t *w = at + 2;
		for (uint32_t o = 0; p.data && o + 8 <= p.len; o += 8) {
			int32_t fd;
			uint16_t ev;
			memcpy(&fd, p.data + o, 4);
			memcpy(&ev, p.data + o + (answer ? 6 : 4), 2);
			if (answer && !ev)
				continue;
			put<int64_t>(w, fd);
			put<uint16_t>(w + 8, map_bits(ev, poll_bits));
			w += 10;
			count++;
		}
		put<uint16_t>(start, count);
		close(w - start);
	}

	/* The path of a unix address in user memory; abstract names start with a NUL and are shown from there on. */
	static size_t unix_path(const uint8_t *path, size_t room, uint8_t *out)
	{
		size_t len = strnlen(reinterpret_cast<const char *>(path), room);
		memcpy(out, path, len);
		out[len] = 0;
		return len + 1;
	}

	void address(const Piece &p)
	{
		uint16_t family;
		if (!p.data || p.len < 2)
			return close(0);
		memcpy(&family, p.data, 2);
		at[0] = family;
		if (family == 2 && p.len >= 8) {
			memcpy(at + 1, p.data + 4, 4);
			put<uint16_t>(at + 5, p.data[2] << 8 | p.data[3]);
			return close(7);
		}
		if (family == 10 && p.len >= 24) {
			memcpy(at + 1, p.data + 8, 16);
			put<uint16_t>(at + 17, p.data[2] << 8 | p.data[3]);
			return close(19);
		}
		if (family == 1)
			return close(1 + unix_path(p.data + 2, p.len - 2, at + 1));
		close(1);
	}

	/*
	 * A tuple from the socket in the kernel and, when there is one, the address that the caller gave or got for the
	 * other end. Source comes first: this end for outgoing data, the other end for incoming.
	 */
	void tuple(const Piece &user, const Piece &socket, bool incoming)
	{
		if (!socket.data || socket.len < sizeof(burin_sockinfo))
			return close(0);
		burin_sockinfo s;
		memcpy(&s, socket.data, sizeof(s));
		uint16_t family = 0;
		if (user.data && user.len >= 2)
			memcpy(&family, user.data, 2);
		at[0] = s.family;
		if (s.family == 2 || s.family == 10) {
			const size_t n = s.family == 2 ? 4 : 16;
			const uint8_t *other = s.raddr;
			uint16_t port = ntohs(s.rport);
			if (family == s.family && user.len >= (n == 4 ? 8u : 24u)) {
				other = user.data + (n == 4 ? 4 : 8);
				port = user.data[2] << 8 | user.data[3];
			}
			uint8_t *here = at + 1 + (incoming ? n + 2 : 0);
			uint8_t *there = at + 1 + (incoming ? 0 : n + 2);
			memcpy(here, s.laddr, n);
			put<uint16_t>(here + n, s.lport);
			memcpy(there, other, n);
			put<uint16_t>(there + n, port);
			return close(1 + 2 * (n + 2));
		}
		if (s.family == 1) {
			put<uint64_t>(at + 1, incoming ? s.sk : s.peer);
			put<uint64_t>(at + 9, incoming ? s.peer : s.sk);
			size_t len = family == 1 && user.len > 2
					     ? unix_path(user.data + 2, user.len - 2, at + 17)
					     : unix_path(reinterpret_cast<uint8_t *>(s.path), s.pathlen > 111 ? 111 : s.pathlen, at + 17);
			return close(17 + len);
		}
		close(1);
	}

	void socket_option_value(const Piece &p)
	{
		uint32_t v32 = 0;
		uint64_t v64 = 0;
		int64_t tv[2];
		if (p.data && p.len >= 4)
			memcpy(&v32, p.data, 4);
		if (p.data && p.len >= 8)
			memcpy(&v64, p.data, 8);
		if (arg(1) == 1) {
			switch (arg(2)) {
			case 4: /* SO_ERROR */
				at[0] = 1;
				put<int64_t>(at + 1, -static_cast<int64_t>(v32));
				return close(9);
			case 20: /* SO_RCVTIMEO, SO_SNDTIMEO */
			case 21:
			case 66:
			case 67:
				if (!p.data || p.len < sizeof(tv))
					break;
				memcpy(tv, p.data, sizeof(tv));
				at[0] = 4;
				put<int64_t>(at + 1, tv[0] * 1000000000 + tv[1] * 1000);
				return close(9);
			case 57: /* SO_COOKIE */
				at[0] = 3;
				put<uint64_t>(at + 1, v64);
				return close(9);
			case 1: case 2: case 3: case 5: case 6: case 7: case 8: case 9: case 10: case 11: case 12: case 15: case 16:
			case 18: case 19: case 29: case 30: case 32: case 33: case 34: case 35: case 36: case 37: case 38: case 39:
			case 40: case 41: case 42: case 43: case 44: case 45: case 46: case 47: case 48: case 49: case 50:
				at[0] = 2;
				put<uint32_t>(at + 1, v32);
				return close(5);
			}
		}
		at[0] = 0;
		if (p.data)
			memcpy(at + 1, p.data, p.len);
		close(1 + (p.data ? p.len : 0));
	}

	void dynamic(uint8_t index, uint64_t v, unsigned size)
	{
		at[0] = index;
		put<uint64_t>(at + 1, v);
		close(1 + size);
	}

	uint32_t quota_command() const { return static_cast<uint32_t>(arg(0)) >> 8; }

	void quota_result(unsigned i)
	{
		uint32_t cmd = quota_command();
		const bool ok = rec->head.ret >= 0;
		const bool block = ok && (cmd == 0x800007 || cmd == 0x800008);
		const bool info = ok && (cmd == 0x800005 || cmd == 0x800006);
		static const uint8_t offsets[] = {0, 8, 16, 24, 32, 48, 56};
		for (uint8_t o : offsets)
			number(block ? piece_number(i, o, 8, false) : 0, 8);
		number(info ? piece_number(i, 0, 8, false) : 0, 8);
		number(info ? piece_number(i, 8, 8, false) : 0, 8);
		number(info ? piece_number(i, 16, 4, false) & 3 : 0, 1);
		number(ok && cmd == 0x800004 ? map_value(piece_number(i, 0, 4, false), quota_formats, 1) : 1, 1);
	}

	/* The probe sends names from the leaf to the root; a missing piece means: as the one before. */
	void cgroups(unsigned first)
	{
		static const char *const names[] = {"cpuset", "cpu", "cpuacct", "io", "memory"};
		uint8_t *start = at;
		char path[4096] = "/";
		size_t length = 1;
		uint8_t *w = at;
		for (unsigned i = 0; i < 5; i++) {
			Piece p = piece(first + i);
			if (p.data) {
				length = 0;
				for (size_t end = p.len; end > 0;) {
					size_t from = end - 1;
					while (from > 0 && p.data[from - 1])
						from--;
					size_t n = end - 1 - from;
					if (n && length + n + 1 < sizeof(path)) {
						path[length++] = '/';
						memcpy(path + length, p.data + from, n);
						length += n;
					}
					end = from;
				}
				if (!length)
					path[length++] = '/';
			}
			size_t n = strlen(names[i]);
			if (static_cast<size_t>(w - start) + n + length + 2 > 4000)
				break;
			memcpy(w, names[i], n);
			w[n] = '=';
			memcpy(w + n + 1, path, length);
			w[n + 1 + length] = 0;
			w += n + length + 2;
		}
		close(w - start);
	}

	/* Whether the caller may write to the image it runs, by owner, group and mode. */
	static bool exe_writable(const burin_taskinfo &t)
	{
		if (t.exe_sb_flags & 1 || !t.exe_ino)
			return false;
		if (t.cap_effective & 2) /* CAP_DAC_OVERRIDE */
			return true;
		if (t.fsuid == t.exe_uid)
			return t.exe_mode & 0200;
		if (t.fsgid == t.exe_gid)
			return t.exe_mode & 0020;
		return t.exe_mode & 0002;
	}

	/* Writable, of an overlay's upper layer, without a name in a file system of memory, of a lower layer. */
	static uint32_t exe_flags(const burin_taskinfo &t)
	{
		uint32_t flags = exe_writable(t) ? 1 : 0;
		if (t.exe_magic == 0x794c7630)
			flags |= t.exe_upper ? 2 : 8;
		if (t.exe_magic == 0x01021994 && t.exe_nlink == 0)
			flags |= 4;
		return flags;
	}

	void task(bool exec)
	{
		burin_taskinfo t;
		Piece info = piece(0), args = piece(1), env = piece(2);
		memset(&t, 0, sizeof(t));
		if (info.data && info.len >= sizeof(t))
			memcpy(&t, info.data, sizeof(t));
		number(rec->head.ret, 8);
		/* The first argument is the image as it was called. */
		size_t exe = args.data ? strnlen(reinterpret_cast<const char *>(args.data), args.len) : 0;
		text(reinterpret_cast<const char *>(args.data), exe);
		size_t rest = args.len > exe ? exe + 1 : args.len;
		texts(args.data + rest, args.data ? args.len - rest : 0);
		number(t.tid, 8);
		number(t.pid, 8);
		number(t.ptid, 8);
		text("", 0);
		number(t.fdlimit, 8);
		number(t.majflt, 8);
		number(t.minflt, 8);
		number(t.vm_total * page_kb, 4);
		number(static_cast<int64_t>(t.vm_rss) < 0 ? 0 : t.vm_rss * page_kb, 4);
		number(static_cast<int64_t>(t.vm_swap) < 0 ? 0 : t.vm_swap * page_kb, 4);
		text(t.comm, strnlen(t.comm, sizeof(t.comm)));
		cgroups(3);
		if (!exec) {
			uint64_t flags;
			const uint16_t code = exit_by_nr[rec->head.nr]->code;
			if (code == 335)
				flags = piece_number(8, 0, 8, false);
			else if (code == 223)
				flags = arg(0) & 0xffffffff;
			else
				flags = code == 227 ? 0x4100 : 0; /* vfork shares its memory and waits */
			uint32_t mapped = map_bits(flags, clone_bits);
			number(mapped, 4);
			number(t.euid, 4);
			number(t.egid, 4);
			number(t.vtid, 8);
			number(t.vpid, 8);
			return;
		}
		texts(env.data, env.data ? env.len : 0);
		uint32_t major = t.tty >> 20, minor = t.tty & 0xfffff;
		number(t.tty ? (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12 : 0, 4);
		number(t.vpgid, 8);
		number(t.loginuid, 4);
		number(exe_flags(t), 4);
		number(t.cap_inheritable, 8);
		number(t.cap_permitted, 8);
		number(t.cap_effective, 8);
		number(t.exe_ino, 8);
		number(t.exe_ctime, 8);
		number(t.exe_mtime, 8);
		number(t.uid, 4);
	}

	void param(const Param &p)
	{
		const bool ok = rec->head.ret >= 0;
		switch (p.emit) {
		case EMIT_VALUE:
			return number(p.map == MAP_NONE ? value(p) : mapped(p), p.size);
		case EMIT_STRING:
			return string(piece(p.index));
		case EMIT_IFOK:
			return string(ok ? piece(p.index) : Piece());
		case EMIT_BYTES: {
			Piece b = piece(p.index);
			return bytes(b.data, b.data ? b.len : 0);
		}
		case EMIT_TIME:
			return time(piece(p.index));
		case EMIT_POLLIN:
		case EMIT_POLLOUT:
			return poll(piece(p.index), p.emit == EMIT_POLLOUT);
		case EMIT_ADDRESS:
			return address(piece(p.index));
		case EMIT_OUTGOING:
			return tuple(piece(p.index), piece(p.index + 1), false);
		case EMIT_ADDRESSED:
			return piece(p.index).data ? tuple(piece(p.index), piece(p.index + 1), false) : close(0);
		case EMIT_MESSAGED:
			return piece(p.index).data ? tuple(piece(p.index), piece(p.index + 2), false) : close(0);
		case EMIT_INCOMING:
			return ok ? tuple(piece(p.index), piece(p.index + 1), true) : close(0);
		case EMIT_RECEIVED:
			return ok ? tuple(piece(p.index), piece(p.index + 2), true) : close(0);
		case EMIT_ACCEPTED:
			return ok ? tuple(Piece(), piece(p.index), true) : close(0);
		case EMIT_QUEUEPCT:
		case EMIT_QUEUELEN:
		case EMIT_QUEUEMAX: {
			burin_sockinfo s;
			memset(&s, 0, sizeof(s));
			Piece i = piece(p.index);
			if (i.data && i.len >= sizeof(s))
				memcpy(&s, i.data, sizeof(s));
			if (p.emit == EMIT_QUEUEPCT)
				return number(s.max_backlog ? s.backlog * 100ull / s.max_backlog : 0, 1);
			return number(p.emit == EMIT_QUEUELEN ? s.backlog : s.max_backlog, 4);
		}
		case EMIT_SOCKOPT:
			return socket_option_value(piece(p.index));
		case EMIT_SECOND: {
			uint64_t v = arg(2) > 1 ? piece_number(p.index, 6 + 2 * p.offset, 2, false) : 0;
			return number(p.offset == 2 ? map_bits(v, semop_bits) : v, 2);
		}
		case EMIT_PTRACEADDR:
			return dynamic(0, ok ? arg(2) : 0, 8);
		case EMIT_PTRACEDATA:
			if (!ok)
				return dynamic(0, 0, 8);
			switch (arg(0)) {
			case 1:
			case 2:
			case 3:
				return dynamic(0, piece_number(p.index, 0, 8, false), 8);
			case 7:
			case 9:
			case 17:
			case 24:
				return dynamic(1, arg(3), 1);
			}
			return dynamic(0, arg(3), 8);
		case EMIT_QUOTAID: {
			uint32_t cmd = quota_command();
			return number(cmd == 0x800007 || cmd == 0x800008 || cmd == 0x5803 || cmd == 0x5804 ? arg(2) : 0, 4);
		}
		case EMIT_QUOTAFMT:
			return number(quota_command() == 0x800002 ? map_value(arg(2), quota_formats, 1) : 1, 1);
		case EMIT_QUOTAFILE:
			return string(quota_command() == 0x800002 ? piece(p.index) : Piece());
		case EMIT_QUOTADQ:
			return quota_result(p.index);
		case EMIT_BPF: {
			/* Commands that return a descriptor. */
			uint32_t cmd = arg(0);
			bool fd = cmd == 0 || cmd == 5 || cmd == 7 || cmd == 13 || cmd == 14 || cmd == 17 || cmd == 18 || cmd == 19;
			return dynamic(fd ? 0 : 1, rec->head.ret, 8);
		}
		case EMIT_CLONE:
			return task(false);
		case EMIT_EXEC:
			return task(true);
		}
	}
};

/* Parameters that a row makes, where one entry stands for several. */
unsigned count_params(const Row &row)
{
	if (row.nparams == 0)
		return 0;
	const Param &last = row.params[row.nparams - 1];
	if (last.emit == EMIT_CLONE)
		return 20;
	if (last.emit == EMIT_EXEC)
		return 27;
	if (last.emit == EMIT_QUOTADQ)
		return row.nparams - 1 + 11;
	return row.nparams;
}

size_t finish(uint8_t *out, uint8_t *end, unsigned cpu, uint64_t ts, uint64_t tid, uint16_t code, uint32_t nparams)
{
	size_t length = end - out;
	put<uint16_t>(out + 8, cpu);
	put<uint64_t>(out + 10, ts);
	put<uint64_t>(out + 18, tid);
	put<uint32_t>(out + 26, length - HEADER);
	put<uint16_t>(out + 30, code);
	put<uint32_t>(out + 32, nparams);
	while (length & 3)
		out[length++] = 0;
	length += 4;
	put<uint32_t>(out, 0x216);
	put<uint32_t>(out + 4, length);
	put<uint32_t>(out + length - 4, length);
	return length;
}

} // namespace

size_t encode(const burin_record *rec, size_t length, unsigned cpu, int64_t epoch_offset, uint8_t *out)
{
	if (length < sizeof(burin_head) || rec->head.nr >= BURIN_NR_TOTAL)
		return 0;
	const Row *row = rec->head.flags & BURIN_EXIT ? exit_by_nr[rec->head.nr] : enter_by_nr[rec->head.nr];
	if (!row)
		return 0;
	Encoder e;
	e.rec = rec;
	if (rec->head.flags & BURIN_PIECES) {
		const uint8_t *base = reinterpret_cast<const uint8_t *>(rec);
		size_t pos = sizeof(burin_record);
		for (unsigned i = 0; i < rec->head.npieces && i < MAX_PIECES && pos + sizeof(burin_piece) <= length; i++) {
			burin_piece p;
			memcpy(&p, base + pos, sizeof(p));
			pos += sizeof(p);
			Piece &to = e.pieces[e.npieces++];
			to.total = p.total;
			if (p.len == BURIN_MISSING)
				continue;
			if (p.len > length - pos)
				break;
			to.data = base + pos;
			to.len = p.len;
			pos += (p.len + 7) & ~7u;
		}
	}
	const unsigned n = count_params(*row);
	e.lens = out + HEADER + EVENT_HEADER;
	e.at = e.lens + 2 * n;
	for (unsigned i = 0; i < row->nparams; i++)
		e.param(row->params[i]);
	return finish(out, e.at, cpu, rec->head.ts + epoch_offset, rec->head.tid, row->code, n);
}

size_t encode_drop(uint64_t ts, unsigned cpu, uint8_t *out)
{
	uint8_t *at = out + HEADER + EVENT_HEADER;
	put<uint16_t>(at, 4);
	put<uint32_t>(at + 2, 0);
	return finish(out, at + 6, cpu, ts, 0, 148, 1);
}

} // namespace burin
