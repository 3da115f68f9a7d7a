/** `sysdig.get_thread_table` and its variants: a snapshot of threads and descriptors as Lua tables. */
import type { LuaState, LuaTable } from '../lua/vm.js';
import { EventCursor } from '../sinsp/event.js';
import { printableText } from '../sinsp/fields/fd-views.js';
import type { Predicate } from '../sinsp/filter/predicate.js';
import { ipv4Text, ipv6Text } from '../sinsp/format/addresses.js';
import { FD_TYPE, FD_TYPES, PPME } from '../sinsp/schema/index.js';
import { type FdInfo, L4_ICMP, L4_RAW, L4_TCP, L4_UDP, ROLE_SERVER, shownProtocol } from '../sinsp/state/fd-info.js';
import type { FdTable } from '../sinsp/state/fd-table.js';
import { splitEnv, splitNul } from '../sinsp/state/nul-lists.js';
import type { State } from '../sinsp/state/state.js';
import type { ThreadInfo } from '../sinsp/state/thread-info.js';
import { luajitOrder, unorderedMapOrder } from './walk-order.js';

export interface ThreadTableShape {
  /** Only ids, and addresses of sockets. */
  barebone: boolean;
  /** Fill the descriptor tables. */
  fds: boolean;
}

const L4_WORDS: Record<number, string> = { [L4_TCP]: 'tcp', [L4_UDP]: 'udp', [L4_ICMP]: 'icmp', [L4_RAW]: 'raw' };

const NO_ADDRESS = new Uint8Array(16);

const uint32 = (value: number): number => (Number.isFinite(value) ? value >>> 0 : 0);

/**
 * Builds the table, keyed by thread id. Only pairs of thread and descriptor that pass the filter are in it. `pairs` walks it
 * and its tables of descriptors in sysdig's order.
 */
export function threadTable(
  lua: LuaState,
  state: State,
  current: EventCursor,
  filter: Predicate | null,
  shape: ThreadTableShape,
): LuaTable {
  const probe = new EventCursor();
  probe.setWindow(current.bytes);
  // Any event that works on a descriptor: filters are asked as if one had happened on each.
  probe.type = PPME.SYSCALL_READ_X;
  probe.num = current.num;
  probe.cpu = current.cpu;
  probe.tsHigh = current.tsHigh;
  probe.tsLow = current.tsLow;
  probe.time = current.time;
  const matching = (thread: ThreadInfo, table: FdTable): number[] => {
    const numbers = unorderedMapOrder([...table.keys()]);
    if (filter === null) return numbers;
    probe.thread = thread;
    probe.tid = thread.tid;
    const { lastFd } = thread;
    try {
      return numbers.filter((number) => {
        probe.fd = table.get(number)!;
        probe.fdNum = number;
        // Where fields look for the number of the event's descriptor.
        thread.lastFd = number;
        probe.serial++;
        return filter.test(probe);
      });
    } finally {
      thread.lastFd = lastFd;
    }
  };
  const entries = new Map<number, LuaTable>();
  for (const tid of unorderedMapOrder([...state.threads.keys()])) {
    const thread = state.threads.get(tid)!;
    const fds: [number, LuaTable][] = [];
    if (filter !== null || shape.fds) {
      const table = state.fdTable(thread);
      const numbers = matching(thread, table);
      if (filter !== null && numbers.length === 0) continue;
      if (shape.fds) {
        for (const number of luajitOrder(numbers)) {
          fds.push([number, fdEntry(lua, state, table.get(number)!, shape.barebone)]);
        }
      }
    }
    const entry = threadEntry(lua, state, thread, shape.barebone);
    entry.set('fdtable', lua.tableInOrder(fds));
    entries.set(tid, entry);
  }
  return lua.tableInOrder(luajitOrder([...entries.keys()]).map((tid) => [tid, entries.get(tid)!] as const));
}

function threadEntry(lua: LuaState, state: State, thread: ThreadInfo, barebone: boolean): LuaTable {
  const entry = lua.newTable();
  entry.set('tid', thread.tid);
  entry.set('pid', thread.pid);
  if (barebone) return entry;
  const main = state.mainThread(thread);
  const numbers: [string, number][] = [
    ['ptid', thread.ptid],
    ['flags', thread.flags],
    ['fdlimit', thread.fdlimit],
    ['uid', thread.uid],
    ['gid', thread.gid],
    ['nchilds', thread.nchilds],
    ['vmsize_kb', thread.vmsizeKb],
    ['vmrss_kb', thread.vmrssKb],
    ['vmswap_kb', thread.vmswapKb],
    ['pfmajor', thread.pfmajor],
    ['pfminor', thread.pfminor],
  ];
  for (const [key, value] of numbers) entry.set(key, uint32(value));
  entry.set('comm', thread.comm.text);
  entry.set('exe', thread.exe.text);
  entry.set('username', state.users.get(thread.uid)?.name ?? '<NA>');
  entry.set('clone_ts', ((BigInt(thread.cloneTsHigh) << 32n) | BigInt(thread.cloneTsLow)).toString());
  entry.set('args', listTable(lua, splitNul(thread.args)));
  entry.set('env', listTable(lua, splitEnv(main.env)));
  return entry;
}

function listTable(lua: LuaState, parts: readonly string[]): LuaTable {
  const list = lua.newTable();
  parts.forEach((part, index) => {
    list.set(index + 1, part);
  });
  return list;
}

function fdEntry(lua: LuaState, state: State, fd: FdInfo, barebone: boolean): LuaTable {
  const entry = lua.newTable();
  if (!barebone) {
    entry.set('name', printableText(state.fdName(fd).text));
    entry.set('type', FD_TYPES[fd.type]?.word ?? '<NA>');
  }
  switch (fd.type) {
    case FD_TYPE.IPV4_SOCK:
      socketEnds(entry, fd, ipv4Text(fd.sip), ipv4Text(fd.dip));
      break;
    case FD_TYPE.IPV6_SOCK:
      socketEnds(entry, fd, ipv6Text(fd.sip6 ?? NO_ADDRESS), ipv6Text(fd.dip6 ?? NO_ADDRESS));
      break;
    case FD_TYPE.IPV4_SERVSOCK:
      listening(entry, fd, ipv4Text(fd.dip));
      break;
    case FD_TYPE.IPV6_SERVSOCK:
      listening(entry, fd, ipv6Text(fd.dip6 ?? NO_ADDRESS));
      break;
  }
  return entry;
}

function socketEnds(entry: LuaTable, fd: FdInfo, source: string, destination: string): void {
  entry.set('cip', source);
  entry.set('cport', fd.sport);
  entry.set('sip', destination);
  entry.set('sport', fd.dport);
  entry.set('is_server', fd.role === ROLE_SERVER);
  entry.set('l4proto', L4_WORDS[shownProtocol(fd)] ?? '<NA>');
}

function listening(entry: LuaTable, fd: FdInfo, address: string): void {
  entry.set('sip', address);
  entry.set('sport', fd.dport);
  entry.set('is_server', true);
  entry.set('l4proto', L4_WORDS[shownProtocol(fd)] ?? '<NA>');
}
