/**
 * From the text of a filter to its tree. The language is what sysdig and Falco read, both generations: what only one of them
 * accepts works, and `and` binds tighter than `or` where they are mixed.
 */
import {
  type ArgumentList,
  type Call,
  COMPARISONS,
  type Filter,
  LIST_OPERATORS,
  MODIFIERS,
  type Operand,
  type Right,
  TRANSFORMERS,
  type Value,
  type ValueList,
  WORD_OPERATORS,
} from './ast.js';
import { Scanner } from './scanner.js';

/** Parentheses and transformers nested deeper than this are refused. */
const DEEPEST = 100;

/** Longest first: one operator may begin another. */
const OPERATORS = [...COMPARISONS, ...WORD_OPERATORS].sort((a, b) => b.length - a.length);
const OPERATOR_HINT = `one of ${[...COMPARISONS, ...WORD_OPERATORS].join(' ')}`;

/** The tree of a filter. Throws FilterError. The text is a byte string; blanks alone are not a filter. */
export function parseFilter(text: string): Filter {
  const parser = new Parser(new Scanner(text));
  return parser.filter();
}

class Parser {
  private depth = 0;

  constructor(private readonly scanner: Scanner) {}

  filter(): Filter {
    const { scanner } = this;
    const filter = this.or();
    scanner.skipBlanks();
    if (!scanner.atEnd) {
      const reason =
        scanner.text[scanner.at] === ')' ? 'this parenthesis closes nothing' : `unexpected ${scanner.here}`;
      throw scanner.fail(reason, scanner.at, "'and', 'or' or the end of the filter");
    }
    return filter;
  }

  private or(): Filter {
    return this.junction('or', () => this.and());
  }

  private and(): Filter {
    return this.junction('and', () => this.negation());
  }

  private junction(kind: 'and' | 'or', term: () => Filter): Filter {
    const { scanner } = this;
    const terms = [term()];
    for (;;) {
      scanner.skipBlanks();
      if (!scanner.takeWord(kind, Scanner.blankOrParenthesis)) break;
      terms.push(term());
    }
    return terms.length === 1 ? terms[0]! : { kind, terms };
  }

  /** `not not x` is `not x`: several in a row count once. */
  private negation(): Filter {
    const { scanner } = this;
    let negated = false;
    scanner.skipBlanks();
    while (scanner.takeWord('not', Scanner.blankOrParenthesis)) {
      negated = true;
      scanner.skipBlanks();
    }
    const term = this.primary();
    return negated ? { kind: 'not', term } : term;
  }

  private primary(): Filter {
    const { scanner } = this;
    const at = scanner.at;
    if (!scanner.take('(')) return this.check();
    this.enter(at);
    const filter = this.or();
    scanner.skipBlanks();
    if (!scanner.take(')')) {
      if (scanner.atEnd) throw scanner.fail('this parenthesis is not closed', at, 'a closing parenthesis');
      throw scanner.fail(`unexpected ${scanner.here}`, scanner.at, "'and', 'or' or a closing parenthesis");
    }
    this.depth--;
    return filter;
  }

  private enter(at: number): void {
    if (++this.depth > DEEPEST) throw this.scanner.fail(`nested more than ${DEEPEST} levels deep`, at);
  }

  private check(): Filter {
    const { scanner } = this;
    const left = this.operand();
    scanner.skipBlanks();
    const at = scanner.at;
    const operator = OPERATORS.find((one) => (/^\w/.test(one) ? scanner.takeWord(one) : scanner.takeSymbol(one)));
    if (operator === undefined) {
      const reason = scanner.atEnd ? 'the filter ends after a field' : `${scanner.here} is not an operator`;
      throw scanner.fail(reason, at, OPERATOR_HINT);
    }
    if (operator === 'exists') return { kind: 'check', left, operator, at };
    scanner.skipBlanks();
    if (LIST_OPERATORS.has(operator)) return { kind: 'check', left, operator, right: this.listOrOperand(operator), at };
    const modifier = MODIFIERS.find((word) => this.takeModifier(word));
    if (modifier !== undefined) return { kind: 'check', left, operator, modifier, right: this.list(), at };
    return { kind: 'check', left, operator, right: this.right(operator), at };
  }

  /** `oneof` and its kin are modifiers only with a list behind them; else they are values. */
  private takeModifier(word: string): boolean {
    const { scanner } = this;
    const start = scanner.at;
    if (scanner.takeSymbol(word)) {
      scanner.skipBlanks();
      if (scanner.text[scanner.at] === '(') return true;
    }
    scanner.at = start;
    return false;
  }

  private operand(): Operand {
    const { scanner } = this;
    const at = scanner.at;
    const call = scanner.peekCall();
    if (call !== undefined) {
      if (TRANSFORMERS.has(call)) return this.call(call);
      throw scanner.fail(`${call}() is unknown here`, at, `a field or one of ${[...TRANSFORMERS].join(' ')}`);
    }
    const text = scanner.field();
    if (text === '') {
      const reason = scanner.atEnd ? 'the filter ends too early' : `${scanner.here} is not a field`;
      throw scanner.fail(reason, at, "a field, 'not' or an opening parenthesis");
    }
    return { kind: 'field', text, at };
  }

  private call(name: string): Call {
    const { scanner } = this;
    const at = scanner.at;
    this.enter(at);
    scanner.takeSymbol(name);
    const args = this.inParentheses((): Operand | Value | ArgumentList => {
      const listAt = scanner.at;
      return scanner.text[listAt] === '('
        ? { kind: 'arguments', items: this.inParentheses(() => this.argument()), at: listAt }
        : this.argument();
    });
    const index = scanner.bracketed();
    this.depth--;
    return index === undefined ? { kind: 'call', name, args, at } : { kind: 'call', name, args, index, at };
  }

  /** A field, another transformer, a quoted text or a number. */
  private argument(): Operand | Value {
    const { scanner } = this;
    const at = scanner.at;
    const first = scanner.text[at] ?? '';
    if (first === '"' || first === "'" || /[-+\d]/.test(first)) return { kind: 'value', text: scanner.value(true), at };
    return this.operand();
  }

  /** Items with commas between them, in parentheses. */
  private inParentheses<T>(item: () => T): T[] {
    const { scanner } = this;
    const open = scanner.at;
    if (!scanner.take('(')) throw scanner.fail(`${scanner.here} is not a list`, open, 'an opening parenthesis');
    const items: T[] = [];
    scanner.skipBlanks();
    if (scanner.take(')')) return items;
    for (;;) {
      scanner.skipBlanks();
      items.push(item());
      scanner.skipBlanks();
      if (scanner.take(')')) return items;
      if (scanner.take(',')) continue;
      if (scanner.atEnd) throw scanner.fail('this list is not closed', open, 'a closing parenthesis');
      throw scanner.fail(`unexpected ${scanner.here} in a list`, scanner.at, 'a comma or a closing parenthesis');
    }
  }

  private value(inList: boolean): Value {
    const { at } = this.scanner;
    return { kind: 'value', text: this.scanner.value(inList), at };
  }

  private list(): ValueList {
    const { at } = this.scanner;
    return { kind: 'list', values: this.inParentheses(() => this.value(true)), at };
  }

  /** `val(field)` or a transformer on the right side. */
  private rightCall(): Operand | undefined {
    const { scanner } = this;
    const call = scanner.peekCall();
    if (call === undefined) return undefined;
    return call === 'val' || TRANSFORMERS.has(call) ? this.call(call) : undefined;
  }

  private right(operator: string): Right {
    const { scanner } = this;
    if (scanner.atEnd) throw scanner.fail(`the filter ends after '${operator}'`, scanner.at, 'a value');
    return this.rightCall() ?? this.value(false);
  }

  private listOrOperand(operator: string): Right {
    const { scanner } = this;
    if (scanner.text[scanner.at] === '(') return this.list();
    const call = this.rightCall();
    if (call === undefined) {
      throw scanner.fail(`'${operator}' takes a list`, scanner.at, 'an opening parenthesis, as in (a, b)');
    }
    return call;
  }
}
