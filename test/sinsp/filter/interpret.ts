/**
 * A plain interpreter of filters: slow, short, and written apart from the compiler, so that the two can be compared. It
 * knows nothing of tables, memories or special comparisons but what the language says.
 */
import type { EventCursor } from '../../../src/sinsp/event.js';
import type { Extractor, Field, FieldContext } from '../../../src/sinsp/fields/field.js';
import { parseField } from '../../../src/sinsp/fields/index.js';
import type { Check, Filter, Operand } from '../../../src/sinsp/filter/ast.js';
import { PT } from '../../../src/sinsp/schema/index.js';

type Value = string | bigint | boolean | number | readonly string[] | undefined;

export function evaluate(filter: Filter, event: EventCursor, context: FieldContext): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.terms.every((term) => evaluate(term, event, context));
    case 'or':
      return filter.terms.some((term) => evaluate(term, event, context));
    case 'not':
      return !evaluate(filter.term, event, context);
    case 'check':
      return evaluateCheck(filter, event, context);
  }
}

/** Fields made ready, by their name and argument. */
const made = new Map<string, Extractor>();

function read(field: Field, argument: string | undefined, event: EventCursor, context: FieldContext): Value {
  const key = `${field.name} ${argument}`;
  let extractor = made.get(key);
  if (extractor === undefined) {
    extractor = field.make(context, argument, 'compare');
    made.set(key, extractor);
  }
  if (extractor.kind === 'name') return extractor.get(event)?.text;
  if (extractor.kind === 'number') {
    const value = extractor.get(event);
    return Number.isNaN(value) ? undefined : value;
  }
  return extractor.get(event);
}

function operandValue(operand: Operand, event: EventCursor, context: FieldContext): Value {
  if (operand.kind === 'field') {
    const use = parseField(operand.text)!;
    return read(use.field, use.argument, event, context);
  }
  const values = operand.args.map((arg) => {
    if (arg.kind === 'value') return arg.text;
    if (arg.kind === 'arguments') throw new Error('not used here');
    return operandValue(arg, event, context);
  });
  if (values.includes(undefined)) return undefined;
  const first = values[0] as string;
  switch (operand.name) {
    case 'tolower':
      return first.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
    case 'toupper':
      return first.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 32));
    case 'basename':
      return first.split('/').at(-1);
    case 'len':
      return first.length;
    case 'concat':
      return values.join('');
    case 'val':
      return values[0];
    default:
      throw new Error(`${operand.name} is not interpreted`);
  }
}

function evaluateCheck(check: Check, event: EventCursor, context: FieldContext): boolean {
  const { left, operator, modifier, right } = check;
  const use = left.kind === 'field' ? parseField(left.text)! : undefined;
  const type = use?.field.type ?? PT.CHARBUF;
  if (modifier !== undefined) {
    const values = right?.kind === 'list' ? right.values : [];
    const passed = values.filter((value) =>
      evaluateCheck({ kind: 'check', left, operator, right: value, at: 0 }, event, context),
    ).length;
    if (modifier === 'oneof') return passed === 1;
    return modifier === 'anyof' ? passed > 0 : passed === values.length;
  }
  const constants =
    right === undefined || right.kind === 'value' || right.kind === 'list'
      ? right?.kind === 'list'
        ? right.values.map((value) => value.text)
        : [right?.text ?? '']
      : [operandValue(right, event, context)];
  if (constants.includes(undefined)) return false;
  const wanted = constants.map(String);
  if (use?.argument === undefined && (use?.field.name === 'proc.aname' || use?.field.name === 'proc.apid')) {
    return ancestors(event, context).some(
      (thread) =>
        operator === 'exists' ||
        compareValue(use.field.name === 'proc.aname' ? thread.comm.text : thread.pid, operator, wanted, type),
    );
  }
  if (use?.field.name === 'fd.port') return compareBoth(event, context, operator, wanted);
  const value = operandValue(left, event, context);
  return value !== undefined && (operator === 'exists' || compareValue(value, operator, wanted, type));
}

function ancestors(event: EventCursor, { inspector: { state } }: FieldContext) {
  const list = [];
  let thread = event.thread ?? undefined;
  if (thread !== undefined && thread.tid !== thread.pid) thread = state.threads.get(thread.pid);
  for (let i = 0; i < 1000 && thread !== undefined; i++) {
    thread = state.threads.get(thread.ptid);
    if (thread !== undefined) list.push(thread);
  }
  return list;
}

/** Both ports of a socket, from the fields that speak of one end, or none. */
function compareBoth(event: EventCursor, context: FieldContext, operator: string, wanted: readonly string[]): boolean {
  const { thread } = event;
  if (thread === null || read(parseField('fd.num')!.field, undefined, event, context) === undefined) return false;
  const fd = event.fd ?? context.inspector.state.getFd(thread, thread.lastFd);
  const family = fd === null ? '' : read(parseField('fd.sockfamily')!.field, undefined, event, context);
  if (fd === null || family !== 'ip') return false;
  if (operator === 'exists') return true;
  const listens = !['3', '4'].includes(String(fd.type));
  const ports = listens ? [fd.dport] : [fd.sport, fd.dport];
  const results = ports.map((port) => compareValue(port, operator, wanted, PT.PORT));
  return operator === '!=' ? results.every(Boolean) : results.some(Boolean);
}

function compareValue(
  value: Exclude<Value, undefined>,
  operator: string,
  wanted: readonly string[],
  type: number,
): boolean {
  if (typeof value === 'object') throw new Error('lists are not interpreted');
  if (typeof value === 'string') return compareText(value, operator, wanted);
  if (operator === 'in' || operator === 'intersects')
    return wanted.some((one) => compareValue(value, '=', [one], type));
  if (wanted.length === 0) return false;
  const text = wanted[0]!;
  const left = typeof value === 'boolean' ? Number(value) : Number(value);
  const right = text === 'true' ? 1 : text === 'false' ? 0 : Number(cut(BigInt(text.trim()), type));
  return order(left - right, operator);
}

/** Numbers are cut to the width of the field. */
function cut(value: bigint, type: number): bigint {
  switch (type) {
    case PT.INT16:
      return BigInt.asIntN(16, value);
    case PT.PORT:
      return BigInt.asUintN(16, value);
    case PT.INT32:
      return BigInt.asIntN(32, value);
    case PT.UINT32:
      return BigInt.asUintN(32, value);
    case PT.INT64:
      return BigInt.asIntN(64, value);
    default:
      return BigInt.asUintN(64, value);
  }
}

function order(difference: number, operator: string): boolean {
  switch (operator) {
    case '=':
    case '==':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      throw new Error(`${operator} on a number`);
  }
}

const escaped = (text: string): string => text.replace(/[.+^${}()|\\[\]/]/g, '\\$&');
const shellPattern = (glob: string, flags: string): RegExp =>
  new RegExp(`^${escaped(glob).replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`, flags);

function compareText(text: string, operator: string, wanted: readonly string[]): boolean {
  const value = wanted[0];
  switch (operator) {
    case 'in':
    case 'intersects':
      return wanted.includes(text);
    case 'pmatch':
      return wanted.some((prefix) => {
        const parts = prefix.split('/').filter(Boolean);
        return parts.every((part, i) => text.split('/').filter(Boolean)[i] === part);
      });
  }
  if (value === undefined) return false;
  switch (operator) {
    case 'contains':
      return text.indexOf(value) >= 0;
    case 'icontains':
      return new RegExp(escaped(value), 'i').test(text);
    case 'startswith':
      return text.slice(0, value.length) === value;
    case 'endswith':
      return value === '' || text.slice(-value.length) === value;
    case 'glob':
      return shellPattern(value, '').test(text);
    case 'iglob':
      return shellPattern(value, 'i').test(text);
    case 'regex':
      return new RegExp(`^(?:${value})$`).test(text);
    default:
      return order(text < value ? -1 : text > value ? 1 : 0, operator);
  }
}
