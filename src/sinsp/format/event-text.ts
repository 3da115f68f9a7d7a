/** Texts of whole events that several printers and fields share: the name of the event, evt.args, evt.info. */
import type { EventCursor } from '../event.js';
import type { FieldContext } from '../fields/field.js';
import { decodeSyslog } from '../fields/syslog-message.js';
import { genericCallId } from '../generic-call.js';
import type { Name } from '../names.js';
import { EF, EVENTS, PPME, SYSCALLS } from '../schema/index.js';
import type { FdInfo } from '../state/fd-info.js';
import { type ByteWriter, literal } from './byte-writer.js';
import { ParamRenderer } from './params.js';

/** By event code; made on first use. */
const EVENT_NAMES: (Name | undefined)[] = new Array(EVENTS.length).fill(undefined);
const SYSCALL_NAMES: (Name | undefined)[] = [];
const UNKNOWN_SYSCALL = literal('<NA>');

/** The name of an event; generic events are called by their system call. */
export function eventName(event: EventCursor): Name {
  const type = event.type;
  if (type > PPME.GENERIC_X) return (EVENT_NAMES[type] ??= literal(event.info.name));
  const id = genericCallId(event, -1);
  const known = SYSCALL_NAMES[id];
  if (known !== undefined) return known;
  const name = SYSCALLS[id]?.name;
  if (name === undefined || name === '') return UNKNOWN_SYSCALL;
  return (SYSCALL_NAMES[id] = literal(name));
}

/** By event code: 1 for exits of calls that write, whose data may be a message to syslog. */
export const MAY_LOG = Uint8Array.from(EVENTS, (event) =>
  event.isExit && (event.flags & EF.WRITES_TO_FD) !== 0 ? 1 : 0,
);
/** Slots of a cache of names by id. */
const CACHE = 256;

export class EventText {
  readonly params: ParamRenderer;
  /** Names looked at, and whether they are those of the log socket. */
  private readonly names: (Name | undefined)[] = new Array(CACHE).fill(undefined);
  private readonly isLog = new Uint8Array(CACHE);

  constructor(private readonly context: FieldContext) {
    this.params = new ParamRenderer(context);
  }

  /** evt.info: evt.args, or a summary of what was written where its meaning is known. */
  writeInfo(event: EventCursor, writer: ByteWriter): void {
    if (MAY_LOG[event.type] === 1 && event.fd !== null && this.writesToLog(event.fd)) {
      const message = decodeSyslog(this.context.inspector.state, event);
      if (message !== null) {
        writer.text(`syslog sev=${message.severityWord} msg=${message.shown}`);
        return;
      }
    }
    this.params.writeArgs(event, writer);
  }

  private writesToLog(fd: FdInfo): boolean {
    const name = this.context.inspector.state.fdName(fd);
    const slot = name.id & (CACHE - 1);
    if (this.names[slot] !== name) {
      this.names[slot] = name;
      this.isLog[slot] = name.text.includes('/dev/log') ? 1 : 0;
    }
    return this.isLog[slot] === 1;
  }
}
