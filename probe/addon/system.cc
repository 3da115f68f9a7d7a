/*
 * What Node does not offer and burin needs: synchronous sockets for Lua modules, giving up privileges on every thread,
 * signals to threads, CPU affinity. Every function returns a result, or a negative errno.
 */
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <grp.h>
#include <linux/capability.h>
#include <napi.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace {

using Info = Napi::CallbackInfo;

Napi::Value number(const Info &info, double v) { return Napi::Number::New(info.Env(), v); }
Napi::Value result(const Info &info, long r) { return number(info, r < 0 ? -errno : r); }
int integer(const Info &info, size_t i) { return i < info.Length() ? info[i].ToNumber().Int32Value() : 0; }
std::string text(const Info &info, size_t i) { return i < info.Length() ? info[i].ToString().Utf8Value() : std::string(); }

/* An address from text: dotted IPv4, IPv6 (with %scope), or a path; "@name" is an abstract name. 0: not an address. */
socklen_t parse_address(const std::string &host, int port, sockaddr_storage &out)
{
	memset(&out, 0, sizeof(out));
	auto *v4 = reinterpret_cast<sockaddr_in *>(&out);
	auto *v6 = reinterpret_cast<sockaddr_in6 *>(&out);
	auto *un = reinterpret_cast<sockaddr_un *>(&out);
	if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		return sizeof(*v6);
	}
	if ((host.find('/') == std::string::npos && host[0] != '@') || host.size() >= sizeof(un->sun_path))
		return 0;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, host.data(), host.size());
	if (host[0] == '@') {
		un->sun_path[0] = 0;
		return offsetof(sockaddr_un, sun_path) + host.size();
	}
	return offsetof(sockaddr_un, sun_path) + host.size() + 1;
}

void set_address(Napi::Object o, const sockaddr_storage &a, socklen_t len)
{
	char buf[INET6_ADDRSTRLEN] = "";
	o.Set("family", a.ss_family);
	if (a.ss_family == AF_INET) {
		auto *v4 = reinterpret_cast<const sockaddr_in *>(&a);
		inet_ntop(AF_INET, &v4->sin_addr, buf, sizeof(buf));
		o.Set("address", buf);
		o.Set("port", ntohs(v4->sin_port));
	} else if (a.ss_family == AF_INET6) {
		auto *v6 = reinterpret_cast<const sockaddr_in6 *>(&a);
		inet_ntop(AF_INET6, &v6->sin6_addr, buf, sizeof(buf));
		o.Set("address", buf);
		o.Set("port", ntohs(v6->sin6_port));
	} else if (a.ss_family == AF_UNIX && len > offsetof(sockaddr_un, sun_path)) {
		auto *un = reinterpret_cast<const sockaddr_un *>(&a);
		size_t n = len - offsetof(sockaddr_un, sun_path);
		std::string path(un->sun_path, n);
		if (path[0] == 0)
			path[0] = '@';
		else
			path.resize(strnlen(path.data(), n));
		o.Set("address", path);
		o.Set("port", 0);
	} else {
		o.Set("address", "");
		o.Set("port", 0);
	}
}

/* socket(domain, type, protocol): descriptor */
Napi::Value Socket(const Info &info)
{
	return result(info, socket(integer(info, 0), integer(info, 1) | SOCK_CLOEXEC, integer(info, 2)));
}
/* connect(fd, address, port); an empty address dissolves the connection of a datagram socket */
Napi::Value Connect(const Info &info)
{
	sockaddr_storage a = {};
	std::string host = text(info, 1);
	socklen_t len = host.empty() ? sizeof(sockaddr) : parse_address(host, integer(info, 2), a);
	if (!len)
		return number(info, -EINVAL);
	return result(info, connect(integer(info, 0), reinterpret_cast<sockaddr *>(&a), len));
}
/* bind(fd, address, port) */
Napi::Value Bind(const Info &info)
{
	sockaddr_storage a;
	socklen_t len = parse_address(text(info, 1), integer(info, 2), a);
	if (!len)
		return number(info, -EINVAL);
	return result(info, bind(integer(info, 0), reinterpret_cast<sockaddr *>(&a), len));
}
/* listen(fd, backlog) */
Napi::Value Listen(const Info &info) { return result(info, listen(integer(info, 0), integer(info, 1))); }
/* accept(fd): {fd, family, address, port} */
Napi::Value Accept(const Info &info)
{
	sockaddr_storage a = {};
	socklen_t len = sizeof(a);
	int fd = accept4(integer(info, 0), reinterpret_cast<sockaddr *>(&a), &len, SOCK_CLOEXEC);
	if (fd < 0)
		return number(info, -errno);
	Napi::Object o = Napi::Object::New(info.Env());
	o.Set("fd", fd);
	set_address(o, a, len);
	return o;
}
/* send(fd, bytes, flags): bytes sent. A closed peer is an error, never a signal. */
Napi::Value Send(const Info &info)
{
	Napi::Uint8Array b = info[1].As<Napi::Uint8Array>();
	return result(info, send(integer(info, 0), b.Data(), b.ByteLength(), integer(info, 2) | MSG_NOSIGNAL));
}
/* sendto(fd, bytes, flags, address, port): bytes sent */
Napi::Value SendTo(const Info &info)
{
	Napi::Uint8Array b = info[1].As<Napi::Uint8Array>();
	sockaddr_storage a;
	socklen_t len = parse_address(text(info, 3), integer(info, 4), a);
	if (!len)
		return number(info, -EINVAL);
	return result(info, sendto(integer(info, 0), b.Data(), b.ByteLength(), integer(info, 2) | MSG_NOSIGNAL,
				   reinterpret_cast<sockaddr *>(&a), len));
}
/* recv(fd, bytes, flags): how many bytes were received into bytes */
Napi::Value Recv(const Info &info)
{
	Napi::Uint8Array b = info[1].As<Napi::Uint8Array>();
	return result(info, recv(integer(info, 0), b.Data(), b.ByteLength(), integer(info, 2)));
}
/* recvfrom(fd, bytes, flags): {length, family, address, port} */
Napi::Value RecvFrom(const Info &info)
{
	Napi::Uint8Array b = info[1].As<Napi::Uint8Array>();
	sockaddr_storage a = {};
	socklen_t len = sizeof(a);
	ssize_t n = recvfrom(integer(info, 0), b.Data(), b.ByteLength(), integer(info, 2), reinterpret_cast<sockaddr *>(&a), &len);
	if (n < 0)
		return number(info, -errno);
	Napi::Object o = Napi::Object::New(info.Env());
	o.Set("length", static_cast<double>(n));
	set_address(o, a, len);
	return o;
}
/* poll(triples, timeout ms): triples are i32 descriptor, asked, answered; the answers are filled in. How many are ready. */
Napi::Value Poll(const Info &info)
{
	Napi::Int32Array t = info[0].As<Napi::Int32Array>();
	std::vector<pollfd> fds(t.ElementLength() / 3);
	for (size_t i = 0; i < fds.size(); i++)
		fds[i] = {t[3 * i], static_cast<short>(t[3 * i + 1]), 0};
	int n = poll(fds.data(), fds.size(), integer(info, 1));
	int error = errno;
	for (size_t i = 0; i < fds.size(); i++)
		t[3 * i + 2] = fds[i].revents;
	return number(info, n < 0 ? -error : n);
}
/* setsockopt(fd, level, name, value): a number, or bytes */
Napi::Value SetSockOpt(const Info &info)
{
	if (info[3].IsTypedArray()) {
		Napi::Uint8Array b = info[3].As<Napi::Uint8Array>();
		return result(info, setsockopt(integer(info, 0), integer(info, 1), integer(info, 2), b.Data(), b.ByteLength()));
	}
	int v = integer(info, 3);
	return result(info, setsockopt(integer(info, 0), integer(info, 1), integer(info, 2), &v, sizeof(v)));
}
/* getsockopt(fd, level, name): {value} of a numeric option */
Napi::Value GetSockOpt(const Info &info)
{
	int v = 0;
	socklen_t len = sizeof(v);
	if (getsockopt(integer(info, 0), integer(info, 1), integer(info, 2), &v, &len))
		return number(info, -errno);
	Napi::Object o = Napi::Object::New(info.Env());
	o.Set("value", v);
	return o;
}
template <int (*F)(int, sockaddr *, socklen_t *)> Napi::Value Name(const Info &info)
{
	sockaddr_storage a = {};
	socklen_t len = sizeof(a);
	if (F(integer(info, 0), reinterpret_cast<sockaddr *>(&a), &len))
		return number(info, -errno);
	Napi::Object o = Napi::Object::New(info.Env());
	set_address(o, a, len);
	return o;
}
int call_getsockname(int fd, sockaddr *a, socklen_t *len) { return getsockname(fd, a, len); }
int call_getpeername(int fd, sockaddr *a, socklen_t *len) { return getpeername(fd, a, len); }
Napi::Value Shutdown(const Info &info) { return result(info, shutdown(integer(info, 0), integer(info, 1))); }
Napi::Value Close(const Info &info) { return result(info, close(integer(info, 0))); }
/* resolve(host, service, family): list of {family, type, address, port}, or the text of the failure */
Napi::Value Resolve(const Info &info)
{
	std::string host = text(info, 0), service = text(info, 1);
	addrinfo hints = {}, *list = nullptr;
	hints.ai_family = integer(info, 2);
	int e = getaddrinfo(host.empty() ? nullptr : host.c_str(), service.empty() ? nullptr : service.c_str(), &hints, &list);
	if (e)
		return Napi::String::New(info.Env(), e == EAI_SYSTEM ? strerror(errno) : gai_strerror(e));
	Napi::Array out = Napi::Array::New(info.Env());
	uint32_t n = 0;
	for (addrinfo *a = list; a; a = a->ai_next) {
		sockaddr_storage s = {};
		memcpy(&s, a->ai_addr, std::min<size_t>(a->ai_addrlen, sizeof(s)));
		Napi::Object o = Napi::Object::New(info.Env());
		set_address(o, s, a->ai_addrlen);
		o.Set("type", a->ai_socktype);
		out.Set(n++, o);
	}
	freeaddrinfo(list);
	return out;
}
/* sleep(ms) */
Napi::Value Sleep(const Info &info)
{
	double ms = info[0].ToNumber().DoubleValue();
	timespec t = {static_cast<time_t>(ms / 1000), static_cast<long>((ms - 1000.0 * static_cast<time_t>(ms / 1000)) * 1e6)};
	return result(info, nanosleep(&t, nullptr));
}

/*
 * Capabilities belong to a thread, and Node has several. Each is interrupted by a signal whose handler gives up its own:
 * only system calls, no locks. One of Node's threads blocks all signals, except for those that the C library keeps for
 * itself and never lets anyone block; so one of these is borrowed, past the library, and given back.
 */
std::atomic<int> threads_done;
std::atomic<int> thread_error;
uint64_t wanted_caps;
const int LIBRARY_SIGNAL = 33;

struct KernelAction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)();
	uint64_t mask;
};

#if defined(__x86_64__)
/* x86 wants to be told how to return from a handler; the library's own way is not public. */
extern "C" void burin_return_from_signal();
__asm__(".text\n.type burin_return_from_signal,@function\nburin_return_from_signal:\n\tmov $15, %eax\n\tsyscall\n");
const unsigned long HANDLER_FLAGS = SA_RESTART | 0x04000000;
#else
const unsigned long HANDLER_FLAGS = SA_RESTART;
#endif

int give_up_own()
{
	__user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	const auto lo = static_cast<__u32>(wanted_caps), hi = static_cast<__u32>(wanted_caps >> 32);
	__user_cap_data_struct data[2] = {{lo, lo, 0}, {hi, hi, 0}};
	/*
	 * Without the bounding set root would get everything back by running a program. Only CAP_SETPCAP may lower it; who
	 * lacks that cannot get more by running programs than anyone can.
	 */
	for (int c = 0; c < 64; c++)
		if (!(wanted_caps >> c & 1))
			syscall(SYS_prctl, PR_CAPBSET_DROP, c, 0, 0, 0);
	syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, data) ? errno : 0;
}

void on_library_signal(int)
{
	int saved = errno;
	int e = give_up_own();
	if (e)
		thread_error = e;
	threads_done++;
	errno = saved;
}

/* keepCapabilities(low 32 bits, high 32 bits): on all threads, for good; 0 or a negative errno */
Napi::Value KeepCapabilities(const Info &info)
{
	wanted_caps = info[0].ToNumber().Uint32Value() | static_cast<uint64_t>(info[1].ToNumber().Uint32Value()) << 32;
	KernelAction action = {}, old = {};
	action.handler = on_library_signal;
	action.flags = HANDLER_FLAGS;
#if defined(__x86_64__)
	action.restorer = burin_return_from_signal;
#endif
	if (syscall(SYS_rt_sigaction, LIBRARY_SIGNAL, &action, &old, sizeof(uint64_t)))
		return number(info, -errno);
	threads_done = 0;
	thread_error = 0;
	int asked = 0;
	const pid_t self = syscall(SYS_gettid);
	if (DIR *d = opendir("/proc/self/task")) {
		while (dirent *e = readdir(d)) {
			pid_t tid = atoi(e->d_name);
			if (tid > 0 && tid != self && syscall(SYS_tgkill, getpid(), tid, LIBRARY_SIGNAL) == 0)
				asked++;
		}
		closedir(d);
	}
	for (int i = 0; i < 2000 && threads_done < asked; i++) {
		timespec ms = {0, 1000000};
		nanosleep(&ms, nullptr);
	}
	int e = give_up_own();
	syscall(SYS_rt_sigaction, LIBRARY_SIGNAL, &old, nullptr, sizeof(uint64_t));
	if (!e)
		e = thread_error ? thread_error.load() : threads_done < asked ? ETIMEDOUT : 0;
	return number(info, -e);
}

/* setUser(uid, gid, [groups]): all threads, for good */
Napi::Value SetUser(const Info &info)
{
	std::vector<gid_t> groups;
	Napi::Array a = info[2].As<Napi::Array>();
	for (uint32_t i = 0; i < a.Length(); i++)
		groups.push_back(a.Get(i).ToNumber().Uint32Value());
	gid_t gid = info[1].ToNumber().Uint32Value();
	uid_t uid = info[0].ToNumber().Uint32Value();
	if (setgroups(groups.size(), groups.data()) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return number(info, -errno);
	return number(info, 0);
}
/* keepOnUserChange(on): keep capabilities when the user changes */
Napi::Value KeepOnUserChange(const Info &info) { return result(info, prctl(PR_SET_KEEPCAPS, integer(info, 0), 0, 0, 0)); }
/* kill(pid, signal); kill(pid, signal, tid) for one thread */
Napi::Value Kill(const Info &info)
{
	if (info.Length() > 2)
		return result(info, syscall(SYS_tgkill, integer(info, 0), integer(info, 2), integer(info, 1)));
	return result(info, kill(integer(info, 0), integer(info, 1)));
}
/* setAffinity(tid, [cpus]) */
Napi::Value SetAffinity(const Info &info)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	Napi::Array a = info[1].As<Napi::Array>();
	for (uint32_t i = 0; i < a.Length(); i++) {
		uint32_t cpu = a.Get(i).ToNumber().Uint32Value();
		if (cpu < CPU_SETSIZE)
			CPU_SET(cpu, &set);
	}
	return result(info, sched_setaffinity(integer(info, 0), sizeof(set), &set));
}
/* becomeSubreaper(): orphans of the children become our children */
Napi::Value BecomeSubreaper(const Info &info) { return result(info, prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)); }

/* pair(): two connected sockets, closed on exec */
Napi::Value Pair(const Info &info)
{
	int fds[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return result(info, -1);
	Napi::Array out = Napi::Array::New(info.Env(), 2);
	out.Set(0u, fds[0]);
	out.Set(1u, fds[1]);
	return out;
}

} // namespace

Napi::Object init_system(Napi::Env env, Napi::Object exports)
{
	const struct {
		const char *name;
		Napi::Value (*call)(const Info &);
	} calls[] = {
		{"socket", Socket},
		{"connect", Connect},
		{"bind", Bind},
		{"listen", Listen},
		{"accept", Accept},
		{"send", Send},
		{"sendto", SendTo},
		{"recv", Recv},
		{"recvfrom", RecvFrom},
		{"poll", Poll},
		{"setsockopt", SetSockOpt},
		{"getsockopt", GetSockOpt},
		{"getsockname", Name<call_getsockname>},
		{"getpeername", Name<call_getpeername>},
		{"shutdown", Shutdown},
		{"close", Close},
		{"resolve", Resolve},
		{"sleep", Sleep},
		{"keepCapabilities", KeepCapabilities},
		{"keepOnUserChange", KeepOnUserChange},
		{"setUser", SetUser},
		{"kill", Kill},
		{"setAffinity", SetAffinity},
		{"becomeSubreaper", BecomeSubreaper},
		{"pair", Pair},
	};
	Napi::Object system = Napi::Object::New(env);
	for (const auto &c : calls)
		system.Set(c.name, Napi::Function::New(env, c.call, c.name));
	exports.Set("system", system);
	return exports;
}
