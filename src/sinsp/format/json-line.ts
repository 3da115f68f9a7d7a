/** Events as JSON objects, one a line: the fields of a format by name, sorted; its literal text is left out. */
import type { EventCursor } from '../event.js';
import { type FieldContext, FieldError } from '../fields/field.js';
import type { Name } from '../names.js';
import { ByteWriter, literal } from './byte-writer.js';
import { jsonWriter, type ValueWriter } from './field-writer.js';
import { RESET } from './format-line.js';
import { FormatError, type ParsedFormat } from './format-parser.js';
import { type LineForm, type Piece, pieceOf } from './line-form.js';
import { ParamRenderer } from './params.js';
import type { Printer } from './printer.js';

const NEWLINE = 10;
const OPEN = 123;
const CLOSE = 125;
const COMMA = 44;
const NULL = literal('null');

/** Fields whose value depends on when they were last asked; sysdig asks each twice for a line of JSON. */
const ASKED_TWICE = /^(evt\.deltatime|thread\.exectime$)/;

interface Member {
  readonly key: string;
  /** `"key":` */
  readonly label: Name;
  readonly write: ValueWriter;
  readonly piece: Piece | undefined;
}

export class JsonLine implements Printer {
  private readonly members: readonly Member[];
  readonly form: LineForm | null;

  constructor(
    private readonly parsed: ParsedFormat,
    context: FieldContext,
    private readonly writer: ByteWriter,
  ) {
    const scratch = new ByteWriter(null, 4096);
    const members = new Map<string, Member>();
    for (const token of parsed.tokens) {
      if ('literal' in token) continue;
      const { field, argument, text } = token.use;
      let write: ValueWriter;
      try {
        write = jsonWriter(field, field.make(context, argument), scratch);
      } catch (error) {
        if (!(error instanceof FieldError)) throw error;
        throw new FormatError(error.message);
      }
      if (ASKED_TWICE.test(field.name)) write = twice(write);
      const piece = pieceOf(token.use, context);
      members.set(text, { key: text, label: literal(`${JSON.stringify(text)}:`), write, piece });
    }
    this.members = [...members.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    this.form = this.makeForm(context);
  }

  private makeForm(context: FieldContext): LineForm | null {
    const pieces: LineForm['pieces'][number][] = [];
    let before = '{';
    for (const { label, piece } of this.members) {
      if (piece === undefined) return null;
      pieces.push({ literal: `${before}${label.text}` }, piece);
      before = ',';
    }
    pieces.push({ literal: this.members.length === 0 ? '{}\n' : '}\n' });
    const unknown = this.parsed.keepIncomplete ? 'null' : null;
    return { pieces, json: true, unknown, cutBuffers: false, writer: this.writer, params: new ParamRenderer(context) };
  }

  finish(): void {
    if (this.parsed.coloured) this.writer.text(RESET);
  }

  print(event: EventCursor): boolean {
    const { writer, members } = this;
    const start = writer.length;
    writer.byte(OPEN);
    for (let i = 0; i < members.length; i++) {
      const member = members[i]!;
      if (i > 0) writer.byte(COMMA);
      writer.literal(member.label);
      if (!member.write(event, writer)) {
        if (!this.parsed.keepIncomplete) {
          writer.rewind(start);
          return false;
        }
        writer.literal(NULL);
      }
    }
    writer.byte(CLOSE);
    writer.byte(NEWLINE);
    return true;
  }
}

function twice(write: ValueWriter): ValueWriter {
  return (event, writer) => {
    const mark = writer.length;
    write(event, writer);
    writer.rewind(mark);
    return write(event, writer);
  };
}
