/** A filter as a tree, and the tree as text again. */

export type Filter = Junction | Negation | Check;

/** All, or one, of at least two terms. */
export interface Junction {
  readonly kind: 'and' | 'or';
  readonly terms: readonly Filter[];
}

export interface Negation {
  readonly kind: 'not';
  readonly term: Filter;
}

export const COMPARISONS = ['=', '==', '!=', '<', '<=', '>', '>='] as const;
export const WORD_OPERATORS = [
  ...['contains', 'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'glob', 'iglob', 'regex'],
  ...['in', 'intersects', 'pmatch', 'exists'],
] as const;
/** Operators that take a list. */
export const LIST_OPERATORS: ReadonlySet<string> = new Set(['in', 'intersects', 'pmatch']);
export const MODIFIERS = ['oneof', 'anyof', 'allof'] as const;
export type Modifier = (typeof MODIFIERS)[number];

/** One comparison. */
export interface Check {
  readonly kind: 'check';
  readonly left: Operand;
  /** One of COMPARISONS or WORD_OPERATORS. */
  readonly operator: string;
  /** How many of the listed values have to satisfy the operator, each on its own. */
  readonly modifier?: Modifier;
  /** Absent for `exists`. */
  readonly right?: Right;
  /** Offset of the operator in the filter's text. */
  readonly at: number;
}

export type Right = Value | ValueList | Operand;

/** A text as it stands after unquoting; whether it is meant as a number depends on the left side. */
export interface Value {
  readonly kind: 'value';
  readonly text: string;
  readonly at: number;
}

export interface ValueList {
  readonly kind: 'list';
  readonly values: readonly Value[];
  readonly at: number;
}

/** Something that has another value for each event. */
export type Operand = FieldRef | Call;

export interface FieldRef {
  readonly kind: 'field';
  /** Name and argument as written. */
  readonly text: string;
  readonly at: number;
}

/** A transformer with its arguments, or `val(field)` on the right side. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly (Operand | Value | ArgumentList)[];
  /** Text in brackets behind it. */
  readonly index?: string;
  readonly at: number;
}

/** A list among the arguments of a transformer. */
export interface ArgumentList {
  readonly kind: 'arguments';
  readonly items: readonly (Operand | Value)[];
  readonly at: number;
}

export const TRANSFORMERS: ReadonlySet<string> = new Set([
  ...['tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'],
]);

/** A value in double quotes, in the escapes that every version of the language reads alike. */
function quote(text: string): string {
  let quoted = '"';
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (char === '"' || char === '\\') quoted += `\\${char}`;
    else if (code < 0x20 || code >= 0x7f) quoted += `\\x${(code & 0xff).toString(16).padStart(2, '0')}`;
    else quoted += char;
  }
  return `${quoted}"`;
}

function printArgument(argument: Operand | Value | ArgumentList): string {
  switch (argument.kind) {
    case 'value':
      return quote(argument.text);
    case 'arguments':
      return `(${argument.items.map(printArgument).join(', ')})`;
    case 'field':
      return argument.text;
    case 'call':
      return printCall(argument);
  }
}

const printCall = ({ name, args, index }: Call): string =>
  `${name}(${args.map(printArgument).join(', ')})${index === undefined ? '' : `[${index}]`}`;

function printCheck({ left, operator, modifier, right }: Check): string {
  const words = [printArgument(left), operator];
  if (modifier !== undefined) words.push(modifier);
  if (right?.kind === 'list') words.push(`(${right.values.map(({ text }) => quote(text)).join(', ')})`);
  else if (right !== undefined) words.push(printArgument(right));
  return words.join(' ');
}

/** The filter as text; parsing it gives the same tree. */
export function print(filter: Filter): string {
  switch (filter.kind) {
    case 'check':
      return printCheck(filter);
    case 'not':
      return `not ${inner(filter.term)}`;
    default:
      return filter.terms.map(inner).join(` ${filter.kind} `);
  }
}

/** Parentheses around everything but single checks: who reads it need not know what binds tighter. */
const inner = (filter: Filter): string => (filter.kind === 'check' ? print(filter) : `(${print(filter)})`);
