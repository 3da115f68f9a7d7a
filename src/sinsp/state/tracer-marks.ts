/**
 * Tracer marks: what programs write to /dev/null to have parts of their work timed, as in `>:p:render.page:url=/index:` when
 * it begins and `<:p:render.page::` when it ends. A mark may come in several writes.
 *
 * Two forms exist: with colons, and as a JSON array of the same four parts. Neither is read strictly, and what is let through
 * or refused is what sysdig does, oddities included: marks that other tools understand must not be understood otherwise here.
 */
import { latin1 } from '../names.js';
import type { ThreadInfo } from './thread-info.js';

/** What a text turned out to be: a mark, none, or the beginning of one. */
export type Reading = 'mark' | 'none' | 'cut';

/** A mark that lacks so many bytes is given up. */
const LONGEST = 65_536;

const NUL = 0;
const code = (character: string): number => character.charCodeAt(0);
const BEGINS = code('>');
const ENDS = code('<');
const COLON = code(':');
const DOT = code('.');
const COMMA = code(',');
const EQUALS = code('=');
const NEWLINE = code('\n');
const BACKSLASH = code('\\');
const QUOTE = code('"');
const BLANK = code(' ');
const MINUS = code('-');
const ZERO = code('0');
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [code('['), code(']'), code('{'), code('}')];

/** Where words of the form with colons end, and what they may not hold. */
const AFTER_TAG = [DOT, COLON];
const NOT_IN_TAG = [BEGINS, ENDS, EQUALS, NEWLINE];
const AFTER_NAME = [EQUALS];
const NOT_IN_NAME = [BEGINS, ENDS, NEWLINE];
const AFTER_VALUE = [COMMA, COLON, EQUALS];

/** Reads the marks that one thread writes, and has the parts of the last one. */
export class MarkReader {
  /** It is the beginning of a span. */
  isEnter = true;
  /** The last text was none, and its tag says so. */
  isWrong = false;
  id = 0n;
  tags: string[] = [];
  names: string[] = [];
  values: string[] = [];
  /** Length of the first tag that was read last; it stays when a text after it has none. */
  firstTagLength = 0;
  /** Of all tags that were read of the last text. */
  tagsLength = 0;

  /** What came of a mark that is not whole, and the same up to its first NUL. */
  private fragment: Uint8Array = new Uint8Array(0);
  private soFar: Uint8Array = new Uint8Array(0);
  /** The text that is read, and how far it was. */
  private text: Uint8Array = this.fragment;
  private at = 0;
  private reading: Reading = 'none';

  /** An independent copy. */
  copy(): MarkReader {
    const other = Object.assign(new MarkReader(), this);
    other.tags = [...this.tags];
    other.names = [...this.names];
    other.values = [...this.values];
    return other;
  }

  /** Reads what a thread wrote, after what it wrote before if that was cut. */
  read(data: Uint8Array, thread: ThreadInfo): Reading {
    const { fragment } = this;
    this.text = fragment.length === 0 ? data : Buffer.concat([fragment, data]);
    if (fragment.length > 0) this.soFar = upToNul(this.text);
    const reading = this.readText(thread);
    if (reading === 'cut') {
      if (fragment.length > LONGEST) this.fragment = NOTHING;
      else this.fragment = this.soFar.length === 0 ? data.slice() : this.soFar;
    } else {
      this.fragment = NOTHING;
      this.soFar = NOTHING;
    }
    // It may be part of a window, which is written over soon.
    this.text = NOTHING;
    return reading;
  }

  private readText(thread: ThreadInfo): Reading {
    if (this.text.length === 0) return 'none';
    return this.parse(thread) ? 'mark' : this.reading;
  }

  private parse(thread: ThreadInfo): boolean {
    this.at = 0;
    this.tagsLength = 0;
    this.tags = [];
    this.names = [];
    this.values = [];
    const first = this.here;
    return first === BEGINS || first === ENDS ? this.parseColons(thread) : this.parseJson(thread);
  }

  // -- reading in general: methods that answer false have set `reading` -------------------------------------------

  /** The byte to read next; NUL behind the end. */
  private get here(): number {
    return this.text[this.at] ?? NUL;
  }

  private stop(reading: Reading): false {
    this.reading = reading;
    return false;
  }

  /** Something else is here than it has to be: the text is cut if it ends here. */
  private refuse(): false {
    return this.stop(this.here === NUL ? 'cut' : 'none');
  }

  /** The id, as one of the letters that stand for one that the thread has; false for other bytes. */
  private idLetter(thread: ThreadInfo): boolean {
    switch (String.fromCharCode(this.here)) {
      case 't':
        this.id = BigInt(thread.tid);
        break;
      case 'p':
        if (this.text[this.at + 1] === code('p')) {
          this.at++;
          this.id = BigInt(thread.ptid);
        } else {
          this.id = BigInt(thread.pid);
        }
        break;
      case ':':
        this.id = 0n;
        this.at++;
        return true;
      case 'g':
        this.id = 0n;
        break;
      default:
        return false;
    }
    // The letter and what comes behind it, whatever that is.
    this.at += 2;
    return true;
  }

  /** A number that ends at one of these bytes, which is left alone. */
  private number(ends: readonly number[]): boolean {
    const from = this.at;
    if (this.here === MINUS) this.at++;
    const digits = this.at;
    while (this.here >= ZERO && this.here < ZERO + 10) this.at++;
    if (!ends.includes(this.here)) return this.refuse();
    const size = BigInt(latin1(this.text, digits, this.at));
    this.id = BigInt.asIntN(64, digits === from ? size : -size);
    return true;
  }

  private addTag(tag: string): void {
    if (this.tags.length === 0) this.firstTagLength = tag.length;
    this.tagsLength += tag.length;
    this.tags.push(tag);
  }

  // -- the form with colons ---------------------------------------------------------------------------------------

  private parseColons(thread: ThreadInfo): boolean {
    this.isEnter = this.here === BEGINS;
    this.at++;
    if (this.here !== COLON) return this.refuse();
    this.at++;
    // A leading 0 is taken for the end of the text: id 0 cannot be written as such.
    if (this.here === ZERO) return this.stop('cut');
    if (!this.idLetter(thread)) {
      if (!this.number([COLON])) return false;
      this.at++;
    }
    if (this.here === ZERO) return this.stop('cut');
    return (this.here === COLON || this.tagWords()) && this.argumentWords();
  }

  private tagWords(): boolean {
    for (;;) {
      const tag = this.word(AFTER_TAG, NOT_IN_TAG);
      if (tag === undefined) return false;
      this.addTag(tag);
      if (this.here === COLON) return true;
      if (this.here === NUL) return this.stop('cut');
      this.at++;
    }
  }

  private argumentWords(): boolean {
    this.at++;
    if (this.here === NUL) return this.stop('cut');
    if (this.here === COLON) return true;
    for (;;) {
      const name = this.word(AFTER_NAME, NOT_IN_NAME);
      if (name === undefined) return false;
      // Where a colon ends the text, there was a name without a value.
      if (this.here === NUL) return this.stop(name.endsWith(':') ? 'none' : 'cut');
      this.at++;
      this.names.push(name);
      this.values.push(this.word(AFTER_VALUE, [])!);
      if (this.here === COLON) return true;
      if (this.here === NUL) return this.stop('cut');
      this.at++;
    }
  }

  /** A word up to one of `ends`, or the end of the text; a backslash makes any byte part of it. */
  private word(ends: readonly number[], refused: readonly number[]): string | undefined {
    let word = '';
    for (; this.here !== NUL; this.at++) {
      let byte = this.here;
      if (byte === BACKSLASH) {
        this.at++;
        byte = this.here;
        if (byte === NUL) break;
      } else if (ends.includes(byte)) {
        break;
      } else if (refused.includes(byte)) {
        this.stop('none');
        return undefined;
      }
      word += String.fromCharCode(byte);
    }
    return word;
  }

  // -- the JSON form ----------------------------------------------------------------------------------------------

  private parseJson(thread: ThreadInfo): boolean {
    this.skip([BLANK]);
    if (this.here !== OPEN_LIST) return this.stop('none');
    this.at++;
    const direction = this.quoted();
    if (direction === undefined) return false;
    this.isEnter = direction.startsWith('>');
    return this.jsonId(thread) && this.jsonTags() && this.jsonArguments() && this.jsonEnd();
  }

  private jsonId(thread: ThreadInfo): boolean {
    const from = this.at;
    if (!this.between([COMMA], ({ commas }) => commas >= 1)) return false;
    const skipped = this.at - from;
    if (this.here === QUOTE) {
      this.at++;
      // Of a word that means nothing, as much is skipped as there was in front of it; the id stays what it was.
      if (!this.idLetter(thread)) this.at += skipped;
    } else {
      if (!this.number([COMMA, BLANK])) return false;
      const isLast = this.here === COMMA;
      this.at++;
      if (isLast) {
        this.skip([BLANK]);
        return true;
      }
    }
    return this.between([COMMA], ({ commas }) => commas >= 1);
  }

  private jsonTags(): boolean {
    if (!this.between([OPEN_LIST], ({ openLists }) => openLists === 1)) return false;
    let tag = this.quotedOrOther();
    if (tag === undefined) return false;
    while (tag !== null) {
      this.addTag(tag);
      if (!this.between([COMMA], () => true)) return false;
      if (this.here === CLOSE_LIST) break;
      tag = this.quoted();
      if (tag === undefined) return false;
    }
    return true;
  }

  private jsonArguments(): boolean {
    const any = [COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT];
    const begins = ({ commas, openLists, openObjects }: Skipped): boolean =>
      commas === 1 && openLists === 1 && (openObjects === 1 || this.here === CLOSE_LIST);
    if (!this.between(any, begins)) return false;
    let name = this.quotedOrOther();
    if (name === undefined) return false;
    while (name !== null) {
      this.names.push(name);
      if (!this.between([COLON], ({ colons }) => colons === 1)) return false;
      const value = this.quoted();
      if (value === undefined) return false;
      this.values.push(value);
      const goesOn = ({ commas, openObjects, closeObjects }: Skipped): boolean =>
        (commas === 1 && (openObjects === 1 || closeObjects === 1)) || (closeObjects === 1 && this.here === CLOSE_LIST);
      if (!this.between([COMMA, OPEN_OBJECT, CLOSE_OBJECT], goesOn)) return false;
      if (this.here === CLOSE_LIST) {
        this.at++;
        break;
      }
      name = this.quoted();
      if (name === undefined) return false;
    }
    return true;
  }

  private jsonEnd(): boolean {
    this.skip([BLANK]);
    return this.here === CLOSE_LIST || this.refuse();
  }

  /** A text in quotes, as it stands. */
  private quoted(): string | undefined {
    if (this.here !== QUOTE) {
      this.refuse();
      return undefined;
    }
    const { text } = this;
    const from = ++this.at;
    while (this.here !== QUOTE || text[this.at - 1] === BACKSLASH) {
      if (this.here === NUL) {
        this.stop('cut');
        return undefined;
      }
      this.at++;
    }
    return latin1(text, from, this.at++);
  }

  /** The same, or null for any other byte, which stands for an empty list. */
  private quotedOrOther(): string | null | undefined {
    if (this.here === QUOTE || this.here === NUL) return this.quoted();
    this.at++;
    return null;
  }

  private skip(bytes: readonly number[]): void {
    while (this.here !== NUL && bytes.includes(this.here)) this.at++;
  }

  /** Skips blanks and bytes of some kinds, of which there have to be as many as `isRight` says. */
  private between(bytes: readonly number[], isRight: (skipped: Skipped) => boolean): boolean {
    const skipped: Skipped = { commas: 0, colons: 0, openLists: 0, openObjects: 0, closeObjects: 0 };
    for (; this.here === BLANK || bytes.includes(this.here); this.at++) {
      const byte = this.here;
      // The list that was opened is closed at once.
      if (byte === CLOSE_LIST && skipped.openLists > 0) break;
      if (byte === COMMA) skipped.commas++;
      else if (byte === COLON) skipped.colons++;
      else if (byte === OPEN_LIST) skipped.openLists++;
      else if (byte === OPEN_OBJECT) skipped.openObjects++;
      else if (byte === CLOSE_OBJECT) skipped.closeObjects++;
    }
    if (this.here === NUL) return this.stop('cut');
    return isRight(skipped) || this.stop('none');
  }
}

/** How many bytes of which kind were skipped. */
interface Skipped {
  commas: number;
  colons: number;
  openLists: number;
  openObjects: number;
  closeObjects: number;
}

const NOTHING = new Uint8Array(0);

function upToNul(text: Uint8Array): Uint8Array {
  const end = text.indexOf(NUL);
  return end < 0 ? text : text.subarray(0, end);
}
