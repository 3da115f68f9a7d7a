/**
 * What the operators mean: from an operator and the values on its right side to a function that tests the value on its
 * left.
 */
import { FieldError, isDuration, unsignedDuration } from '../fields/field.js';
import { PT } from '../schema/index.js';
import { parseNumber } from './numbers.js';
import { regexMatcher } from './regex.js';
import { asciiLower, globMatcher, pathPrefixMatcher } from './text-matching.js';

export type TextTest = (text: string) => boolean;
export type NumberTest = (value: number) => boolean;
export type BigintTest = (value: bigint) => boolean;

const never = (): boolean => false;

/** What a message calls a value of a type. */
export function typeWord(type: number, kind: string): string {
  if (type === PT.BOOL || kind === 'boolean') return 'a boolean';
  if (kind === 'number' || kind === 'bigint') return 'a number';
  if (type === PT.BYTEBUF) return 'a buffer of bytes';
  return kind === 'list' ? 'a list' : 'text';
}

const notOn = (operator: string, what: string, possible: string): FieldError =>
  new FieldError(`'${operator}' does not work on ${what}: use ${possible}`);

const NUMBER_OPERATORS = '= != < <= > >= in';
const TEXT_OPERATORS = '= != < <= > >= contains icontains startswith endswith glob iglob regex in pmatch';
const BUFFER_OPERATORS = '= != contains startswith endswith bcontains bstartswith in';

/** The bytes that hexadecimal digits stand for. */
function hexBytes(text: string): string {
  if (!/^([0-9a-fA-F]{2})+$/.test(text))
    throw new FieldError(`"${text}" is not a row of bytes: pairs of hexadecimal digits`);
  return Buffer.from(text, 'hex').toString('latin1');
}

/** The test of a text, or of a buffer's bytes. Throws FieldError for operators and values that make no sense. */
export function textTest(operator: string, values: readonly string[], isBuffer: boolean): TextTest {
  const value = values[0];
  if (operator === 'in' || operator === 'intersects') {
    if (values.length === 1) return (text) => text === value;
    const set = new Set(values);
    return (text) => set.has(text);
  }
  if (operator === 'pmatch') {
    if (isBuffer) throw notOn(operator, 'a buffer of bytes', BUFFER_OPERATORS);
    return values.length === 0 ? never : pathPrefixMatcher(values);
  }
  if (value === undefined) return never;
  switch (operator) {
    case '=':
    case '==':
      return (text) => text === value;
    case '!=':
      return (text) => text !== value;
    case 'contains':
      return (text) => text.includes(value);
    case 'startswith':
      return (text) => text.startsWith(value);
    case 'endswith':
      return (text) => text.endsWith(value);
  }
  return isBuffer ? bufferTest(operator, value) : plainTextTest(operator, value);
}

function bufferTest(operator: string, value: string): TextTest {
  switch (operator) {
    case 'bcontains': {
      const bytes = hexBytes(value);
      return (text) => text.includes(bytes);
    }
    case 'bstartswith': {
      const bytes = hexBytes(value);
      return (text) => text.startsWith(bytes);
    }
    default:
      throw notOn(operator, 'a buffer of bytes', BUFFER_OPERATORS);
  }
}

function plainTextTest(operator: string, value: string): TextTest {
  switch (operator) {
    // Byte strings: the order of code units is that of bytes.
    case '<':
      return (text) => text < value;
    case '<=':
      return (text) => text <= value;
    case '>':
      return (text) => text > value;
    case '>=':
      return (text) => text >= value;
    case 'icontains': {
      const lower = asciiLower(value);
      return (text) => asciiLower(text).includes(lower);
    }
    case 'glob':
      return globMatcher(value, false);
    case 'iglob':
      return globMatcher(value, true);
    case 'regex':
      return regexMatcher(value);
    default:
      throw notOn(operator, 'text', TEXT_OPERATORS);
  }
}

/** The test of a number. NaN, the missing value, passes none. Throws FieldError. */
export function numberTest(operator: string, values: readonly string[], type: number): NumberTest {
  const test = signedTest(operator, values, type);
  return isDuration(type) ? (value) => test(unsignedDuration(value)) : test;
}

function signedTest(operator: string, values: readonly string[], type: number): NumberTest {
  const numbers = values.map((value) => Number(parseNumber(value, type)));
  const first = numbers[0];
  if (operator === 'in' || operator === 'intersects') {
    if (numbers.length === 1) return (value) => value === first;
    const set = new Set(numbers);
    return (value) => set.has(value);
  }
  if (first === undefined) return never;
  switch (operator) {
    case '=':
    case '==':
      return (value) => value === first;
    case '!=':
      return (value) => value < first || value > first;
    case '<':
      return (value) => value < first;
    case '<=':
      return (value) => value <= first;
    case '>':
      return (value) => value > first;
    case '>=':
      return (value) => value >= first;
    default:
      throw notOn(operator, type === PT.BOOL ? 'a boolean' : 'a number', NUMBER_OPERATORS);
  }
}

/** The test of a 64-bit number that a double does not hold. Throws FieldError. */
export function bigintTest(operator: string, values: readonly string[], type: number): BigintTest {
  const numbers = values.map((value) => BigInt(parseNumber(value, type)));
  const first = numbers[0];
  if (operator === 'in' || operator === 'intersects') return (value) => numbers.includes(value);
  if (first === undefined) return never;
  switch (operator) {
    case '=':
    case '==':
      return (value) => value === first;
    case '!=':
      return (value) => value !== first;
    case '<':
      return (value) => value < first;
    case '<=':
      return (value) => value <= first;
    case '>':
      return (value) => value > first;
    case '>=':
      return (value) => value >= first;
    default:
      throw notOn(operator, 'a number', NUMBER_OPERATORS);
  }
}

/**
 * The test of a list: `in` wants all items among the values, `!=` none equal to the value, other operators any item that
 * passes.
 */
export function listTest(operator: string, values: readonly string[]): (list: readonly string[]) => boolean {
  const test = textTest(operator, values, false);
  switch (operator) {
    case 'in':
    case '!=':
      return (list) => list.every(test);
    default:
      return (list) => list.some(test);
  }
}
