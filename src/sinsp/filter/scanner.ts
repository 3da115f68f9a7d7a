/**
 * Reads the words of a filter: keywords, fields, operators and values. What a word is depends on where it stands, so the
 * parser asks for what may come next.
 */
import { FilterError } from './error.js';

const isBlank = (char: string | undefined): boolean =>
  char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '\b';

export class Scanner {
  at = 0;

  constructor(readonly text: string) {}

  fail(reason: string, position = this.at, expected?: string, suggestions: readonly string[] = []): FilterError {
    return new FilterError(reason, this.text, position, expected, suggestions);
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** What stands here, for messages. */
  get here(): string {
    if (this.atEnd) return 'the end of the filter';
    const word = /^[^\s()]+|^./s.exec(this.text.slice(this.at, this.at + 40))?.[0];
    return `"${word}"`;
  }

  skipBlanks(): void {
    while (isBlank(this.text[this.at])) this.at++;
  }

  /** Takes one character if it stands here. */
  take(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  /** Takes a symbol if it stands here. */
  takeSymbol(symbol: string): boolean {
    if (!this.text.startsWith(symbol, this.at)) return false;
    this.at += symbol.length;
    return true;
  }

  /**
   * Takes a keyword if it stands here; blanks between its letters do not count (`a n d`). `boundary` tells which
   * character may follow; without it any may.
   */
  takeWord(word: string, boundary?: (next: string | undefined) => boolean): boolean {
    let at = this.at;
    for (let i = 0; i < word.length; i++) {
      if (i > 0) while (isBlank(this.text[at])) at++;
      if (this.text[at] !== word[i]) return false;
      at++;
    }
    if (boundary !== undefined && !boundary(this.text[at])) return false;
    this.at = at;
    return true;
  }

  static readonly blankOrParenthesis = (next: string | undefined): boolean =>
    next === undefined || isBlank(next) || next === '(' || next === ')';

  /** A word that is directly followed by an opening parenthesis; nothing is taken. */
  peekCall(): string | undefined {
    return /^([A-Za-z0-9_]+)\(/.exec(this.text.slice(this.at, this.at + 32))?.[1];
  }

  /** A field's name with its argument; empty when none stands here. */
  field(): string {
    const { text } = this;
    const from = this.at;
    let at = from;
    while (at < text.length) {
      const char = text[at]!;
      if (isBlank(char) || '()!=<>,'.includes(char)) break;
      if (char === '[') {
        const close = this.bracketEnd(at);
        if (close < 0) throw this.fail('this bracket is not closed', at, 'a closing bracket');
        at = close;
      }
      at++;
    }
    this.at = at;
    return text.slice(from, at);
  }

  /** Text in brackets, if there is one here. */
  bracketed(): string | undefined {
    if (this.text[this.at] !== '[') return undefined;
    const close = this.bracketEnd(this.at);
    if (close < 0) throw this.fail('this bracket is not closed', this.at, 'a closing bracket');
    const inside = this.text.slice(this.at + 1, close);
    this.at = close + 1;
    return inside;
  }

  /** Offset of the bracket that closes the one at `open`. */
  private bracketEnd(open: number): number {
    const quote = this.text[open + 1];
    if (quote === '"' || quote === "'") {
      const close = this.text.indexOf(`${quote}]`, open + 2);
      if (close >= 0) return close + 1;
    }
    return this.text.indexOf(']', open);
  }

  /** A value, quoted or bare; in lists a comma ends it too. */
  value(inList: boolean): string {
    const first = this.text[this.at];
    if (first === '"' || first === "'") return this.quoted(first);
    let value = '';
    const from = this.at;
    while (!this.atEnd) {
      const char = this.text[this.at]!;
      if (isBlank(char) || char === '(' || char === ')' || (inList && char === ',')) break;
      value += this.character();
    }
    if (this.at === from) throw this.fail(`${this.here} is not a value`, from, 'a value');
    return value;
  }

  private quoted(open: string): string {
    const close = this.closingQuote(open);
    let value = '';
    this.at++;
    while (this.at < close) value += this.character();
    this.at = close + 1;
    return value;
  }

  /**
   * Offset of the quote that closes the one here: the same character, or, if there is none, the other one, which older
   * filters took as well.
   */
  private closingQuote(open: string): number {
    const other = open === '"' ? "'" : '"';
    let closedByOther = -1;
    for (let at = this.at + 1; at < this.text.length; at++) {
      const char = this.text[at];
      if (char === '\\') at++;
      else if (char === open) return at;
      else if (char === other && closedByOther < 0) closedByOther = at;
    }
    if (closedByOther < 0) throw this.fail('this quote is not closed', this.at, `a closing ${open}`);
    return closedByOther;
  }

  /**
   * One character of a value, with its escape resolved: `\\`, `\"`, `\'` and `\xHH`. A backslash before anything else stands
   * for itself.
   */
  private character(): string {
    const char = this.text[this.at++]!;
    if (char !== '\\') return char;
    const next = this.text[this.at];
    if (next === '\\' || next === '"' || next === "'") {
      this.at++;
      return next;
    }
    if (next !== 'x') return '\\';
    const digits = this.text.slice(this.at + 1, this.at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
      throw this.fail('\\x needs two hexadecimal digits', this.at - 1, 'two digits as in \\x0a');
    }
    this.at += 3;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
}
