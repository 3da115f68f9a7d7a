/**
 * Captures that are damaged on purpose, and a run of everything that reads them: blocks, metadata, state, a filter, lines,
 * formats and JSON. Any error but CaptureError is a finding. Case `index` of a seed is always the same.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CaptureError } from '../../src/capture/event-source.js';
import { FileSource, openCaptureFile } from '../../src/capture/file-source.js';
import type { FieldContext, RenderSettings } from '../../src/sinsp/fields/field.js';
import { compileFilter } from '../../src/sinsp/filter/index.js';
import { ByteWriter } from '../../src/sinsp/format/byte-writer.js';
import { DefaultLine } from '../../src/sinsp/format/default-line.js';
import { FormatLine } from '../../src/sinsp/format/format-line.js';
import { parseFormat } from '../../src/sinsp/format/format-parser.js';
import { JsonLine } from '../../src/sinsp/format/json-line.js';
import type { Printer } from '../../src/sinsp/format/printer.js';
import { Inspector } from '../../src/sinsp/inspector.js';
import { EVENT_COUNT, EVENTS, FD_TYPE, PT } from '../../src/sinsp/schema/index.js';
import {
  type BuiltFd,
  CaptureBuilder,
  fdPayload,
  i32,
  ip4,
  join,
  memoryInput,
  raw,
  tailA,
  tailB,
  temporaryFolder,
  u8,
  u16,
  u32,
  u64,
  type Value,
} from '../support/capture-builder.js';
import { Random } from '../support/random.js';

const TEXTS = [
  '',
  '/etc/passwd',
  'a',
  '../x/./y',
  '/tmp/..//b',
  'name\n\x1b[31m',
  'x'.repeat(300),
  '/proc/1/fd',
  '100%',
];
const JSON_TEXT =
  '{"container":{"id":"0b703f366424","name":"n","image":"i:1","type":0,"Mounts":[{"Source":"/a","Destination":"/b"}],' +
  '"ip":"172.17.0.2","labels":{"a":"b"},"port_mappings":[{"HostIp":1,"HostPort":2,"ContainerPort":3}]}}';
const INTS = [0, 1, -1, 3, 7, 100, 101, 255, -2, -115, 4096, 0x7fffffff, 2 ** 40, -(2 ** 40)];

/** A value as the type wants it, most of the time. */
function value(random: Random, type: number): Value {
  if (random.int(25) === 0) return random.pick([null, u8(1), raw('xyz'), u64(-1)]);
  const int = random.pick(INTS);
  switch (type) {
    case PT.INT8:
    case PT.UINT8:
    case PT.FLAGS8:
    case PT.SIGTYPE:
    case PT.L4PROTO:
    case PT.SOCKFAMILY:
      return u8(int);
    case PT.INT16:
    case PT.UINT16:
    case PT.FLAGS16:
    case PT.PORT:
    case PT.SYSCALLID:
      return u16(int);
    case PT.INT32:
    case PT.UINT32:
    case PT.FLAGS32:
    case PT.MODE:
    case PT.UID:
    case PT.GID:
    case PT.BOOL:
      return i32(int);
    case PT.CHARBUF:
    case PT.FSPATH:
    case PT.FSRELPATH:
      return random.int(12) === 0 ? JSON_TEXT : random.pick(TEXTS);
    case PT.BYTEBUF:
      return Uint8Array.from({ length: random.int(200) }, () => random.int(256));
    case PT.SOCKADDR:
      return random.pick([
        join([u8(2), ip4('10.0.0.1'), u16(80)]),
        join([u8(1), raw('/run/s\0')]),
        join([u8(10), new Uint8Array(16), u16(8)]),
      ]);
    case PT.SOCKTUPLE:
      return random.pick([
        join([u8(2), ip4('10.0.0.1'), u16(5000), ip4('10.0.0.2'), u16(80)]),
        join([u8(1), u64(0xffff880012345678n), u64(0xffff880087654321n), raw('/run/s\0')]),
        join([u8(10), new Uint8Array(16), u16(8), new Uint8Array(16), u16(9)]),
      ]);
    case PT.FDLIST:
      return join([u16(2), u64(3), u16(1), u64(4), u16(4)]);
    case PT.CHARBUFARRAY:
      return raw('a\0bb\0ccc\0');
    default:
      return u64(int);
  }
}

/** A capture with threads of every list version, descriptors of every type and random events of every code. */
function generated(random: Random): Uint8Array {
  const builder = new CaptureBuilder().section({ minor: random.int(3) }).machine();
  const version = 1 + random.int(9);
  builder.users(random.int(2) === 0 ? 1 : 2, [{ uid: 0, gid: 0, name: 'root' }], [{ gid: 0, name: 'root' }]);
  const address = join([ip4('10.0.0.1'), ip4('255.0.0.0'), ip4('10.255.255.255')]);
  builder.interfaces(random.int(2) === 0 ? 1 : 2, [
    join([u16(1), u16(4), address, u64(0), raw('eth0')]),
    join([u16(3), u16(2), address, raw('lo')]),
    join([u16(4), u16(2), new Uint8Array(48), raw('v6')]),
  ]);
  builder.processes(
    [1, 100, 101, 102].map((tid) => ({
      tid,
      pid: tid === 102 ? 101 : tid,
      flags: tid === 102 ? 0x2001 : 0,
      args: 'a\0b\0',
      env: 'A=1\0B=2\0',
      cgroups: `cpu=/docker/${'0b703f366424'.repeat(6).slice(0, 64)}\0`,
      tail: random.int(2) === 0 ? tailA({ tty: 1 }) : tailB(1000, 1),
    })),
    version,
  );
  const fds: BuiltFd[] = [
    { fd: 0, type: FD_TYPE.FILE, payload: fdPayload.named('/dev/null') },
    { fd: 3, type: 3, payload: fdPayload.ipv4('10.0.0.1', 80, '10.0.0.2', 4000, 2) },
    { fd: 4, type: 4, payload: fdPayload.ipv6(new Uint8Array(16), 1, new Uint8Array(16), 2, 3) },
    { fd: 5, type: 5, payload: fdPayload.ipv4Server('0.0.0.0', 80, 2) },
    { fd: 7, type: 8, payload: fdPayload.unix(1n, 2n, '/run/s') },
    { fd: 8, type: 7, payload: fdPayload.named('pipe:[1]') },
  ];
  const listVersion = random.int(2) === 0 ? 1 : 2;
  if (listVersion === 2) {
    fds.push({ fd: 9, type: 16, payload: fdPayload.fileV2(1, '/tmp/f', 5) }, { fd: 10, type: 77, payload: raw('?') });
  }
  for (const tid of [1, 100, 101]) builder.fds(tid, fds, listVersion);
  const count = 5 + random.int(60);
  const old = random.int(3) === 0;
  for (let i = 0; i < count; i++) {
    let type = random.int(EVENT_COUNT);
    const pair = random.int(3) > 0;
    if (pair) type &= ~1;
    for (const code of pair ? [type, type + 1] : [type]) {
      const info = EVENTS[code];
      if (info === undefined) continue;
      const params = info.params.slice(0, random.int(6) === 0 ? random.int(info.params.length + 1) : undefined);
      builder.event(
        code,
        params.map((param) => value(random, param.type)),
        {
          tid: random.pick([1, 100, 101, 102, 555, 0, -1]),
          cpu: random.int(4),
          flags: random.int(12) === 0 ? random.int(4) : undefined,
          version: old ? 1 : 2,
          large: !old && random.int(20) === 0,
        },
      );
    }
  }
  return builder.build();
}

const demoPath = fileURLToPath(new URL('../../examples/demo.scap', import.meta.url));
let demo: { header: Uint8Array; events: Uint8Array[] } | null = null;

/** The header of the example and a run of its events. */
function fromDemo(random: Random): Uint8Array {
  if (demo === null) {
    let bytes: Uint8Array = readFileSync(demoPath);
    if (bytes[0] === 0x1f) bytes = gunzipSync(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const events: Uint8Array[] = [];
    let header = 0;
    for (let at = 0; at < bytes.length; ) {
      const type = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      if (type === 0x216 || type === 0x217 || type === 0x221 || type === 0x222)
        events.push(bytes.slice(at, at + length));
      else header = at + length;
      at += length;
    }
    demo = { header: bytes.slice(0, header), events };
  }
  const from = random.int(demo.events.length - 200);
  return join([demo.header, ...demo.events.slice(from, from + 200)]);
}

const BAD_NUMBERS = [
  0, 1, 2, 3, 4, 8, 11, 12, 16, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0xffffffff,
];

/** Offsets of the blocks. */
function blocksOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    offsets.push(at);
    const length = view.getUint32(at + 4, true);
    if (length < 12) break;
    at += length;
  }
  return offsets;
}

/** One to a few kinds of damage. */
function damage(random: Random, original: Uint8Array): Uint8Array {
  let bytes: Uint8Array = original.slice();
  const times = 1 + random.int(4);
  for (let i = 0; i < times && bytes.length > 16; i++) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    switch (random.int(9)) {
      case 0:
        bytes[random.int(bytes.length)]! ^= 1 << random.int(8);
        break;
      case 1:
        for (let k = 0; k < 20; k++) bytes[random.int(bytes.length)] = random.int(256);
        break;
      case 2:
        bytes = bytes.slice(0, random.int(bytes.length));
        break;
      case 3: {
        // A number anywhere.
        const at = random.int(bytes.length - 4);
        if (random.int(2) === 0) view.setUint32(at, random.pick(BAD_NUMBERS), true);
        else view.setUint16(at, random.pick(BAD_NUMBERS) & 0xffff, true);
        break;
      }
      case 4: {
        // A field at the head of a block, where lengths and counts are.
        const at = random.pick(blocksOf(bytes)) + random.int(60);
        if (at + 4 <= bytes.length) view.setUint32(at, random.pick(BAD_NUMBERS), true);
        break;
      }
      case 5: {
        // A block of another type.
        const at = random.pick(blocksOf(bytes));
        const type = random.pick([
          0x201, 0x202, 0x203, 0x204, 0x206, 0x208, 0x211, 0x215, 0x216, 0x217, 0x218, 0x219, 0x220, 0x221, 0x222,
          0x0a0d0d0a,
        ]);
        view.setUint32(at, type, true);
        break;
      }
      case 6: {
        // Blocks in another order, or more than once.
        const offsets = blocksOf(bytes);
        const cut = () => {
          const k = random.int(offsets.length);
          return bytes.slice(offsets[k]!, offsets[k + 1] ?? bytes.length);
        };
        bytes = join([bytes.slice(0, random.pick(offsets)), cut(), cut(), bytes.slice(random.pick(offsets))]);
        break;
      }
      case 7: {
        // An event of another code.
        const at = random.pick(blocksOf(bytes)) + 30;
        if (at + 2 <= bytes.length) view.setUint16(at, random.int(EVENT_COUNT + 10), true);
        break;
      }
      default: {
        // Many events of the same thread with small changes.
        const offsets = blocksOf(bytes);
        const k = random.int(offsets.length);
        const block = bytes.slice(offsets[k]!, offsets[k + 1] ?? bytes.length);
        if (block.length < 2000) bytes = join([bytes, ...Array.from({ length: 20 }, () => block)]);
      }
    }
  }
  return bytes;
}

/**
 * A bomb: little that unpacks to much, as one block or as a tail of zeros. Members one after the other make it without
 * ever holding what it unpacks to.
 */
function bomb(random: Random): Uint8Array {
  const megabytes = 4 + random.int(60);
  const parts: Uint8Array[] = [gzipSync(new CaptureBuilder().section().machine().build())];
  const block = random.int(2) === 0;
  const length = (megabytes << 20) + 12;
  if (block) parts.push(gzipSync(join([u32(random.pick([0x215, 0x218, 0x216, 0x221, 0x999])), u32(length)])));
  const zeros = gzipSync(new Uint8Array(1 << 20));
  for (let i = 0; i < megabytes; i++) parts.push(zeros);
  if (block) parts.push(gzipSync(u32(length)));
  return join(parts);
}

export interface FuzzCounts {
  cases: number;
  events: number;
  /** Cases that ended with a CaptureError, and those read to their end. */
  damaged: number;
  whole: number;
}

const FIELDS =
  '*%evt.num|%evt.latency|%evt.res|%evt.category|%evt.rawarg.res|%evt.arg[0]|%evt.buffer|%proc.cmdline|%proc.pname|' +
  '%proc.aname[2]|%proc.cwd|%proc.env|%thread.vtid|%thread.cgroups|%user.name|%group.name|%container.id|%container.mounts|' +
  '%fd.name|%fd.directory|%fd.cip|%fd.sport|%fd.is_server|%fdlist.names|%evt.abspath|%evt.args|%syslog.message';
const FILTER =
  'fd.name contains /etc or proc.aname=bash or evt.arg.res < 0 or fd.sip=10.0.0.1 or evt.buffer contains ELF or ' +
  'container.id != host and fd.sport in (80, 443)';

interface Setup {
  inspector: Inspector;
  printer: Printer;
  uses: number;
}
/** Combinations of printer, filter and options, and the cases each of them sees before it is made anew. */
const SETUPS = 12;
const USES = 50;

/** Reads damaged captures; what is kept between cases is what a run over several captures keeps. */
export class CaptureFuzzer {
  readonly counts: FuzzCounts = { cases: 0, events: 0, damaged: 0, whole: 0 };
  private readonly setups: Setup[] = [];
  private readonly writer = new ByteWriter(() => {}, 1 << 16);

  constructor(private readonly seed: number) {}

  /** The bytes of a case; gzip-compressed in some. */
  bytesOf(index: number): Uint8Array {
    const random = new Random(Math.imul(this.seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
    const base = random.int(3) === 0 ? fromDemo(random) : generated(random);
    const plain = random.int(50) === 0 ? base : damage(random, base);
    const kind = random.int(60);
    if (kind === 0) {
      // Compressed data that is itself damaged.
      const packed = Uint8Array.from(gzipSync(plain, { level: 1 }));
      for (let k = random.int(3); k > 0; k--) packed[random.int(packed.length)]! ^= 1 << random.int(8);
      return random.int(2) === 0 ? packed : packed.slice(0, random.int(packed.length));
    }
    if (kind === 1 && random.int(20) === 0) {
      return bomb(random);
    }
    return plain;
  }

  /** Runs one case. Throws what is a finding; the case is then written to a file that is named in the message. */
  run(index: number): void {
    const bytes = this.bytesOf(index);
    try {
      this.read(bytes, index);
    } catch (error) {
      const file = path.join(temporaryFolder(), '..', `burin-fuzz-${this.seed}-${index}.scap`);
      writeFileSync(file, bytes);
      throw new Error(`seed ${this.seed}, case ${index} (${file}): ${(error as Error).stack}`);
    }
    this.counts.cases++;
  }

  private read(bytes: Uint8Array, index: number): void {
    const { inspector, printer } = this.setup(index);
    const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    let file = '';
    if (compressed) {
      file = path.join(temporaryFolder(), 'fuzz.scap');
      writeFileSync(file, bytes);
    }
    const source = compressed
      ? openCaptureFile(file)
      : new FileSource('fuzz', memoryInput(bytes), bytes.length, { windowSize: index % 7 === 0 ? 4096 : 1 << 18 });
    let events = 0;
    try {
      inspector.walk(source, (event) => {
        events++;
        printer.print(event);
        return true;
      });
      this.counts.whole++;
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      this.counts.damaged++;
    } finally {
      source.close();
      printer.finish();
      this.writer.flush();
    }
    this.counts.events += events;
  }

  /** What reads a case. It serves a while, started over for each case, as it does for several captures in one run. */
  private setup(index: number): Setup {
    const slot = index % SETUPS;
    let setup = this.setups[slot];
    if (setup !== undefined && setup.uses++ < USES) {
      setup.inspector.restart();
      return setup;
    }
    const settings: RenderSettings = {
      // Lines that the stepper can write have no other form.
      bufferFormat: slot % 4 === 3 ? 'dots' : (['dots', 'hex', 'hexascii', 'ascii', 'base64'] as const)[slot % 5]!,
      cutBuffers: slot % 2 === 0,
      resolvePorts: false,
      timeFormat: 'h',
      json: slot % 4 === 1 || slot === 7,
    };
    // Most cases are so short that a stepper would not be made for them.
    const inspector = new Inspector({ maxThreads: 2000, ...(slot % 4 !== 2 ? { stepperAfter: 0 } : {}) });
    const context: FieldContext = { inspector, settings };
    const printer = this.printer(slot, context);
    inspector.setLines(printer.form);
    if (slot % 3 === 0) inspector.setFilter(compileFilter(FILTER, context));
    setup = { inspector, printer, uses: 1 };
    this.setups[slot] = setup;
    return setup;
  }

  private printer(slot: number, context: FieldContext): Printer {
    switch (slot % 4) {
      case 0:
        return new DefaultLine(context, this.writer, true);
      case 1:
        return new JsonLine(parseFormat(FIELDS), context, this.writer);
      case 2:
        return new FormatLine(parseFormat(FIELDS), context, this.writer, { escape: true });
    }
    if (slot === 3) return new DefaultLine(context, this.writer, false);
    const parsed = parseFormat('*%evt.num %proc.name %proc.pid %evt.type %fd.name %evt.info');
    return slot === 7 ? new JsonLine(parsed, context, this.writer) : new FormatLine(parsed, context, this.writer);
  }
}
