/**
 * Captures built for one rule each, and what is seen of them: a line per event with everything the state knows of its
 * thread and descriptor.
 */
import { openCaptureFile } from '../../../src/capture/file-source.js';
import type { EventCursor } from '../../../src/sinsp/event.js';
import type { RenderSettings } from '../../../src/sinsp/fields/field.js';
import { compileFilter } from '../../../src/sinsp/filter/index.js';
import { ByteWriter } from '../../../src/sinsp/format/byte-writer.js';
import { FormatLine } from '../../../src/sinsp/format/format-line.js';
import { parseFormat } from '../../../src/sinsp/format/format-parser.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { EC, EVENT_CATEGORIES, PPME } from '../../../src/sinsp/schema/index.js';
import type { State, StateOptions } from '../../../src/sinsp/state/state.js';
import type { ThreadInfo } from '../../../src/sinsp/state/thread-info.js';
import {
  CaptureBuilder,
  type EventOptions,
  ip4,
  join,
  text,
  u8,
  u16,
  u32,
  u64,
  type Value,
} from '../../support/capture-builder.js';

/** Everything that the state has a hand in. */
export const FORMAT =
  '*%evt.num %evt.dir %evt.type | %proc.name %proc.pid %thread.tid %proc.ppid %proc.exe %proc.args | %proc.cwd ' +
  '| %fd.num %fd.type %fd.l4proto %fd.name | %proc.nchilds %proc.nthreads %proc.fdopencount %proc.fdlimit ' +
  '| %proc.exepath %thread.vtid %proc.vpid %proc.sid %proc.vpgid %user.uid %container.id %container.type %evt.args';

/** How fields are rendered where that does not matter. */
export const SETTINGS: RenderSettings = {
  bufferFormat: 'dots',
  cutBuffers: true,
  resolvePorts: false,
  timeFormat: 'h',
  json: false,
};

/** Two processes, a thread, and a few descriptors, as a header. */
export function scenario(): CaptureBuilder {
  return new CaptureBuilder()
    .section()
    .machine()
    .interfaces(2, [
      join([u16(1), u16(2), ip4('127.0.0.1'), ip4('255.0.0.0'), ip4('0.0.0.0'), u64(0), text('lo').subarray(0, 2)]),
      join([u16(1), u16(2), ip4('10.0.0.5'), ip4('255.255.255.0'), ip4('0.0.0.0'), u64(0), text('e0').subarray(0, 2)]),
    ])
    .users(2, [{ uid: 0, gid: 0, name: 'root' }], [{ gid: 0, name: 'root' }])
    .processes([
      { tid: 1, ptid: 0, comm: 'init', exe: '/sbin/init', cwd: '/', sid: 1 },
      { tid: 100, ptid: 1, comm: 'bash', exe: '/bin/bash', args: '-l\0', cwd: '/home/u', sid: 100, env: 'A=1\0B=2\0' },
      { tid: 101, pid: 100, ptid: 1, comm: 'bash', exe: '/bin/bash', flags: 0x2001, cwd: '/' },
    ])
    .fds(100, [
      { fd: 0, type: 16, payload: join([u32(3), u16(8), text('/dev/pts').subarray(0, 8), u32(5)]) },
      { fd: 5, type: 2, payload: join([u16(4), text('/etc').subarray(0, 4)]) },
    ]);
}

export const tuple4 = (sip: string, sport: number, dip: string, dport: number): Uint8Array =>
  join([u8(2), ip4(sip), u16(sport), ip4(dip), u16(dport)]);
export const address4 = (ip: string, port: number): Uint8Array => join([u8(2), ip4(ip), u16(port)]);
export const ip6 = (...words: number[]): Uint8Array =>
  Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
/** An IPv4 address inside IPv6. */
export const mapped = (ip: string): Uint8Array => join([ip6(0, 0, 0, 0, 0, 0xffff), ip4(ip)]);
export const tuple6 = (sip: Uint8Array, sport: number, dip: Uint8Array, dport: number): Uint8Array =>
  join([u8(10), sip, u16(sport), dip, u16(dport)]);
export const address6 = (ip: Uint8Array, port: number): Uint8Array => join([u8(10), ip, u16(port)]);
export const tupleUnix = (source: bigint, dest: bigint, path: string): Uint8Array =>
  join([u8(1), u64(source), u64(dest), text(path)]);

type Parameters = readonly Value[];
type EventName = keyof typeof PPME;

/** An enter event and its exit. `name` is the symbolic name without direction, such as SYSCALL_OPEN. */
export function call(
  builder: CaptureBuilder,
  name: string,
  enter: Parameters,
  exit: Parameters,
  options: EventOptions = {},
): CaptureBuilder {
  return builder
    .event(code(`${name}_E`), enter, options)
    .event(code(`${name}_X`), exit, options.ts === undefined ? options : { ...options, ts: options.ts + 1000n });
}

export function code(name: string): number {
  const value: number | undefined = PPME[name as EventName];
  if (value === undefined) throw new Error(`no event ${name}`);
  return value;
}

/** Parameters of a clone exit, version 20. */
export function cloneParams(clone: {
  res: number;
  exe?: string;
  args?: string;
  tid: number;
  pid?: number;
  ptid: number;
  comm?: string;
  flags?: number;
  vtid?: number;
  vpid?: number;
  cgroups?: string;
  uid?: number;
}): Value[] {
  return [
    u64(clone.res),
    clone.exe ?? '/bin/bash',
    text(clone.args ?? '-c').subarray(0),
    u64(clone.tid),
    u64(clone.pid ?? clone.tid),
    u64(clone.ptid),
    '',
    u64(1024),
    u64(1),
    u64(2),
    u32(100),
    u32(50),
    u32(0),
    clone.comm ?? 'bash',
    text(clone.cgroups ?? 'cpuset=/').subarray(0),
    u32(clone.flags ?? 0),
    u32(clone.uid ?? 0),
    u32(0),
    u64(clone.vtid ?? clone.tid),
    u64(clone.vpid ?? clone.pid ?? clone.tid),
  ];
}

/** Parameters of an execve exit, version 19. */
export function execParams(exec: {
  res?: number;
  exe: string;
  comm: string;
  args?: string;
  tid: number;
  pid?: number;
  ptid: number;
  env?: string;
  cgroups?: string;
  flags?: number;
}): Value[] {
  return [
    u64(exec.res ?? 0),
    exec.exe,
    text(exec.args ?? ''),
    u64(exec.tid),
    u64(exec.pid ?? exec.tid),
    u64(exec.ptid),
    '/tmp',
    u64(2048),
    u64(1),
    u64(2),
    u32(300),
    u32(30),
    u32(0),
    exec.comm,
    text(exec.cgroups ?? 'cpuset=/'),
    text(exec.env ?? 'X=y'),
    u32(34816),
    u64(77),
    u32(1000),
    ...(exec.flags === undefined ? [] : [u32(exec.flags)]),
  ];
}

export interface Seen {
  readonly state: State;
  readonly event: EventCursor;
  readonly thread: ThreadInfo | null;
}

/** Walks a capture and collects what `look` says of each event that is shown. */
export function walk<T>(builder: CaptureBuilder, look: (seen: Seen) => T, options: StateOptions = {}): T[] {
  const inspector = new Inspector(options);
  const source = openCaptureFile(builder.write());
  const seen: T[] = [];
  inspector.walk(source, (event) => {
    seen.push(look({ state: inspector.state, event, thread: event.thread }));
    return true;
  });
  source.close();
  return seen;
}

/** The state after the last event. */
export function stateAfter(builder: CaptureBuilder, options: StateOptions = {}): State {
  const inspector = new Inspector(options);
  const source = openCaptureFile(builder.write());
  inspector.walk(source, () => true);
  source.close();
  return inspector.state;
}

const isInternal = (event: EventCursor): boolean => (EVENT_CATEGORIES[event.type]! & EC.INTERNAL) !== 0;

/** One line per event that is not internal, in {@link FORMAT}, of those that a filter lets through. */
export function lines(file: string, filter = ''): string[] {
  const inspector = new Inspector();
  if (filter !== '') inspector.setFilter(compileFilter(filter, { inspector, settings: SETTINGS }));
  const writer = new ByteWriter();
  const line = new FormatLine(parseFormat(FORMAT), { inspector, settings: SETTINGS }, writer);
  const source = openCaptureFile(file);
  inspector.walk(source, (event) => isInternal(event) || line.print(event) || true);
  source.close();
  return Buffer.from(writer.bytes.subarray(0, writer.length)).toString('latin1').split('\n').slice(0, -1);
}

/** The name of the descriptor of the event, `-` without one. */
export const fdNameOf = ({ state, event }: Seen): string => (event.fd === null ? '-' : state.fdName(event.fd).text);

/** The name of a descriptor of a process after the capture; undefined when it has none of this number. */
export function nameOf(state: State, tid: number, num: number): string | undefined {
  const thread = state.threads.get(tid);
  const fd = thread && state.fdTable(thread).get(num);
  return fd && state.fdName(fd).text;
}
