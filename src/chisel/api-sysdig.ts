/** The `sysdig` table of Lua: the run, its settings, and snapshots of threads and containers. */
import { type HostFunction, LuaError, type LuaValue } from '../lua/vm.js';
import type { BufferFormat } from '../sinsp/fields/field.js';
import type { Predicate } from '../sinsp/filter/predicate.js';
import type { Chisel } from './chisel.js';
import { API_MISUSE } from './errors.js';
import { type ThreadTableShape, threadTable } from './thread-table.js';
import { checkThreadTableFilter } from './thread-table-filter.js';
import { UdpPeer } from './udp.js';
import { unorderedMapOrder } from './walk-order.js';

/** Where the container table says another word for a type than the field `container.type` does. */
const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['libvirt-lxc', 'libvirt_lxc'],
  ['custom', 'unknown'],
  ['static', 'unknown'],
  ['podman', 'unknown'],
]);

/** Words of `set_output_format`: how buffers are rendered, and whether lines are JSON. */
const OUTPUT_FORMATS: Record<string, [BufferFormat, boolean]> = {
  normal: ['dots', false],
  simple: ['dots', false],
  json: ['dots', true],
  hex: ['hex', false],
  hexascii: ['hexascii', false],
  ascii: ['ascii', false],
  base64: ['base64', false],
  jsonbase64: ['base64', true],
};

const uint32 = (value: LuaValue): bigint | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number)
    ? BigInt.asUintN(32, BigInt(Math.trunc(number)))
    : undefined;
};

const MAX_UINT64 = (1n << 64n) - 1n;
/** A whole decimal number of 64 bits, as C reads it: what is too large becomes the largest. */
const decimal = (text: string): bigint | undefined => {
  const match = /^\s*([+-]?)(\d+)$/.exec(text);
  if (match === null) return undefined;
  const value = BigInt(match[2]!);
  if (value > MAX_UINT64) return MAX_UINT64;
  return match[1] === '-' ? -value : value;
};

const uint64Text = (value: bigint): string => BigInt.asUintN(64, value).toString();
/** Sums and differences are printed signed. */
const int64Text = (value: bigint): string => BigInt.asIntN(64, value).toString();
const nanoseconds = (high: number, low: number): string => ((BigInt(high) << 32n) | BigInt(low)).toString();

export function sysdigApi(chisel: Chisel): [string, HostFunction][] {
  const { services, host } = chisel;
  const { run, inspector } = services;
  let peer: UdpPeer | undefined;
  const misuse = (line?: string): LuaError => {
    if (line !== undefined) services.complain(line);
    return new LuaError(API_MISUSE);
  };
  const string = (value: LuaValue, what: string): string => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return chisel.lua.tostring(value);
    throw misuse(`${what} needs a string`);
  };
  const threads =
    (shape: ThreadTableShape): HostFunction =>
    (given) => {
      let filter: Predicate | null = null;
      const filterText = typeof given === 'number' ? chisel.lua.tostring(given) : given;
      if (typeof filterText === 'string' && filterText !== '') {
        try {
          filter = services.compileFilter(filterText);
          checkThreadTableFilter(filterText);
        } catch (error) {
          throw misuse(
            `invalid filter argument for get_thread_table in chisel ${chisel.name}: ${(error as Error).message}`,
          );
        }
      }
      return threadTable(chisel.lua, inspector.state, inspector.event, filter, shape);
    };
  const runApp: HostFunction = (commandLine) => {
    host.runAgain = string(commandLine, 'sysdig.run_app');
    return [];
  };
  const arithmetic =
    (name: string, combine: (a: bigint, b: bigint) => bigint): HostFunction =>
    (a, b) => {
      const [left, right] = [a, b].map((value) =>
        typeof value === 'string' || typeof value === 'number' ? decimal(chisel.lua.tostring(value)) : undefined,
      );
      if (left === undefined || right === undefined) throw misuse(`sysdig.${name} needs two decimal numbers`);
      return int64Text(combine(left, right));
    };

  return [
    ['is_live', () => run.isLive()],
    ['is_tty', () => run.isTty()],
    [
      'get_terminal_info',
      () => {
        const table = chisel.lua.newTable();
        const size = run.terminalSize();
        table.set('width', size.width);
        table.set('height', size.height);
        return table;
      },
    ],
    ['get_filter', () => run.filterText()],
    [
      'set_filter',
      (text) => {
        try {
          run.setFilter(string(text, 'sysdig.set_filter'));
          chisel.setsCaptureFilter = true;
        } catch (error) {
          if (error instanceof LuaError) throw error;
          throw misuse(`invalid filter in chisel ${chisel.name}: ${(error as Error).message}`);
        }
        return [];
      },
    ],
    [
      'set_snaplen',
      (length) => {
        run.setSnaplen(typeof length === 'number' ? Math.trunc(length) : Number(length));
        return [];
      },
    ],
    [
      'set_output_format',
      (word) => {
        if (run.bufferFormatChosen) return [];
        const format = OUTPUT_FORMATS[String(word)];
        if (format === undefined) throw misuse(`invalid set_output_format value in chisel ${chisel.name}`);
        run.setBufferFormat(format[0], format[1]);
        return [];
      },
    ],
    ['get_output_format', () => (run.jsonOutput ? 'json' : 'normal')],
    [
      'set_fatfile_dump_mode',
      (on) => {
        run.setFatfileMode(on === true);
        return [];
      },
    ],
    ['is_print_container_data', () => run.printContainerData],
    ['get_evtsource_name', () => run.sourceName()],
    [
      'get_firstevent_ts',
      () => (inspector.eventCount === 0 ? '0' : nanoseconds(inspector.firstTsHigh, inspector.firstTsLow)),
    ],
    [
      'get_lastevent_ts',
      () => (inspector.eventCount === 0 ? '0' : nanoseconds(inspector.event.tsHigh, inspector.event.tsLow)),
    ],
    [
      'make_ts',
      (seconds, nanos) => {
        const s = uint32(seconds);
        const ns = uint32(nanos);
        if (s === undefined || ns === undefined) throw misuse('sysdig.make_ts needs seconds and nanoseconds');
        return uint64Text(s * 1_000_000_000n + ns);
      },
    ],
    ['add_ts', arithmetic('add_ts', (a, b) => a + b)],
    ['subtract_ts', arithmetic('subtract_ts', (a, b) => a - b)],
    ['get_read_progress', () => run.readProgress()],
    [
      'get_machine_info',
      () => {
        const { machine } = inspector.state;
        if (!host.captureOpen) {
          throw misuse('get_machine_info can only be called from the on_capture_start callback');
        }
        const table = chisel.lua.newTable();
        table.set('num_cpus', machine?.numCpus ?? 0);
        table.set('memory_size_bytes', machine?.memorySizeBytes ?? 0);
        table.set('max_pid', machine?.maxPid ?? 0);
        table.set('hostname', machine?.hostname ?? '');
        return table;
      },
    ],
    ['get_thread_table', threads({ barebone: false, fds: true })],
    ['get_thread_table_nofds', threads({ barebone: false, fds: false })],
    ['get_thread_table_barebone', threads({ barebone: true, fds: true })],
    ['get_thread_table_barebone_nofds', threads({ barebone: true, fds: false })],
    [
      'get_container_table',
      () => {
        const list = chisel.lua.newTable();
        let index = 0;
        const { containers } = inspector.state;
        for (const id of unorderedMapOrder([...containers.values()].map((container) => container.id))) {
          const container = containers.get(id)!;
          const entry = chisel.lua.newTable();
          entry.set('id', container.id);
          entry.set('name', container.name);
          entry.set('image', container.image);
          entry.set('type', TYPE_WORDS.get(container.typeName) ?? (container.typeName || 'unknown'));
          list.set(++index, entry);
        }
        return list;
      },
    ],
    [
      'end_capture',
      () => {
        chisel.endRequested = true;
        return [];
      },
    ],
    ['run_app', runApp],
    ['run_sysdig', runApp],
    [
      'log',
      (text, severity) => {
        if (text === undefined || severity === undefined) throw misuse('sysdig.log needs a text and a severity');
        services.log(String(severity), String(text));
        return [];
      },
    ],
    [
      'udp_setpeername',
      (address, port) => {
        peer = UdpPeer.open(String(address), Number(port));
        if (peer === undefined) throw misuse('inet_pton error occurred');
        return [];
      },
    ],
    [
      'udp_send',
      (text) => {
        if (peer === undefined) throw misuse('sysdig.udp_send: call sysdig.udp_setpeername first');
        peer.send(string(text, 'sysdig.udp_send'));
        return [];
      },
    ],
    [
      'push_metric',
      (name, value, tags) => {
        if (!chisel.lua.isTable(tags)) throw new LuaError('push_metric: third argument must be a table');
        if (typeof name !== 'string') throw new LuaError('push_metric: first argument must be a string');
        if (typeof value !== 'number') throw new LuaError('push_metric: second argument must be a number');
        services.log('debug', `metric ${name}=${value}`);
        return [];
      },
    ],
  ];
}
