/** Tokens of Lua 5.1 as LuaJIT reads them; source is a byte string. */
import { stringToNumber } from '../kernel/numbers.js';

/** Why a text is no Lua; the parser adds the place. */
export class SyntaxProblem extends Error {
  constructor(
    readonly detail: string,
    readonly line: number,
    /** Text after "near", if any. */
    readonly near: string | undefined,
  ) {
    super(detail);
  }
}

/**
 * Keywords by their text. Tokens are compared with literals all the time, which is a comparison of addresses only where
 * they are literals themselves; a part cut out of the source is compared byte by byte.
 */
const KEYWORDS: ReadonlyMap<string, string> = new Map(
  [
    ...['and', 'break', 'do', 'else', 'elseif', 'end', 'false', 'for', 'function', 'goto', 'if', 'in', 'local', 'nil'],
    ...['not', 'or', 'repeat', 'return', 'then', 'true', 'until', 'while'],
  ].map((word) => [word, word]),
);

/** What a token is: a keyword or sign stands for itself. */
export type TokenKind = '<name>' | '<number>' | '<string>' | '<eof>' | (string & {});

const NUMERAL = /(?:[eEpP][+-]|[A-Za-z0-9_.\x80-\xff])+/y;
const LINE_END = /[\n\r]/g;
const LINE_BREAKS = /\r\n|\n\r|\n|\r/g;
const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

// Most chunks are compiled once, by code that V8 has not compiled itself yet: what is simple is done without regular
// expressions, each of which would be compiled first, too.

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isNamePart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code >= 128
  );
}

export class Lexer {
  /** The token being looked at. */
  kind: TokenKind = '<eof>';
  text = '';
  value = 0;
  /** Line on which it ends. */
  line = 1;
  /** Line of the token before it. */
  lastLine = 1;
  private at = 0;
  private scanLine = 1;
  /** What a string token began with: a quote or a long bracket. */
  private opening = '';
  private ahead: { kind: TokenKind; text: string; value: number; line: number; opening: string } | undefined;

  constructor(private readonly source: string) {
    if (source.startsWith('#')) this.skipLine();
    this.advance();
  }

  /** Moves to the next token. */
  advance(): void {
    this.lastLine = this.line;
    const ahead = this.ahead;
    if (ahead !== undefined) {
      this.kind = ahead.kind;
      this.text = ahead.text;
      this.value = ahead.value;
      this.line = ahead.line;
      this.opening = ahead.opening;
      this.ahead = undefined;
      return;
    }
    this.kind = this.scan();
    this.line = this.scanLine;
  }

  /** The kind of the token after this one. */
  peek(): TokenKind {
    if (this.ahead === undefined) {
      const { kind, text, value, line, opening } = this;
      const next = this.scan();
      this.ahead = { kind: next, text: this.text, value: this.value, line: this.scanLine, opening: this.opening };
      this.kind = kind;
      this.text = text;
      this.value = value;
      this.line = line;
      this.opening = opening;
    }
    return this.ahead.kind;
  }

  /** How the current token is named in messages. */
  describe(): string {
    if (this.kind === '<string>') return this.opening + this.text + this.opening.replaceAll('[', ']');
    return this.kind === '<name>' || this.kind === '<number>' ? this.text : this.kind;
  }

  private fail(detail: string, near: string | undefined): never {
    throw new SyntaxProblem(detail, this.scanLine, near);
  }

  private skipLine(): void {
    LINE_END.lastIndex = this.at;
    this.at = LINE_END.exec(this.source)?.index ?? this.source.length;
  }

  /** Passes a line break: LF, CR, or both in either order. */
  private newline(): void {
    const first = this.source.charCodeAt(this.at++);
    const second = this.source.charCodeAt(this.at);
    if (second !== first && (second === 10 || second === 13)) this.at++;
    this.scanLine++;
  }

  /** Counts the line breaks in a part of the source. */
  private countLines(from: number, to: number): void {
    this.scanLine += this.source.slice(from, to).match(LINE_BREAKS)?.length ?? 0;
  }

  private scan(): TokenKind {
    const { source } = this;
    for (;;) {
      let char = source.charCodeAt(this.at);
      while (char === 32 || char === 9 || char === 11 || char === 12) char = source.charCodeAt(++this.at);
      if (Number.isNaN(char)) return '<eof>';
      if (char === 10 || char === 13) {
        this.newline();
        continue;
      }
      if (char === 45 && source.charCodeAt(this.at + 1) === 45) {
        this.comment();
        continue;
      }
      if ((char >= 97 && char <= 122) || (char >= 65 && char <= 90) || char === 95 || char >= 128) {
        const start = this.at;
        while (isNamePart(source.charCodeAt(++this.at))) {}
        const name = source.slice(start, this.at);
        this.text = name;
        // No keyword is longer.
        return name.length > 8 ? '<name>' : (KEYWORDS.get(name) ?? '<name>');
      }
      if (isDigit(char) || (char === 46 && isDigit(source.charCodeAt(this.at + 1)))) return this.numeral();
      if (char === 34 || char === 39) return this.quoted(source[this.at]!);
      if (char === 91) {
        const level = this.longLevel();
        if (level >= 0) {
          this.opening = `[${'='.repeat(level)}[`;
          this.text = this.long(level, 'unfinished long string');
          return '<string>';
        }
      }
      this.text = this.sign(char);
      return this.text;
    }
  }

  private sign(char: number): string {
    const { source } = this;
    const start = this.at++;
    const next = source.charCodeAt(this.at);
    switch (char) {
      case 46:
        if (next !== 46) return '.';
        if (source.charCodeAt(++this.at) !== 46) return '..';
        this.at++;
        return '...';
      case 58:
        if (next !== 58) return ':';
        this.at++;
        return '::';
      case 60:
      case 61:
      case 62:
      case 126:
        if (next === 61) {
          this.at++;
          return char === 60 ? '<=' : char === 61 ? '==' : char === 62 ? '>=' : '~=';
        }
    }
    return source[start]!;
  }

  private comment(): void {
    this.at += 2;
    if (this.source[this.at] === '[') {
      const level = this.longLevel();
      if (level >= 0) {
        this.long(level, 'unfinished long comment');
        return;
      }
    }
    this.skipLine();
  }

  /** Number of `=` when a long bracket opens here, else -1. */
  private longLevel(): number {
    let end = this.at + 1;
    while (this.source[end] === '=') end++;
    return this.source[end] === '[' ? end - this.at - 1 : -1;
  }

  private long(level: number, unfinished: string): string {
    let start = this.at + level + 2;
    const close = `]${'='.repeat(level)}]`;
    const end = this.source.indexOf(close, start);
    if (end < 0) {
      this.countLines(this.at, this.source.length);
      this.fail(unfinished, '<eof>');
    }
    // A line break right after the bracket does not count.
    const first = /^(?:\r\n|\n\r|\n|\r)/.exec(this.source.slice(start, start + 2));
    if (first) start += first[0].length;
    const text = this.source.slice(start, end);
    this.countLines(this.at, end);
    this.at = end + close.length;
    return text.includes('\r') ? text.replace(LINE_BREAKS, '\n') : text;
  }

  private numeral(): TokenKind {
    const { source } = this;
    const start = this.at;
    let end = start;
    let value: number | undefined = 0;
    for (let code = source.charCodeAt(end); isDigit(code) && end - start < 9; code = source.charCodeAt(++end)) {
      value = value * 10 + code - 48;
    }
    const after = source.charCodeAt(end);
    if (isNamePart(after) || after === 46) {
      NUMERAL.lastIndex = start;
      end = start + NUMERAL.exec(source)![0].length;
      value = stringToNumber(source.slice(start, end));
    }
    const text = source.slice(start, end);
    this.at = end;
    if (value === undefined) this.fail('malformed number', text);
    this.text = text;
    this.value = value;
    return '<number>';
  }

  private quoted(quote: string): TokenKind {
    const { source } = this;
    let text = '';
    this.opening = quote;
    this.at++;
    for (;;) {
      const start = this.at;
      // Up to a quote, a backslash or a line break.
      for (; this.at < source.length; this.at++) {
        const code = source.charCodeAt(this.at);
        if (code === 34 || code === 39 || code === 92 || code === 10 || code === 13) break;
      }
      text += source.slice(start, this.at);
      const char = source[this.at];
      if (char === quote) break;
      if (char === undefined) this.fail('unfinished string', '<eof>');
      if (char === '\n' || char === '\r') this.fail('unfinished string', quote + text);
      this.at++;
      if (char === '\\') text += this.escape(quote + text);
      else text += char;
    }
    this.at++;
    this.text = text;
    return '<string>';
  }

  private escape(soFar: string): string {
    const { source } = this;
    const char = source[this.at++];
    if (char === undefined) this.fail('unfinished string', '<eof>');
    const simple = ESCAPES[char];
    if (simple !== undefined) return simple;
    if (char === '\n' || char === '\r') {
      this.at--;
      this.newline();
      return '\n';
    }
    if (char === 'x') {
      const digits = /^[0-9A-Fa-f]{2}/.exec(source.slice(this.at, this.at + 2));
      if (!digits) this.fail('invalid escape sequence', soFar);
      this.at += 2;
      return String.fromCharCode(Number.parseInt(digits[0], 16));
    }
    if (char === 'u') {
      const digits = /^\{([0-9A-Fa-f]+)\}/.exec(source.slice(this.at, this.at + 16));
      const code = digits ? Number.parseInt(digits[1]!, 16) : Number.NaN;
      if (!digits || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) this.fail('invalid escape sequence', soFar);
      this.at += digits[0].length;
      return Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1');
    }
    if (char === 'z') {
      for (;;) {
        const space = source[this.at];
        if (space === undefined || !/[ \t\n\v\f\r]/.test(space)) return '';
        if (space === '\n' || space === '\r') this.newline();
        else this.at++;
      }
    }
    if (char >= '0' && char <= '9') {
      let code = 0;
      this.at--;
      for (const end = this.at + 3; this.at < end && isDigit(source.charCodeAt(this.at)); this.at++) {
        code = code * 10 + source.charCodeAt(this.at) - 48;
      }
      if (code > 255) this.fail('invalid escape sequence', soFar);
      return String.fromCharCode(code);
    }
    if (char === '\\' || char === '"' || char === "'") return char;
    return this.fail('invalid escape sequence', soFar);
  }
}
