/** The left sides of comparisons (and right sides that are no constants), made ready to be read. */
import type { EventCursor } from '../event.js';
import { eventTypeNames } from '../fields/evt-type.js';
import { type Extractor, type FieldContext, FieldError, type FieldUse } from '../fields/field.js';
import { FIELDS, findField, nearest, parseFieldUse } from '../fields/index.js';
import { PT } from '../schema/index.js';
import { joinSpaces } from '../state/nul-lists.js';
import { type ArgumentList, type Call, type FieldRef, type Operand, TRANSFORMERS, type Value } from './ast.js';
import { FilterError } from './error.js';
import { asciiLower, asciiUpper } from './text-matching.js';
import { basename, decodeBase64, getopt } from './transformers.js';

/** Something that can be read from an event and compared. */
export interface Source {
  /** Parameter type (PT); decides how numbers are read and whether a text is a buffer. */
  readonly type: number;
  readonly extractor: Extractor;
  /** By event code: 0 where there is no value. */
  readonly eventTypes: Uint8Array | undefined;
  readonly byType: boolean;
  readonly stateful: boolean;
  /** A transformation of the extractor's text that has yet to be done; it depends on nothing but that text. */
  readonly map: ((text: string) => string | undefined) | undefined;
}

/** Runs a step, giving its FieldErrors a position in the filter. */
export function located<T>(text: string, at: number, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    const unknown = /^unknown event type (\S+)$/.exec(error.message)?.[1];
    throw new FilterError(
      error.message,
      text,
      at,
      undefined,
      unknown === undefined ? [] : nearest(unknown, eventTypeNames()),
    );
  }
}

/** Finds the field that a filter names. Throws FilterError. */
export function fieldUse(filter: string, { text, at }: FieldRef): FieldUse {
  const parsed = parseFieldUse(text);
  if ('use' in parsed) {
    if (parsed.end === text.length) return checked(filter, parsed.use, at);
    throw unknownField(filter, text, at);
  }
  if (parsed.unknown) throw unknownField(filter, text, at);
  throw new FilterError(parsed.error, filter, at);
}

function checked(filter: string, use: FieldUse, at: number): FieldUse {
  if (use.field.printOnly) throw new FilterError(`${use.field.name} can only be printed`, filter, at);
  return use;
}

function unknownField(filter: string, text: string, at: number): FilterError {
  const name = text.replace(/\[.*/, '');
  if (/^[A-Za-z0-9_]+$/.test(name) && !TRANSFORMERS.has(name) && findField(name) === undefined) {
    const similar = nearest(
      name,
      FIELDS.filter((field) => !field.hidden).map((field) => field.name),
    );
    return new FilterError(`unknown field ${name}`, filter, at, 'a field such as proc.name', similar);
  }
  return new FilterError(
    `unknown field ${text}`,
    filter,
    at,
    undefined,
    nearest(
      name,
      FIELDS.filter((field) => !field.hidden).map((field) => field.name),
    ),
  );
}

/** Prepares a field. */
export function fieldSource(filter: string, use: FieldUse, context: FieldContext, at: number): Source {
  const { field, argument } = use;
  return {
    type: field.type,
    extractor: located(filter, at, () => field.make(context, argument, 'compare')),
    eventTypes: field.eventTypes?.(argument),
    byType: field.byType ?? false,
    stateful: field.stateful ?? false,
    map: undefined,
  };
}

/** Prepares a field or a transformer. `side` is where it stands; some fields may not stand on the right. */
export function operandSource(filter: string, operand: Operand, context: FieldContext, side: 'left' | 'right'): Source {
  if (operand.kind === 'call') return callSource(filter, operand, context, side);
  const use = fieldUse(filter, operand);
  if (side === 'right' && use.field.noRhs) {
    throw new FilterError(`${use.field.name} cannot stand on the right side`, filter, operand.at);
  }
  return fieldSource(filter, use, context, operand.at);
}

const TEXT_MAPS: Record<string, (text: string) => string | undefined> = {
  tolower: asciiLower,
  toupper: asciiUpper,
  b64: decodeBase64,
  basename,
};

function callSource(filter: string, call: Call, context: FieldContext, side: 'left' | 'right'): Source {
  if (call.name === 'val') {
    const [only, ...more] = call.args;
    if (only?.kind !== 'field' || more.length > 0) throw new FilterError('val() takes one field', filter, call.at);
    return operandSource(filter, only, context, side);
  }
  const wrong = (need: string): FilterError => new FilterError(`${call.name}() takes ${need}`, filter, call.at);
  const map = TEXT_MAPS[call.name];
  if (map !== undefined) {
    if (call.args.length !== 1) throw wrong('one argument');
    const source = argumentSource(filter, call.args[0]!, context, side);
    if (!isText(source)) throw wrong('text');
    const before = source.map;
    return { ...source, type: PT.CHARBUF, map: before === undefined ? map : (text) => chain(before(text), map) };
  }
  switch (call.name) {
    case 'len': {
      if (call.args.length !== 1) throw wrong('one argument');
      return lengthSource(argumentSource(filter, call.args[0]!, context, side), wrong);
    }
    case 'concat': {
      if (call.args.length < 2) throw wrong('two arguments or more');
      const parts = call.args.map((arg) => textOf(argumentSource(filter, arg, context, side), wrong));
      return textSource((event) => all(parts, event)?.join(''), parts);
    }
    case 'join': {
      const [separator, list, ...more] = call.args;
      if (separator === undefined || list === undefined || more.length > 0) throw wrong('a separator and a list');
      const between = textOf(argumentSource(filter, separator, context, side), wrong);
      const items = listOf(filter, list, context, side, wrong);
      return textSource(
        (event) => {
          const glue = between.read(event);
          const texts = items.read(event);
          return glue === undefined || texts === undefined ? undefined : texts.join(glue);
        },
        [between, items],
      );
    }
    case 'getopt':
      return getoptSource(filter, call, context, side, wrong);
    default:
      throw new FilterError(`${call.name}() is unknown`, filter, call.at);
  }
}

const chain = (text: string | undefined, map: (text: string) => string | undefined): string | undefined =>
  text === undefined ? undefined : map(text);

function argumentSource(
  filter: string,
  argument: Operand | Value | ArgumentList,
  context: FieldContext,
  side: 'left' | 'right',
): Source {
  switch (argument.kind) {
    case 'value': {
      const { text } = argument;
      return textSource(() => text, []);
    }
    case 'arguments':
      throw new FilterError('a list cannot stand here', filter, argument.at, 'a field, a text or a transformer');
    case 'field': {
      const use = fieldUse(filter, argument);
      if (use.field.noTransformer) {
        throw new FilterError(`${use.field.name} cannot be transformed`, filter, argument.at);
      }
      return operandSource(filter, argument, context, side);
    }
    case 'call':
      return operandSource(filter, argument, context, side);
  }
}

interface Reader<T> {
  read(event: EventCursor): T | undefined;
  readonly stateful: boolean;
}

const isText = ({ extractor }: Source): boolean => extractor.kind === 'text' || extractor.kind === 'name';

/** Reads a source as text, transformed; numbers become decimal. */
export function textReader({ extractor, map }: Source): (event: EventCursor) => string | undefined {
  const plain = plainReader(extractor);
  return map === undefined ? plain : (event) => chain(plain(event), map);
}

function plainReader(extractor: Extractor): (event: EventCursor) => string | undefined {
  switch (extractor.kind) {
    case 'text':
      return (event) => extractor.get(event);
    case 'name':
      return (event) => extractor.get(event)?.text;
    case 'number':
      return (event) => {
        const value = extractor.get(event);
        return Number.isNaN(value) ? undefined : String(value);
      };
    case 'bigint':
    case 'boolean':
      return (event) => extractor.get(event)?.toString();
    case 'list':
      return (event) => extractor.get(event)?.join(',');
  }
}

function textOf(source: Source, wrong: (need: string) => FilterError): Reader<string> {
  if (!isText(source)) throw wrong('text');
  return { read: textReader(source), stateful: source.stateful };
}

function all(parts: readonly Reader<string>[], event: EventCursor): string[] | undefined {
  const texts: string[] = [];
  for (const part of parts) {
    const text = part.read(event);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

function textSource(get: (event: EventCursor) => string | undefined, parts: readonly { stateful: boolean }[]): Source {
  return {
    type: PT.CHARBUF,
    extractor: { kind: 'text', get },
    eventTypes: undefined,
    byType: false,
    stateful: parts.some((part) => part.stateful),
    map: undefined,
  };
}

function lengthSource(source: Source, wrong: (need: string) => FilterError): Source {
  const { extractor, stateful, eventTypes } = source;
  const number = (get: (event: EventCursor) => number): Source => ({
    type: PT.UINT64,
    extractor: { kind: 'number', get },
    eventTypes,
    byType: false,
    stateful,
    map: undefined,
  });
  if (extractor.kind === 'list') return number((event) => extractor.get(event)?.length ?? Number.NaN);
  if (!isText(source)) throw wrong('text or a list');
  const read = textReader(source);
  return number((event) => read(event)?.length ?? Number.NaN);
}

/** A list in parentheses, a field that is a list, or arguments of a process. */
function listOf(
  filter: string,
  argument: Operand | Value | ArgumentList,
  context: FieldContext,
  side: 'left' | 'right',
  wrong: (need: string) => FilterError,
): Reader<string[]> {
  if (argument.kind === 'arguments') {
    const parts = argument.items.map((item) => textOf(argumentSource(filter, item, context, side), wrong));
    return { read: (event) => all(parts, event), stateful: parts.some((part) => part.stateful) };
  }
  const source = argumentSource(filter, argument, context, side);
  const { extractor } = source;
  if (extractor.kind === 'list') return { read: (event) => extractor.get(event), stateful: source.stateful };
  const text = textOf(source, wrong);
  return {
    read: (event) => {
      const value = text.read(event);
      return value === undefined
        ? undefined
        : joinSpaces(value)
            .split(' ')
            .filter((item) => item !== '');
    },
    stateful: text.stateful,
  };
}

function getoptSource(
  filter: string,
  call: Call,
  context: FieldContext,
  side: 'left' | 'right',
  wrong: (need: string) => FilterError,
): Source {
  const [list, spec, ...more] = call.args;
  if (list === undefined || spec?.kind !== 'value' || more.length > 0)
    throw wrong('arguments and the letters of options');
  const items = listOf(filter, list, context, side, wrong);
  const letters = spec.text;
  const wanted = call.index?.replace(/^["']|["']$/g, '');
  const base = { eventTypes: undefined, byType: false, stateful: items.stateful, map: undefined, type: PT.CHARBUF };
  if (wanted !== undefined) {
    return {
      ...base,
      extractor: {
        kind: 'text',
        get: (event) => {
          const args = items.read(event);
          return args === undefined ? undefined : getopt(args, letters).find(([letter]) => letter === wanted)?.[1];
        },
      },
    };
  }
  return {
    ...base,
    extractor: {
      kind: 'list',
      get: (event) => {
        const args = items.read(event);
        return args === undefined ? undefined : getopt(args, letters).map(([letter]) => letter);
      },
    },
  };
}
