/**
 * The module `burin.net` of Lua: plain socket calls that never wait, on which `lua/socket/core.lua` builds LuaSocket's
 * interface. What fails returns nil, a message and an errno.
 */
import { hostname } from 'node:os';
import { loadAddon, type NativeAddress, type NativeSystem } from '../capture/addon.js';
import { errnoText } from '../lua/kernel/errors.js';
import { type HostFunction, LuaError, type LuaState, type LuaTable, type LuaValue } from '../lua/vm.js';

type Results = LuaValue | LuaValue[];

const FAMILIES: Record<string, number> = { unix: 1, inet: 2, inet6: 10 };
const FAMILY_NAMES = new Map(Object.entries(FAMILIES).map(([name, value]) => [value, name]));
const STREAM = 1;
const DATAGRAM = 2;
const NONBLOCK = 2048;
const CLOEXEC = 524288;
/** Flags of sending and receiving: no SIGPIPE, no waiting. */
const NOSIGNAL = 0x4000;
const DONTWAIT = 0x40;
const POLLIN = 1;
const POLLOUT = 4;
const EINVAL = 22;

/** Option names with level and number. */
const OPTIONS: Record<string, readonly [number, number]> = {
  reuseaddr: [1, 2],
  error: [1, 4],
  dontroute: [1, 5],
  broadcast: [1, 6],
  keepalive: [1, 9],
  linger: [1, 13],
  reuseport: [1, 15],
  'tcp-nodelay': [6, 1],
  'ip-multicast-ttl': [0, 33],
  'ip-multicast-loop': [0, 34],
  'ipv6-v6only': [41, 26],
};
const SHUTDOWN: Record<string, number> = { receive: 0, send: 1, both: 2 };

const failure = (errno: number): LuaValue[] => [undefined, errnoText(errno), errno];
const done = (result: number): Results => (result < 0 ? failure(-result) : true);

const integer = (value: LuaValue): number => Math.trunc(Number(value));
const text = (value: LuaValue): string => {
  if (typeof value !== 'string') throw new LuaError('a string is expected');
  return value;
};

const bytesOf = (value: string): Uint8Array => Buffer.from(value, 'latin1');
const stringOf = (bytes: Uint8Array, length: number): string => Buffer.from(bytes.buffer, 0, length).toString('latin1');

/** Address, port and family as Lua gets them; unix sockets have no port. */
function addressResults(address: NativeAddress): LuaValue[] {
  const family = FAMILY_NAMES.get(address.family);
  return [address.address, family === 'unix' ? undefined : address.port, family];
}

/** A path without a slash is relative to the working directory; the native calls tell paths by their slash. */
const nativeAddress = (address: string, family: string | undefined): string =>
  family === 'unix' && !address.includes('/') && !address.startsWith('@') ? `./${address}` : address;

function functions(system: NativeSystem, lua: LuaState): Record<string, HostFunction> {
  /** Family of each descriptor made here, to know what its addresses are. */
  const families = new Map<number, string>();
  const numbers = (table: LuaValue): number[] => {
    const list: number[] = [];
    if (!lua.isTable(table)) return list;
    for (let index = 1; index <= table.length(); index++) list.push(integer(table.get(index)));
    return list;
  };
  const listOf = (values: readonly LuaValue[]): LuaTable => {
    const table = lua.newTable();
    values.forEach((value, index) => {
      table.set(index + 1, value);
    });
    return table;
  };
  const nameBy =
    (call: (fd: number) => number | NativeAddress): HostFunction =>
    (fd) => {
      const result = call(integer(fd));
      return typeof result === 'number' ? failure(-result) : addressResults(result);
    };

  return {
    strerror: (errno) => errnoText(integer(errno)),
    hostname: () => hostname(),
    gettime: () => Date.now() / 1000 + (performance.now() % 1) / 1000,
    sleep: (seconds) => {
      system.sleep(Math.max(0, Number(seconds) * 1000));
      return [];
    },
    socket: (family, type) => {
      const name = text(family);
      const kind = (type === 'stream' ? STREAM : DATAGRAM) | NONBLOCK | CLOEXEC;
      const fd = system.socket(FAMILIES[name] ?? 0, kind, 0);
      if (fd < 0) return failure(-fd);
      families.set(fd, name);
      return fd;
    },
    close: (fd) => {
      families.delete(integer(fd));
      return done(system.close(integer(fd)));
    },
    connect: (fd, address, port) => {
      if (address === undefined) return done(system.connect(integer(fd), '', 0));
      const number = integer(fd);
      return done(system.connect(number, nativeAddress(text(address), families.get(number)), integer(port ?? 0)));
    },
    bind: (fd, address, port) => {
      const number = integer(fd);
      return done(system.bind(number, nativeAddress(text(address), families.get(number)), integer(port ?? 0)));
    },
    listen: (fd, backlog) => done(system.listen(integer(fd), integer(backlog))),
    accept: (fd) => {
      const result = system.accept(integer(fd));
      if (typeof result === 'number') return failure(-result);
      families.set(result.fd, families.get(integer(fd)) ?? 'inet');
      return [result.fd, ...addressResults(result)];
    },
    send: (fd, data, first, last) => {
      const bytes = bytesOf(text(data)).subarray(integer(first) - 1, integer(last));
      const sent = system.send(integer(fd), bytes, NOSIGNAL | DONTWAIT);
      return sent < 0 ? failure(-sent) : sent;
    },
    recv: (fd, size) => {
      const bytes = new Uint8Array(Math.max(1, integer(size)));
      const got = system.recv(integer(fd), bytes, DONTWAIT);
      return got < 0 ? failure(-got) : stringOf(bytes, got);
    },
    sendto: (fd, data, address, port) => {
      const number = integer(fd);
      const where = nativeAddress(text(address), families.get(number));
      const sent = system.sendto(number, bytesOf(text(data)), NOSIGNAL | DONTWAIT, where, integer(port ?? 0));
      return sent < 0 ? failure(-sent) : sent;
    },
    recvfrom: (fd, size) => {
      const bytes = new Uint8Array(Math.max(1, integer(size)));
      const result = system.recvfrom(integer(fd), bytes, DONTWAIT);
      if (typeof result === 'number') return failure(-result);
      return [stringOf(bytes, result.length), ...addressResults(result)];
    },
    poll: (reads, writes, timeout) => {
      const wanted = [...numbers(reads).map((fd) => [fd, POLLIN, 0]), ...numbers(writes).map((fd) => [fd, POLLOUT, 0])];
      const triples = Int32Array.from(wanted.flat());
      const ready = system.poll(triples, timeout === undefined ? -1 : Math.ceil(Number(timeout) * 1000));
      if (ready < 0) return failure(-ready);
      const answered = wanted.map(([fd, events], index) => ({ fd, events, got: triples[index * 3 + 2] }));
      const pick = (events: number) =>
        listOf(answered.filter((entry) => entry.events === events && entry.got !== 0).map((entry) => entry.fd));
      return [pick(POLLIN), pick(POLLOUT)];
    },
    setsockopt: (fd, name, value) => {
      const option = OPTIONS[String(name)];
      if (option === undefined) throw new LuaError(`unsupported option '${String(name)}'`);
      let native: number | Uint8Array = value === true ? 1 : value === false ? 0 : integer(value ?? 0);
      if (lua.isTable(value)) {
        const parts = Int32Array.of(value.get('on') === true ? 1 : 0, integer(value.get('timeout') ?? 0));
        native = new Uint8Array(parts.buffer);
      }
      return done(system.setsockopt(integer(fd), option[0], option[1], native));
    },
    getsockopt: (fd, name) => {
      const option = OPTIONS[String(name)];
      if (option === undefined) return failure(EINVAL);
      const result = system.getsockopt(integer(fd), option[0], option[1]);
      if (typeof result === 'number') return failure(-result);
      return name === 'error' ? result.value : result.value !== 0;
    },
    getsockname: nameBy((fd) => system.getsockname(fd)),
    getpeername: nameBy((fd) => system.getpeername(fd)),
    shutdown: (fd, how) => done(system.shutdown(integer(fd), SHUTDOWN[String(how)] ?? 2)),
    resolve: (host, family) => {
      const found = system.resolve(text(host), '', family === undefined ? 0 : (FAMILIES[String(family)] ?? 0));
      if (typeof found === 'string') return [undefined, found];
      const seen = new Set<string>();
      const entries = found.filter(({ address }) => !seen.has(address) && seen.add(address));
      return listOf(
        entries.map((entry) => {
          const table = lua.newTable();
          table.set('family', FAMILY_NAMES.get(entry.family) ?? 'unspec');
          table.set('addr', entry.address);
          return table;
        }),
      );
    },
    reverse: () => [undefined, 'names of addresses cannot be looked up'],
  };
}

/** Makes the module for a Lua state. Raises a Lua error where the native addon is missing. */
export function netModule(lua: LuaState): LuaTable {
  let system: NativeSystem;
  try {
    ({ system } = loadAddon());
  } catch (error) {
    throw new LuaError(`sockets are not available: ${(error as Error).message}`);
  }
  const table = lua.newTable();
  for (const [name, fn] of Object.entries(functions(system, lua))) table.set(name, lua.hostFunction(name, fn));
  return table;
}
