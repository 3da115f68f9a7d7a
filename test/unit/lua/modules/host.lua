-- The host modules burin.fs and burin.net on top of LuaJIT's ffi (Linux, x86-64), so that lfs and
-- socket can be tested without the program that provides the real ones.

local ffi = require "ffi"
local C = ffi.C

ffi.cdef [[
typedef struct { uint64_t dev, ino, nlink; uint32_t mode, uid, gid, pad0; uint64_t rdev; int64_t size, blksize, blocks;
  int64_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns; int64_t reserved[3]; } stat_t;
int stat(const char *, stat_t *); int lstat(const char *, stat_t *);
typedef struct { uint64_t ino; int64_t off; unsigned short reclen; unsigned char type; char name[256]; } dirent_t;
void *opendir(const char *); dirent_t *readdir(void *); int closedir(void *);
char *getcwd(char *, size_t); int chdir(const char *); int mkdir(const char *, unsigned); int rmdir(const char *);
int symlink(const char *, const char *); int link(const char *, const char *); ssize_t readlink(const char *, char *, size_t);
typedef struct { int64_t s, us; } timeval_t; int utimes(const char *, const timeval_t *);
int gettimeofday(timeval_t *, void *); int usleep(unsigned); char *strerror(int);
typedef struct { short type, whence; int64_t start, len; int pid; } flock_t; int fcntl(int, int, ...); int fileno(void *);
int socket(int, int, int); int close(int); int connect(int, const void *, unsigned); int bind(int, const void *, unsigned);
int listen(int, int); int accept4(int, void *, unsigned *, int); int shutdown(int, int);
ssize_t send(int, const void *, size_t, int); ssize_t recv(int, void *, size_t, int);
ssize_t sendto(int, const void *, size_t, int, const void *, unsigned); ssize_t recvfrom(int, void *, size_t, int, void *, unsigned *);
int setsockopt(int, int, int, const void *, unsigned); int getsockopt(int, int, int, void *, unsigned *);
int getsockname(int, void *, unsigned *); int getpeername(int, void *, unsigned *);
typedef struct { int fd; short events, revents; } pollfd_t; int poll(pollfd_t *, unsigned long, int);
int inet_pton(int, const char *, void *); const char *inet_ntop(int, const void *, char *, unsigned);
typedef struct addrinfo { int flags, family, socktype, protocol; unsigned len; char *addr; char *canon; struct addrinfo *next; } addrinfo_t;
int getaddrinfo(const char *, const char *, const addrinfo_t *, addrinfo_t **); void freeaddrinfo(addrinfo_t *); const char *gai_strerror(int);
int gethostname(char *, size_t);
]]

local function failed()
  local errno = ffi.errno()
  return nil, ffi.string(C.strerror(errno)), errno
end

local function done(result)
  if result < 0 then return failed() end
  return true
end

-- ---- burin.fs ----

local fs = {}

local function status(call)
  return function(path)
    local s = ffi.new("stat_t")
    if call(path, s) < 0 then return failed() end
    local result = {}
    for _, name in ipairs { "dev", "ino", "nlink", "mode", "uid", "gid", "rdev", "size", "blksize", "blocks" } do
      result[name] = tonumber(s[name])
    end
    for _, name in ipairs { "atime", "mtime", "ctime" } do
      result[name] = tonumber(s[name]) + tonumber(s[name .. "_ns"]) / 1e9
    end
    return result
  end
end

fs.stat, fs.lstat = status(C.stat), status(C.lstat)

function fs.readdir(path)
  local dir = C.opendir(path)
  if dir == nil then return failed() end
  local names = {}
  while true do
    local entry = C.readdir(dir)
    if entry == nil then break end
    local name = ffi.string(entry.name)
    if name ~= "." and name ~= ".." then names[#names + 1] = name end
  end
  C.closedir(dir)
  return names
end

function fs.readlink(path)
  local buffer = ffi.new("char[4096]")
  local n = C.readlink(path, buffer, 4096)
  if n < 0 then return failed() end
  return ffi.string(buffer, n)
end

function fs.currentdir() return ffi.string(C.getcwd(ffi.new("char[4096]"), 4096)) end
function fs.chdir(path) return done(C.chdir(path)) end
function fs.mkdir(path, mode) return done(C.mkdir(path, mode)) end
function fs.rmdir(path) return done(C.rmdir(path)) end
function fs.symlink(target, name) return done(C.symlink(target, name)) end
function fs.link(old, new) return done(C.link(old, new)) end

function fs.utime(path, atime, mtime)
  local t = ffi.new("timeval_t[2]")
  t[0].s, t[1].s = atime, mtime
  return done(C.utimes(path, t))
end

local LOCKS = { r = 0, w = 1, u = 2 }

function fs.lock(file, kind, start, length)
  local l = ffi.new("flock_t", LOCKS[kind], 0, start, length)
  return done(C.fcntl(C.fileno(file), 6, l))
end

package.preload["burin.fs"] = function() return fs end

-- ---- burin.net ----

local net = {}

local FAMILIES = { unix = 1, inet = 2, inet6 = 10 }
local NONBLOCK, CLOEXEC, NOSIGNAL = 2048, 524288, 0x4000

-- The family of each descriptor, to know how to write its addresses.
local family_of = {}

local function pack(fd, address, port)
  local family = family_of[fd]
  local data = ffi.new("uint8_t[128]")
  ffi.cast("uint16_t *", data)[0] = FAMILIES[family]
  if family == "unix" then
    ffi.copy(data + 2, address)
    return data, 2 + #address + 1
  end
  data[2], data[3] = math.floor(port / 256), port % 256
  local ok = C.inet_pton(FAMILIES[family], address, data + (family == "inet" and 4 or 8))
  if ok ~= 1 then return nil end
  return data, family == "inet" and 16 or 28
end

local function unpack_address(data)
  local family = ffi.cast("uint16_t *", data)[0]
  if family == 1 then return ffi.string(data + 2), nil, "unix" end
  local text = ffi.new("char[64]")
  C.inet_ntop(family, data + (family == 2 and 4 or 8), text, 64)
  return ffi.string(text), data[2] * 256 + data[3], family == 2 and "inet" or "inet6"
end

function net.strerror(errno) return ffi.string(C.strerror(errno)) end

function net.socket(family, type)
  local fd = C.socket(FAMILIES[family], (type == "stream" and 1 or 2) + NONBLOCK + CLOEXEC, 0)
  if fd < 0 then return failed() end
  family_of[fd] = family
  return fd
end

function net.close(fd) return done(C.close(fd)) end

function net.connect(fd, address, port)
  if address == nil then
    return done(C.connect(fd, ffi.new("uint8_t[16]"), 16))
  end
  local data, length = pack(fd, address, port)
  if not data then return nil, "Invalid argument", 22 end
  return done(C.connect(fd, data, length))
end

function net.bind(fd, address, port)
  local data, length = pack(fd, address, port)
  if not data then return nil, "Invalid argument", 22 end
  return done(C.bind(fd, data, length))
end

function net.listen(fd, backlog) return done(C.listen(fd, backlog)) end

function net.accept(fd)
  local data, length = ffi.new("uint8_t[128]"), ffi.new("unsigned[1]", 128)
  local client = C.accept4(fd, data, length, NONBLOCK + CLOEXEC)
  if client < 0 then return failed() end
  family_of[client] = family_of[fd]
  return client, unpack_address(data)
end

function net.send(fd, data, first, last)
  local n = C.send(fd, ffi.cast("const char *", data) + first - 1, last - first + 1, NOSIGNAL)
  if n < 0 then return failed() end
  return tonumber(n)
end

function net.recv(fd, size)
  local buffer = ffi.new("uint8_t[?]", size)
  local n = C.recv(fd, buffer, size, 0)
  if n < 0 then return failed() end
  return ffi.string(buffer, n)
end

function net.sendto(fd, data, address, port)
  local where, length = pack(fd, address, port)
  if not where then return nil, "Invalid argument", 22 end
  local n = C.sendto(fd, data, #data, NOSIGNAL, where, length)
  if n < 0 then return failed() end
  return tonumber(n)
end

function net.recvfrom(fd, size)
  local buffer, data, length = ffi.new("uint8_t[?]", size), ffi.new("uint8_t[128]"), ffi.new("unsigned[1]", 128)
  local n = C.recvfrom(fd, buffer, size, 0, data, length)
  if n < 0 then return failed() end
  return ffi.string(buffer, n), unpack_address(data)
end

function net.poll(reads, writes, timeout)
  local n = #reads + #writes
  local list = ffi.new("pollfd_t[?]", n + 1)
  for i, fd in ipairs(reads) do list[i - 1].fd, list[i - 1].events = fd, 1 end
  for i, fd in ipairs(writes) do list[#reads + i - 1].fd, list[#reads + i - 1].events = fd, 4 end
  if C.poll(list, n, timeout and math.ceil(timeout * 1000) or -1) < 0 then return failed() end
  local readable, writable = {}, {}
  for i = 0, n - 1 do
    if list[i].revents ~= 0 then table.insert(i < #reads and readable or writable, list[i].fd) end
  end
  return readable, writable
end

-- name -> level, option
local OPTIONS = {
  reuseaddr = { 1, 2 }, reuseport = { 1, 15 }, error = { 1, 4 }, broadcast = { 1, 6 }, keepalive = { 1, 9 },
  dontroute = { 1, 5 }, linger = { 1, 13 }, ["tcp-nodelay"] = { 6, 1 }, ["ipv6-v6only"] = { 41, 26 },
}

function net.setsockopt(fd, name, value)
  local option = OPTIONS[name]
  if name == "linger" then
    local v = ffi.new("int[2]", value.on and 1 or 0, value.timeout)
    return done(C.setsockopt(fd, option[1], option[2], v, 8))
  end
  return done(C.setsockopt(fd, option[1], option[2], ffi.new("int[1]", value and 1 or 0), 4))
end

function net.getsockopt(fd, name)
  local option = OPTIONS[name]
  local v, length = ffi.new("int[2]"), ffi.new("unsigned[1]", 8)
  if C.getsockopt(fd, option[1], option[2], v, length) < 0 then return failed() end
  if name == "error" then return v[0] end
  if name == "linger" then return { on = v[0] ~= 0, timeout = v[1] } end
  return v[0] ~= 0
end

local function name_by(call)
  return function(fd)
    local data, length = ffi.new("uint8_t[128]"), ffi.new("unsigned[1]", 128)
    if call(fd, data, length) < 0 then return failed() end
    return unpack_address(data)
  end
end

net.getsockname, net.getpeername = name_by(C.getsockname), name_by(C.getpeername)

local HOW = { receive = 0, send = 1, both = 2 }
function net.shutdown(fd, how) return done(C.shutdown(fd, HOW[how])) end

function net.resolve(host, family)
  local hints, list = ffi.new("addrinfo_t"), ffi.new("addrinfo_t *[1]")
  hints.family, hints.socktype = family and FAMILIES[family] or 0, 1
  local code = C.getaddrinfo(host, nil, hints, list)
  if code ~= 0 then return nil, ffi.string(C.gai_strerror(code)), code end
  local result, entry = {}, list[0]
  while entry ~= nil do
    local address, _, name = unpack_address(ffi.cast("uint8_t *", entry.addr))
    result[#result + 1] = { family = name, addr = address }
    entry = entry.next
  end
  C.freeaddrinfo(list[0])
  return result
end

function net.reverse() return nil, "not here" end

function net.hostname()
  local name = ffi.new("char[256]")
  C.gethostname(name, 256)
  return ffi.string(name)
end

function net.gettime()
  local t = ffi.new("timeval_t")
  C.gettimeofday(t, nil)
  return tonumber(t.s) + tonumber(t.us) / 1e6
end

function net.sleep(seconds) C.usleep(math.floor(seconds * 1e6)) end

package.preload["burin.net"] = function() return net end
