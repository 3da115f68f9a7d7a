/**
 * Parameters of events as text, as sysdig 0.29.3 prints them: a raw text, and for many types a resolved one that stands
 * in parentheses behind it. How each parameter of an event type is rendered is worked out once, when the type is first
 * seen. Lengths in events are never trusted: a value that is shorter than its type is read no further than its block.
 */
import type { EventCursor } from '../event.js';
import type { FieldContext } from '../fields/field.js';
import { serviceName } from '../fields/services.js';
import type { Name } from '../names.js';
import {
  ERRNO,
  EVENTS,
  FD_TYPE,
  FD_TYPES,
  type ParamInfo,
  PF,
  PT,
  PT_SIZE,
  SIGNALS,
  SYSCALLS,
} from '../schema/index.js';
import { type FdInfo, L4_ICMP, L4_RAW, L4_TCP, L4_UDP, ROLE_NONE } from '../state/fd-info.js';
import { PathBuffer } from '../state/paths.js';
import type { State } from '../state/state.js';
import { isIpv4Mapped, isIpv6Zero, writeIpv4, writeIpv6 } from './addresses.js';
import { writeBuffer } from './byte-buffers.js';
import { type ByteWriter, literal } from './byte-writer.js';
import { enumText, flagsText } from './flags-text.js';
import {
  generalText,
  writeHex,
  writeHex64,
  writeInt,
  writeInt64,
  writeOct64,
  writePadded,
  writeUint,
  writeUint64,
} from './numbers.js';
import type { RawText } from './raw-text.js';

const OPEN = 40;
const CLOSE = 41;
const SPACE = 32;
const COLON = 58;
const LESS = 60;
const GREATER = 62;
const BAR_CHARACTER = '|';
const MAX_MEMO = 4096;
const AT_FDCWD = -100;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

const ARROW = literal('->');
const NULL = literal('NULL');
const NOT_AVAILABLE = literal('(n.a.)');
const INVALID_DYNAMIC = literal('INVALID DYNAMIC PARAMETER');

/** How one parameter of an event type is rendered. */
export interface Plan {
  readonly index: number;
  /** `name=` */
  readonly label: Name;
  readonly type: number;
  readonly format: number;
  readonly info: ParamInfo;
  readonly mayResolve: boolean;
  /** Texts of flag values seen so far; null for values without any name. */
  readonly memo: Map<number, Name | null>;
  readonly in0293: boolean;
  /** Renderings of a parameter whose first byte selects its type. */
  readonly variants: readonly Plan[] | null;
}

export interface EventPlan {
  readonly params: readonly Plan[];
  /** How many of them evt.args shows. */
  readonly shown: number;
}

const RESOLVING: ReadonlySet<number> = new Set([
  PT.ERRNO,
  PT.FD,
  PT.FD32,
  PT.PID,
  PT.PID32,
  PT.FSPATH,
  PT.FSRELPATH,
  PT.SYSCALLID,
  PT.SIGTYPE,
  PT.RELTIME,
  PT.FLAGS8,
  PT.FLAGS16,
  PT.FLAGS32,
  PT.ENUMFLAGS8,
  PT.ENUMFLAGS16,
  PT.ENUMFLAGS32,
  PT.MODE,
  PT.UID,
  PT.GID,
  PT.DYN,
]);

/** Names by number as literals, which are made on first use. */
function literals(names: ReadonlyMap<number, string>): (number: number) => Name | undefined {
  const made = new Map<number, Name>();
  return (number) => {
    let name = made.get(number);
    if (name === undefined) {
      const text = names.get(number);
      if (text === undefined) return undefined;
      name = literal(text);
      made.set(number, name);
    }
    return name;
  };
}
const errnoName = literals(ERRNO);
const signalName = literals(SIGNALS);
/** `<T` by descriptor type. */
const FD_OPENINGS = FD_TYPES.map(({ letter }) => literal(`<${letter}`));
const UNKNOWN_FD_OPENING = literal('<?');

export class ParamRenderer {
  private readonly plans: (EventPlan | undefined)[] = new Array(EVENTS.length).fill(undefined);
  private readonly path = new PathBuffer(false);
  /** Bytes of values that are shorter than their type. */
  private readonly short = new DataView(new ArrayBuffer(8));
  /** Where the value being rendered lies: {@link locate}. */
  private view!: DataView;
  private bytes!: Uint8Array;
  private at = 0;
  private length = 0;
  private readonly previous: RawText;

  constructor(private readonly context: FieldContext) {
    this.previous = context.inspector.rawText;
  }

  private get state(): State {
    return this.context.inspector.state;
  }

  plan(type: number): EventPlan {
    return (this.plans[type] ??= planEvent(type));
  }

  /** evt.args: `name=value(resolved) ` for each parameter that is there. */
  writeArgs(event: EventCursor, writer: ByteWriter): void {
    const { params, shown } = this.plan(event.type);
    if (event.type <= 1) return;
    const count = Math.min(event.nparams, shown);
    for (let i = 0; i < count; i++) {
      const plan = params[i]!;
      writer.literal(plan.label);
      const start = writer.length;
      this.locate(event, i);
      this.raw(plan, event, writer);
      const end = writer.length;
      this.previous.set(writer.bytes, start, end);
      if (plan.mayResolve) {
        writer.byte(OPEN);
        if (this.resolved(plan, event, writer)) writer.byte(CLOSE);
        else writer.rewind(end);
      }
      writer.byte(SPACE);
    }
  }

  /** The text of one parameter: the resolved one when there is one, else the raw one. False when it is absent. */
  writeArg(event: EventCursor, index: number, writer: ByteWriter): boolean {
    const plan = this.plan(event.type).params[index];
    if (plan === undefined || index >= event.nparams) return false;
    this.locate(event, index);
    if (plan.mayResolve) {
      const mark = writer.length;
      if (this.resolved(plan, event, writer)) return true;
      writer.rewind(mark);
      this.locate(event, index);
    }
    this.rawRemembered(plan, event, writer);
    return true;
  }

  /** The raw text of one parameter. False when it is absent. */
  writeRaw(event: EventCursor, index: number, writer: ByteWriter): boolean {
    const plan = this.plan(event.type).params[index];
    if (plan === undefined || index >= event.nparams) return false;
    this.locate(event, index);
    this.rawRemembered(plan, event, writer);
    return true;
  }

  private rawRemembered(plan: Plan, event: EventCursor, writer: ByteWriter): void {
    const start = writer.length;
    this.raw(plan, event, writer);
    this.previous.set(writer.bytes, start, writer.length);
  }

  /** The resolved text of one parameter. False when there is none (nothing is written then). */
  writeResolved(event: EventCursor, index: number, writer: ByteWriter): boolean {
    const plan = this.plan(event.type).params[index];
    if (plan === undefined || index >= event.nparams || !plan.mayResolve) return false;
    this.locate(event, index);
    const mark = writer.length;
    if (this.resolved(plan, event, writer)) return true;
    writer.rewind(mark);
    return false;
  }

  // -- values -------------------------------------------------------------------------------------------------

  private locate(event: EventCursor, index: number): void {
    this.bytes = event.bytes;
    this.view = event.view;
    this.at = event.paramOffsets[index]!;
    this.length = event.paramLengths[index]!;
  }

  /** Makes `size` bytes readable at `at`: those that are missing come from what follows in the block, else are zero. */
  private need(event: EventCursor, size: number): void {
    if (this.length >= size) return;
    const end = event.blockOffset + event.blockLength;
    const { short, view, at } = this;
    for (let i = 0; i < size; i++) short.setUint8(i, at + i < end ? view.getUint8(at + i) : 0);
    this.view = short;
    this.at = 0;
    this.length = size;
  }

  /** The value of a type of up to four bytes, unsigned. */
  private small(event: EventCursor, size: number): number {
    this.need(event, size);
    const { view, at } = this;
    return size === 4 ? view.getUint32(at, true) : size === 2 ? view.getUint16(at, true) : view.getUint8(at);
  }

  /** The value of a type of up to eight bytes, signed, as a double. */
  private signed(event: EventCursor, size: number): number {
    this.need(event, size);
    const { view, at } = this;
    if (size === 8) {
      const high = view.getInt32(at + 4, true);
      const low = view.getUint32(at, true);
      return high === 0 ? low : high * 0x1_0000_0000 + low;
    }
    return size === 4 ? view.getInt32(at, true) : size === 2 ? view.getInt16(at, true) : view.getInt8(at);
  }

  // -- raw text -----------------------------------------------------------------------------------------------

  private raw(plan: Plan, event: EventCursor, writer: ByteWriter): void {
    const type = plan.type;
    switch (type) {
      case PT.ERRNO:
      case PT.FD:
      case PT.PID:
        this.writeSigned64(event, writer);
        break;
      case PT.FD32:
      case PT.PID32:
        writeInt(writer, this.signed(event, 4));
        break;
      case PT.INT8:
      case PT.INT16:
      case PT.INT32:
      case PT.UINT8:
      case PT.UINT16:
      case PT.UINT32:
        // The peer shows 32 bits signed in decimal whatever their type says.
        this.writeSmall(plan.format, event, PT_SIZE[type]!, type === PT.UINT8 || type === PT.UINT16, writer);
        break;
      case PT.INT64:
      case PT.UINT64:
        this.write64(plan.format, event, writer);
        break;
      case PT.CHARBUF:
        this.writeText(event, writer);
        break;
      case PT.FSPATH:
      case PT.FSRELPATH:
        if (this.length === 0) writer.copy(this.previous.bytes, this.previous.start, this.previous.end);
        else writer.printable(this.bytes, this.view, this.at, this.textEnd());
        break;
      case PT.BYTEBUF: {
        const { bufferFormat, cutBuffers, json } = this.context.settings;
        writeBuffer(writer, this.bytes, this.view, this.at, this.at + this.length, bufferFormat, cutBuffers && !json);
        break;
      }
      case PT.FLAGS8:
      case PT.ENUMFLAGS8:
      case PT.SIGTYPE:
        writeUint(writer, this.small(event, 1));
        break;
      case PT.FLAGS16:
      case PT.ENUMFLAGS16:
      case PT.SYSCALLID:
        writeUint(writer, this.small(event, 2));
        break;
      case PT.FLAGS32:
      case PT.ENUMFLAGS32:
        writeUint(writer, this.small(event, 4));
        break;
      case PT.MODE:
        this.writeSmall(plan.format, event, 4, true, writer);
        break;
      case PT.UID:
      case PT.GID:
        writeInt(writer, this.signed(event, 4));
        break;
      case PT.SOCKADDR:
        this.writeSocketAddress(event, writer);
        break;
      case PT.SOCKTUPLE:
        this.writeTuple(event, writer);
        break;
      case PT.FDLIST:
        this.writeFdList(event, writer);
        break;
      case PT.RELTIME:
      case PT.ABSTIME:
        this.need(event, 8);
        if (type === PT.RELTIME && this.isAllOnes()) writer.text('none');
        else writeUint64(writer, this.view.getUint32(this.at + 4, true), this.view.getUint32(this.at, true));
        break;
      case PT.SIGSET:
        this.writeSignalSet(event, writer);
        break;
      case PT.DYN: {
        const variant = this.variant(plan);
        if (variant === null) writer.literal(INVALID_DYNAMIC);
        else this.raw(variant, event, writer);
        break;
      }
      case PT.BOOL:
        writer.text(this.small(event, 4) !== 0 ? 'true' : 'false');
        break;
      case PT.PORT:
        writeUint(writer, this.small(event, 2));
        break;
      case PT.IPV4ADDR:
        writeIpv4(writer, this.small(event, 4));
        break;
      case PT.IPV6ADDR:
        if (this.length >= 16) writeIpv6(writer, this.bytes, this.at);
        else writer.literal(NOT_AVAILABLE);
        break;
      case PT.IPADDR:
        if (this.length === 4) writeIpv4(writer, this.small(event, 4));
        else if (this.length === 16) writeIpv6(writer, this.bytes, this.at);
        else writer.literal(NOT_AVAILABLE);
        break;
      case PT.CHARBUFARRAY:
        this.writeList(writer, '.', '.');
        break;
      case PT.CHARBUF_PAIR_ARRAY:
        this.writeList(writer, ':', ',');
        break;
      default:
        writer.literal(NOT_AVAILABLE);
    }
  }

  private isAllOnes(): boolean {
    return this.view.getInt32(this.at, true) === -1 && this.view.getInt32(this.at + 4, true) === -1;
  }

  private writeSigned64(event: EventCursor, writer: ByteWriter): void {
    this.need(event, 8);
    const high = this.view.getInt32(this.at + 4, true);
    const low = this.view.getUint32(this.at, true);
    if (high === 0) writeUint(writer, low);
    else writeInt64(writer, high, low);
  }

  private write64(format: number, event: EventCursor, writer: ByteWriter): void {
    if (format !== PF.HEX && format !== PF.OCT && format !== PF['10_PADDED_DEC']) {
      this.writeSigned64(event, writer);
      return;
    }
    this.need(event, 8);
    const high = this.view.getUint32(this.at + 4, true);
    const low = this.view.getUint32(this.at, true);
    if (format === PF.HEX) writeHex64(writer, high, low, true);
    else if (format === PF.OCT) {
      if (high !== 0 || low !== 0) writer.byte(48);
      writeOct64(writer, high, low);
    } else writePadded(writer, high * 0x1_0000_0000 + low, 9);
  }

  private writeSmall(format: number, event: EventCursor, size: number, unsigned: boolean, writer: ByteWriter): void {
    if (format === PF.HEX) {
      writeHex(writer, this.small(event, size), true);
    } else if (format === PF.OCT) {
      const value = this.small(event, size);
      if (value !== 0) writer.byte(48);
      writeOct64(writer, 0, value);
    } else if (format === PF['10_PADDED_DEC']) {
      writePadded(writer, this.small(event, size), 9);
    } else if (unsigned) {
      writeUint(writer, this.small(event, size));
    } else {
      writeInt(writer, this.signed(event, size));
    }
  }

  /** End of the text in the parameter: its NUL, or its last byte. */
  private textEnd(): number {
    const { bytes, at } = this;
    const end = at + this.length;
    if (end > at && bytes[end - 1] === 0) {
      const nul = bytes.indexOf(0, at);
      return Math.min(nul, end);
    }
    for (let i = at; i < end; i++) if (bytes[i] === 0) return i;
    return end;
  }

  /** Text up to its NUL. An empty parameter shows what follows it, as the peer reads on until a NUL. */
  private writeText(event: EventCursor, writer: ByteWriter): void {
    const { bytes, at } = this;
    let end = this.textEnd();
    const limit = event.blockOffset + event.blockLength;
    if (end === at + this.length) while (end < limit && bytes[end] !== 0) end++;
    writer.copy(bytes, at, end);
  }

  private writeList(writer: ByteWriter, ...separators: string[]): void {
    let at = this.at;
    const end = at + this.length;
    for (let i = 0; at < end; i++) {
      let to = at;
      while (to < end && this.bytes[to] !== 0) to++;
      if (i > 0) writer.text(separators[(i - 1) % separators.length]!);
      writer.copy(this.bytes, at, to);
      at = to + 1;
    }
  }

  private writePort(event: EventCursor, port: number, writer: ByteWriter): void {
    if (this.context.settings.resolvePorts) {
      const proto = event.fd?.l4proto;
      const name = serviceName(port, proto === L4_TCP ? 'tcp' : proto === L4_UDP ? 'udp' : '');
      if (name !== undefined) {
        writer.text(name);
        return;
      }
    }
    writeUint(writer, port);
  }

  private writeFamily(writer: ByteWriter, family: number): void {
    writer.text('family ');
    writeUint(writer, family);
  }

  private writeSocketAddress(event: EventCursor, writer: ByteWriter): void {
    const { bytes, view, at, length } = this;
    if (length === 0) {
      writer.literal(NULL);
      return;
    }
    switch (bytes[at]) {
      case AF_INET:
        if (length !== 7) {
          writer.text('INVALID IPv4');
          break;
        }
        writeIpv4(writer, view.getUint32(at + 1, true));
        writer.byte(COLON);
        this.writePort(event, view.getUint16(at + 5, true), writer);
        break;
      case AF_INET6:
        if (length !== 19) {
          writer.text('INVALID IPv6');
          break;
        }
        writeIpv6(writer, bytes, at + 1);
        writer.byte(COLON);
        this.writePort(event, view.getUint16(at + 17, true), writer);
        break;
      case AF_UNIX: {
        const end = this.textEnd();
        writer.printable(bytes, view, at + 1, end);
        break;
      }
      default:
        this.writeFamily(writer, bytes[at]!);
    }
  }

  private writeTuple(event: EventCursor, writer: ByteWriter): void {
    const { bytes, view, at, length } = this;
    if (length === 0) {
      writer.literal(NULL);
      return;
    }
    switch (bytes[at]) {
      case AF_INET:
        if (length !== 13) {
          writer.text('INVALID IPv4');
          break;
        }
        this.writeIpv4Pair(event, at + 1, at + 7, writer);
        break;
      case AF_INET6: {
        if (length !== 37) {
          writer.text('INVALID IPv6');
          break;
        }
        const source = at + 1;
        const dest = at + 19;
        if (
          (isIpv4Mapped(bytes, source) || isIpv6Zero(bytes, source)) &&
          (isIpv4Mapped(bytes, dest) || isIpv6Zero(bytes, dest))
        ) {
          this.writeIpv4Pair(event, source + 12, dest + 12, writer);
          break;
        }
        writeIpv6(writer, bytes, source);
        writer.byte(COLON);
        this.writePort(event, view.getUint16(at + 17, true), writer);
        writer.literal(ARROW);
        writeIpv6(writer, bytes, dest);
        writer.byte(COLON);
        this.writePort(event, view.getUint16(at + 35, true), writer);
        break;
      }
      case AF_UNIX: {
        if (length < 17) break;
        writeHex64(writer, view.getUint32(at + 5, true), view.getUint32(at + 1, true), false);
        writer.literal(ARROW);
        writeHex64(writer, view.getUint32(at + 13, true), view.getUint32(at + 9, true), false);
        writer.byte(SPACE);
        let end = at + 17;
        while (end < at + length && bytes[end] !== 0) end++;
        writer.printable(bytes, view, at + 17, end);
        break;
      }
      default:
        this.writeFamily(writer, bytes[at]!);
    }
  }

  /** Two ends, each four bytes of address and two of port. */
  private writeIpv4Pair(event: EventCursor, source: number, dest: number, writer: ByteWriter): void {
    const view = this.view;
    writeIpv4(writer, view.getUint32(source, true));
    writer.byte(COLON);
    this.writePort(event, view.getUint16(source + 4, true), writer);
    writer.literal(ARROW);
    writeIpv4(writer, view.getUint32(dest, true));
    writer.byte(COLON);
    this.writePort(event, view.getUint16(dest + 4, true), writer);
  }

  private writeFdList(event: EventCursor, writer: ByteWriter): void {
    const { view, at, length } = this;
    if (length < 2) return;
    const count = Math.min(view.getUint16(at, true), Math.floor((length - 2) / 10));
    const thread = event.thread;
    const table = thread === null ? null : this.state.fdTable(thread);
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + i * 10;
      const high = view.getInt32(entry + 4, true);
      const low = view.getUint32(entry, true);
      if (i > 0) writer.byte(SPACE);
      // Numbers are unsigned, the flags' 16 bits signed: as the peer has them.
      writeUint64(writer, high >>> 0, low);
      writer.byte(COLON);
      const fd = table?.get(high * 0x1_0000_0000 + low);
      writer.text(fd === undefined ? '?' : (FD_TYPES[fd.type]?.letter ?? '?'));
      writeHex(writer, view.getInt16(entry + 8, true) >>> 0, false);
    }
  }

  private writeSignalSet(event: EventCursor, writer: ByteWriter): void {
    const set = this.small(event, 4);
    let first = true;
    for (let bit = 0; bit < 32; bit++) {
      if ((set & (1 << bit)) === 0) continue;
      const name = signalName(bit + 1);
      if (name === undefined) continue;
      if (!first) writer.byte(SPACE);
      first = false;
      writer.literal(name);
    }
  }

  /** The rendering that the first byte selects, with the value behind it located; null when there is none. */
  private variant(plan: Plan): Plan | null {
    if (this.length === 0 || plan.variants === null) return null;
    const variant = plan.variants[this.bytes[this.at]!];
    if (variant === undefined) return null;
    this.at++;
    this.length--;
    return variant;
  }

  // -- resolved text ------------------------------------------------------------------------------------------

  /** Writes the resolved text, or returns false; what was written then is taken back by the caller. */
  private resolved(plan: Plan, event: EventCursor, writer: ByteWriter): boolean {
    switch (plan.type) {
      case PT.ERRNO:
        return this.resolveErrno(this.signed(event, 8), writer);
      case PT.FD:
        return this.resolveFd(this.signed(event, 8), event, writer);
      case PT.FD32:
        return this.resolveFd(this.signed(event, 4), event, writer);
      case PT.PID:
        return this.resolvePid(this.signed(event, 8), writer);
      case PT.PID32:
        return this.resolvePid(this.signed(event, 4), writer);
      case PT.FSPATH:
      case PT.FSRELPATH:
        return this.resolvePath(plan, event, writer);
      case PT.FLAGS8:
      case PT.ENUMFLAGS8:
        return this.resolveFlags(plan, this.small(event, 1), writer);
      case PT.FLAGS16:
      case PT.ENUMFLAGS16:
        return this.resolveFlags(plan, this.small(event, 2), writer);
      case PT.FLAGS32:
      case PT.ENUMFLAGS32:
      case PT.MODE:
        return this.resolveFlags(plan, this.small(event, 4), writer);
      case PT.SYSCALLID: {
        const name = SYSCALLS[this.small(event, 2)]?.name;
        writer.text(name || '<unknown syscall>');
        return true;
      }
      case PT.SIGTYPE: {
        const name = signalName(this.small(event, 1));
        if (name === undefined) return false;
        writer.literal(name);
        return true;
      }
      case PT.RELTIME:
        this.need(event, 8);
        if (this.isAllOnes()) return false;
        writer.text(
          generalText(
            (this.view.getUint32(this.at + 4, true) * 0x1_0000_0000 + this.view.getUint32(this.at, true)) / 1e9,
          ),
        );
        writer.byte(115);
        return true;
      case PT.UID:
      case PT.GID:
        writer.text(this.idName(plan.type, this.small(event, 4)));
        return true;
      case PT.DYN: {
        const dynamic = this.variantAgain(plan, event);
        return dynamic?.mayResolve ? this.resolved(dynamic, event, writer) : false;
      }
      default:
        return false;
    }
  }

  /** As {@link variant}; the raw text may have moved the value. */
  private variantAgain(plan: Plan, event: EventCursor): Plan | null {
    this.locate(event, plan.index);
    return this.variant(plan);
  }

  private resolveErrno(value: number, writer: ByteWriter): boolean {
    if (value >= 0) return false;
    const name = errnoName(-value);
    if (name === undefined) return false;
    writer.literal(name);
    return true;
  }

  private resolveFd(num: number, event: EventCursor, writer: ByteWriter): boolean {
    if (num < 0) {
      if (num !== AT_FDCWD) return this.resolveErrno(num, writer);
      writer.text('AT_FDCWD');
      return true;
    }
    const thread = event.thread;
    if (thread === null) return false;
    const fd = this.state.fdTable(thread).get(num);
    if (fd === undefined) return false;
    this.writeFd(fd, writer);
    return true;
  }

  /** `<T>NAME` */
  writeFd(fd: FdInfo, writer: ByteWriter): void {
    const type = fd.type;
    writer.literal(FD_OPENINGS[type] ?? UNKNOWN_FD_OPENING);
    if (
      type === FD_TYPE.IPV4_SOCK ||
      type === FD_TYPE.IPV6_SOCK ||
      type === FD_TYPE.IPV4_SERVSOCK ||
      type === FD_TYPE.IPV6_SERVSOCK
    ) {
      const letter = protocolLetter(fd);
      if (letter !== 0) writer.byte(letter);
    }
    writer.byte(GREATER);
    const name = fd.name ?? this.state.fdName(fd);
    if (name.printable) writer.literal(name);
    else writer.printable(name.bytes, name.view, name.offset, name.offset + name.length);
  }

  private resolvePid(pid: number, writer: ByteWriter): boolean {
    const thread = this.state.threads.get(pid);
    if (thread === undefined) return false;
    writer.name(thread.comm);
    return true;
  }

  /** What a user's or a group's id (type UID, GID) is called. */
  idName(type: number, id: number): string {
    if (id === 0xffff_ffff) return '<NONE>';
    const { users, groups } = this.state;
    return (type === PT.UID ? users : groups).get(id)?.name ?? '<NA>';
  }

  private resolveFlags(plan: Plan, value: number, writer: ByteWriter): boolean {
    const name = flagNames(plan, value);
    if (name === null) return false;
    writer.literal(name);
    return true;
  }

  /** A relative path with its base before it. */
  private resolvePath(plan: Plan, event: EventCursor, writer: ByteWriter): boolean {
    const { bytes, at } = this;
    const { path, state } = this;
    const thread = event.thread;
    const end = this.textEnd();
    if (thread === null) return false;
    if (end > at) {
      if (bytes[at] === 47) return false;
      if (
        end - at === 4 &&
        bytes[at] === LESS &&
        bytes[at + 1] === 78 &&
        bytes[at + 2] === 65 &&
        bytes[at + 3] === GREATER
      ) {
        return false;
      }
    }
    const size = this.length;
    let base = state.mainThread(thread).cwd;
    let slash = false;
    if (plan.type === PT.FSRELPATH) {
      const dirfdParam = plan.info.dirfdParam;
      const dirfd = dirfdParam === undefined ? AT_FDCWD : event.paramInt64(dirfdParam, AT_FDCWD);
      if (dirfd !== AT_FDCWD) {
        const fd = dirfd < 0 ? undefined : state.fdTable(thread).get(dirfd);
        if (fd === undefined) base = state.names.empty;
        else {
          base = fd.name ?? state.fdName(fd);
          slash = true;
        }
      }
    }
    path.join(base, slash, bytes, at, end, size);
    writer.copy(path.bytes, 0, path.length);
    return path.length > 0;
  }
}

/** t, u, i, r, or 0. */
function protocolLetter(fd: FdInfo): number {
  if (fd.l4proto === L4_RAW) return 114;
  const listens = fd.type === FD_TYPE.IPV4_SERVSOCK || fd.type === FD_TYPE.IPV6_SERVSOCK;
  if (fd.role === ROLE_NONE && !listens) return 0;
  switch (fd.l4proto) {
    case L4_TCP:
      return 116;
    case L4_UDP:
      return 117;
    case L4_ICMP:
      return 105;
    default:
      return 0;
  }
}

/** The names of a value of a parameter that is made of flags; null when there are none. */
export function flagNames(plan: Plan, value: number): Name | null {
  const name = plan.memo.get(value);
  return name === undefined ? remember(plan, value) : name;
}

function remember(plan: Plan, value: number): Name | null {
  const table = plan.info.flags;
  let text = '';
  if (table !== undefined) {
    const enumerated = plan.type >= PT.ENUMFLAGS8 && plan.type <= PT.ENUMFLAGS32 && !plan.in0293;
    text = enumerated ? enumText(table, value, true) : flagsText(table, value, !plan.in0293);
  }
  const name = text === '' || text === BAR_CHARACTER ? null : literal(text);
  if (plan.memo.size < MAX_MEMO) plan.memo.set(value, name);
  return name;
}

function planEvent(type: number): EventPlan {
  const event = EVENTS[type]!;
  return {
    params: event.params.map((info, index) => planParam(info, index, event.in0293 && index < event.shown)),
    shown: event.shown,
  };
}

function planParam(info: ParamInfo, index: number, in0293: boolean): Plan {
  const variants =
    info.variants?.map((variant) =>
      // The outer parameter's print format counts in 0.29.3.
      planParam({ name: info.name, type: variant.type, format: in0293 ? info.format : variant.format }, index, in0293),
    ) ?? null;
  return {
    index,
    label: literal(`${info.name}=`),
    type: info.type,
    format: info.format,
    info,
    mayResolve: RESOLVING.has(info.type),
    memo: new Map(),
    in0293,
    variants,
  };
}
