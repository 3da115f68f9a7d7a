/** Lines of a `-p` format, compiled once to one writer a token. */
import type { EventCursor } from '../event.js';
import type { FieldContext } from '../fields/field.js';
import { FieldError } from '../fields/field.js';
import type { Name } from '../names.js';
import { type ByteWriter, literal } from './byte-writer.js';
import { escapeControls } from './escape.js';
import { textWriter, type ValueWriter } from './field-writer.js';
import { FormatError, type ParsedFormat } from './format-parser.js';
import { type LineForm, pieceOf } from './line-form.js';
import { ParamRenderer } from './params.js';
import type { Printer } from './printer.js';

const NEWLINE = 10;
const SPACE = 32;
const MISSING = literal('<NA>');
/** Ends colours that a format has switched on. */
export const RESET = '\x1b[00m';

interface Token {
  /** Literal text, when there is no field. */
  readonly literal: Name | null;
  readonly text: string;
  readonly write: ValueWriter | null;
  readonly width: number;
  /** The field remembers what it was asked before. */
  readonly stateful: boolean;
}

export interface FormatLineOptions {
  /** Make control characters of field values harmless: the output is a terminal. */
  escape?: boolean;
  /** Write a newline after each line; default true. */
  newline?: boolean;
}

export class FormatLine implements Printer {
  private readonly tokens: readonly Token[];
  /** Position of the last token that remembers; -1: none does. */
  private readonly lastStateful: number;
  private readonly layout: boolean;
  readonly form: LineForm | null;

  constructor(
    private readonly parsed: ParsedFormat,
    context: FieldContext,
    private readonly writer: ByteWriter,
    private readonly options: FormatLineOptions = {},
  ) {
    this.layout = context.settings.bufferFormat !== 'dots';
    this.form = this.makeForm(context);
    this.tokens = parsed.tokens.map((token): Token => {
      if ('literal' in token) {
        const { literal: text } = token;
        // Only ASCII may be copied in words.
        const plain = /^[\0-\x7f]*$/.test(text);
        return { literal: plain ? literal(text) : null, text, write: null, width: 0, stateful: false };
      }
      const { field, argument } = token.use;
      try {
        const write = textWriter(field, field.make(context, argument));
        return { literal: null, text: '', write, width: token.width, stateful: field.stateful === true };
      } catch (error) {
        if (!(error instanceof FieldError)) throw error;
        throw new FormatError(error.message);
      }
    });
    this.lastStateful = this.tokens.reduce((last, { stateful }, i) => (stateful ? i : last), -1);
  }

  private makeForm(context: FieldContext): LineForm | null {
    const { parsed, writer } = this;
    if (this.options.escape) return null;
    const pieces: LineForm['pieces'][number][] = [];
    for (const token of parsed.tokens) {
      if ('literal' in token) {
        pieces.push(token);
        continue;
      }
      const piece = token.width === 0 ? pieceOf(token.use, context) : undefined;
      if (piece === undefined) return null;
      pieces.push(piece);
    }
    if (this.options.newline !== false) pieces.push({ literal: '\n' });
    const unknown = parsed.keepIncomplete ? '<NA>' : null;
    const { cutBuffers } = context.settings;
    return { pieces, json: false, unknown, cutBuffers, writer, params: new ParamRenderer(context) };
  }

  finish(): void {
    if (this.parsed.coloured) this.writer.text(RESET);
  }

  print(event: EventCursor): boolean {
    const start = this.writer.length;
    try {
      return this.printTokens(event, start);
    } catch (error) {
      // A field that cannot be printed ends the run: no half line is left behind.
      this.writer.rewind(start);
      throw error;
    }
  }

  /** The line is dropped for want of a field, but those behind it that remember have to see the event. */
  private askOthers(event: EventCursor, missing: number): void {
    for (let i = missing + 1; i <= this.lastStateful; i++) {
      const { write, stateful } = this.tokens[i]!;
      if (stateful) write!(event, this.writer);
    }
  }

  private printTokens(event: EventCursor, start: number): boolean {
    const { writer, tokens } = this;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token.write === null) {
        if (token.literal !== null) writer.literal(token.literal);
        else writer.text(token.text);
        continue;
      }
      const mark = writer.length;
      if (!token.write(event, writer)) {
        if (!this.parsed.keepIncomplete) {
          this.askOthers(event, i);
          writer.rewind(start);
          return false;
        }
        writer.literal(MISSING);
      }
      if (this.options.escape) escapeControls(writer, mark, this.layout);
      if (token.width > 0) fit(writer, mark, token.width);
    }
    if (this.options.newline !== false) writer.byte(NEWLINE);
    return true;
  }
}

/** Pads or cuts what was written since `mark`. */
function fit(writer: ByteWriter, mark: number, width: number): void {
  const length = writer.length - mark;
  if (length >= width) {
    writer.rewind(mark + width);
    return;
  }
  writer.reserve(width - length);
  for (let i = length; i < width; i++) writer.byte(SPACE);
}
