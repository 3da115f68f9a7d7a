/** Texts of whole events that several printers and fields share: the name of the event, evt.args, evt.info. */
import type { EventCursor } from '../event.js';
import type { FieldContext } from '../fields/field.js';
import type { Name } from '../names.js';
import { EVENTS, PPME, SYSCALLS } from '../schema/index.js';
import { type ByteWriter, literal } from './byte-writer.js';
import { ParamRenderer } from './params.js';
import { SyslogMessage } from './syslog.js';

const EVENT_NAMES = EVENTS.map((event) => literal(event.name));
const SYSCALL_NAMES: (Name | undefined)[] = [];
const UNKNOWN_SYSCALL = literal('<NA>');

/** The name of an event; generic events are called by their system call. */
export function eventName(event: EventCursor): Name {
  const type = event.type;
  if (type > PPME.GENERIC_X) return EVENT_NAMES[type]!;
  const id = event.paramUint32(0, -1);
  const known = SYSCALL_NAMES[id];
  if (known !== undefined) return known;
  const name = SYSCALLS[id]?.name;
  if (name === undefined) return UNKNOWN_SYSCALL;
  return (SYSCALL_NAMES[id] = literal(name));
}

export class EventText {
  readonly params: ParamRenderer;
  private readonly syslog = new SyslogMessage();

  constructor(private readonly context: FieldContext) {
    this.params = new ParamRenderer(context);
  }

  /** evt.args */
  writeArgs(event: EventCursor, writer: ByteWriter): void {
    this.params.writeArgs(event, writer);
  }

  /** evt.info: evt.args, or a summary of what was written where its meaning is known. */
  writeInfo(event: EventCursor, writer: ByteWriter): void {
    if (this.syslog.read(event, this.context.inspector.state)) this.syslog.writeSummary(event, writer);
    else this.params.writeArgs(event, writer);
  }
}
