/**
 * The line that an event gets when no format was given: the hot path of the whole program, so it goes round the table of
 * fields. test/sinsp/format/default-line.test.ts compares it with the same line made field by field.
 */
import type { EventCursor } from '../event.js';
import type { FieldContext } from '../fields/field.js';
import { type ByteWriter, literal } from './byte-writer.js';
import { escapeControls } from './escape.js';
import { EventText, eventName } from './event-text.js';
import { hasPlainArgs, type LineForm } from './line-form.js';
import { writeInt, writeUint } from './numbers.js';
import { OutputTime } from './output-time.js';
import type { Printer } from './printer.js';

const SPACE = 32;
const NEWLINE = 10;
const UNKNOWN = literal('<NA>');
const ENTER = literal(') > ');
const EXIT = literal(') < ');
const OPEN = literal(' (');

const BLANK = { literal: ' ' };
// biome-ignore format: as the line is read
const PIECES: LineForm['pieces'] = [
  'number', BLANK, 'time-of-day', BLANK, 'cpu', BLANK, 'program', { literal: ' (' }, 'tid', { literal: ') ' },
  'direction', BLANK, 'type', BLANK, 'info', { literal: '\n' },
];

export class DefaultLine implements Printer {
  private readonly text: EventText;
  private readonly time: OutputTime;

  /** `coloured`: for a terminal, with colours, the process id, and control characters made harmless. */
  constructor(
    context: FieldContext,
    private readonly writer: ByteWriter,
    private readonly coloured: boolean,
  ) {
    this.text = new EventText(context);
    this.time = new OutputTime(context.settings);
    const { bufferFormat, timeFormat, cutBuffers } = context.settings;
    this.multiLine = bufferFormat !== 'dots';
    const plain = !coloured && timeFormat === 'h' && hasPlainArgs(context.settings);
    this.form = plain
      ? { pieces: PIECES, json: false, unknown: '<NA>', cutBuffers, writer, params: this.text.params }
      : null;
  }
  private readonly multiLine: boolean;
  readonly form: LineForm | null;

  finish(): void {}

  print(event: EventCursor): boolean {
    const writer = this.writer;
    writeUint(writer, event.num);
    writer.byte(SPACE);
    this.time.write(event, writer);
    writer.byte(SPACE);
    writeUint(writer, event.cpu);
    writer.byte(SPACE);
    if (this.coloured) {
      this.colouredMiddle(event);
    } else {
      const thread = event.thread;
      if (thread === null) writer.literal(UNKNOWN);
      else writer.name(thread.comm);
      writer.literal(OPEN);
      writeInt(writer, event.tid);
      writer.literal(event.isExit ? EXIT : ENTER);
      writer.literal(eventName(event));
    }
    writer.byte(SPACE);
    const mark = writer.length;
    this.text.writeInfo(event, writer);
    if (this.coloured) escapeControls(writer, mark, this.multiLine);
    writer.byte(NEWLINE);
    return true;
  }

  private colouredMiddle(event: EventCursor): void {
    const { writer } = this;
    const { thread } = event;
    writer.text('\x1b[01;32m');
    const mark = writer.length;
    if (thread === null) writer.literal(UNKNOWN);
    else writer.name(thread.comm);
    escapeControls(writer, mark, false);
    writer.text('\x1b[00m (\x1b[01;36m');
    if (thread === null) writer.literal(UNKNOWN);
    else writeInt(writer, thread.pid);
    writer.text('\x1b[00m.');
    writeInt(writer, event.tid);
    writer.literal(event.isExit ? EXIT : ENTER);
    writer.text('\x1b[01;34m');
    writer.literal(eventName(event));
    writer.text('\x1b[00m');
  }
}
