/**
 * The table of fields, and finding a field in a text: the longest known name that the text begins with, then its
 * argument in the form that the field takes.
 */
import { EVENTS } from '../schema/index.js';
import { k8sFields, mesosFields } from './absent.js';
import { containerFields } from './container.js';
import { evtArgFields, longestParamName } from './evt-args.js';
import { evtIoFields } from './evt-io.js';
import { evtTimeFields } from './evt-time.js';
import { evtTypeFields } from './evt-type.js';
import { fdFields } from './fd.js';
import { fdlistFields } from './fdlist.js';
import { type Field, FieldError, type FieldUse } from './field.js';
import { fsPathFields } from './fs-path.js';
import { groupFields } from './group.js';
import { procFields } from './proc.js';
import { rawArgumentType } from './raw-argument.js';
import { syslogFields } from './syslog.js';
import { threadFields } from './thread.js';
import { tracerFields } from './tracers.js';
import { userFields } from './user.js';

export { nearest } from './nearest.js';

export interface FieldClass {
  readonly name: string;
  /** What the fields of the class have in common. */
  readonly description: string;
  readonly fields: readonly Field[];
}

const ORDER: readonly (readonly [name: string, description: string])[] = [
  ['evt', 'The event itself: time, type, arguments, result.'],
  ['process', 'The process and thread that the event belongs to.'],
  ['fd', 'The descriptor that the event works on, for events that have one.'],
  ['fs.path', 'Paths of calls on the file system.'],
  ['user', 'The user who runs the process.'],
  ['group', 'The group of the process.'],
  ['container', 'The container that the process is in; id and name are host outside of containers.'],
  ['fdlist', 'Descriptors of poll and ppoll.'],
  ['syslog', 'Messages to syslog, on the events that write them.'],
  ['span', 'Tracer events: markers that programs write to time what they do.'],
  ['evtin', 'Events that happen while a span of tracer events is open.'],
  ['k8s', 'Kubernetes objects. Captures do not hold them: these fields have no value.'],
  ['mesos', 'Mesos and Marathon objects. Captures do not hold them: these fields have no value.'],
];

/** All fields, in the order of listings. */
export const FIELDS: readonly Field[] = [
  ...evtTypeFields,
  ...evtTimeFields,
  ...evtArgFields,
  ...evtIoFields,
  ...procFields,
  ...threadFields,
  ...fdFields,
  ...fsPathFields,
  ...userFields,
  ...groupFields,
  ...containerFields,
  ...fdlistFields,
  ...syslogFields,
  ...tracerFields,
  ...k8sFields,
  ...mesosFields,
];

/** The classes with their fields, in the order of listings. */
export const FIELD_CLASSES: readonly FieldClass[] = ORDER.map(([name, description]) => ({
  name,
  description,
  fields: FIELDS.filter((field) => field.class === name),
}));

const byName = new Map(FIELDS.map((field) => [field.name, field]));
const longestName = FIELDS.reduce((most, field) => Math.max(most, field.name.length), 0);

/** The field with exactly this name. */
export const findField = (name: string): Field | undefined => byName.get(name);

export type FieldParse =
  | { readonly use: FieldUse; readonly end: number }
  /** `unknown`: no field has such a name; else a field's argument is wrong. */
  | { readonly error: string; readonly unknown: boolean };

const ARGUMENT_FIELDS_WITHOUT_DOT = new Set(['proc.apid', 'proc.aname']);

/**
 * Finds the field that `text` has at `at`. `end` is the offset behind it; what follows is not looked at.
 * The error is one clear line.
 */
export function parseFieldUse(text: string, at = 0): FieldParse {
  let error: string | undefined;
  for (let length = Math.min(longestName, text.length - at); length > 0; length--) {
    const field = byName.get(text.slice(at, at + length));
    if (field === undefined) continue;
    const argument = parseArgument(field, text, at + length);
    if ('error' in argument) {
      error ??= argument.error;
      continue;
    }
    const { end } = argument;
    const use: FieldUse = {
      field: withType(field, argument.value),
      argument: argument.value,
      text: text.slice(at, end),
    };
    // In a format, sysdig takes these without an index for the process itself and prints their name after that.
    const printsItsName =
      argument.value === undefined && end < text.length && ARGUMENT_FIELDS_WITHOUT_DOT.has(field.name);
    return { use, end: printsItsName ? at : end };
  }
  return error === undefined ? { error: unknownField(text, at), unknown: true } : { error, unknown: false };
}

/**
 * The field that a text begins with and how long that is; undefined when it begins with none. Throws FieldError when
 * there is one whose argument makes no sense.
 */
export function parseFieldPrefix(text: string): { use: FieldUse; length: number } | undefined {
  const parsed = parseFieldUse(text);
  if ('use' in parsed) return { use: parsed.use, length: parsed.end };
  if (parsed.unknown) return undefined;
  throw new FieldError(parsed.error);
}

/** The field that a whole text names; undefined when there is none. */
export function parseField(text: string): FieldUse | undefined {
  const parsed = parseFieldUse(text);
  return 'use' in parsed && (parsed.end === text.length || parsed.end === 0) ? parsed.use : undefined;
}

/** Raw arguments have the type of the argument. */
function withType(field: Field, argument: string | undefined): Field {
  if (field.name !== 'evt.rawarg' || argument === undefined) return field;
  return { ...field, type: rawArgumentType(argument) ?? field.type };
}

type Argument = { readonly value: string | undefined; readonly end: number } | { readonly error: string };

/** The argument behind a field's name, which ends at `at`. */
function parseArgument(field: Field, text: string, at: number): Argument {
  if (field.argument === undefined) return { value: undefined, end: at };
  if (text[at] === '[') return bracketed(field, text, at);
  const dotted = text[at] === '.' && field.argument.kind === 'key' ? dottedArgument(field, text, at + 1) : undefined;
  if (dotted !== undefined) return dotted;
  if (!field.argument.required) return { value: undefined, end: at };
  return {
    error: `${field.name} needs ${field.argument.kind === 'index' ? `an argument in brackets, as in ${field.name}[1]` : `an argument, as in ${field.name}${exampleOf(field)}`}`,
  };
}

const exampleOf = (field: Field): string =>
  field.name.startsWith('container.mount')
    ? '[0]'
    : field.name === 'evt.type.is'
      ? '.open'
      : field.name.startsWith('evt.')
        ? '.fd'
        : '.name';

function bracketed(field: Field, text: string, at: number): Argument {
  const quote = text[at + 1];
  if (quote === '"' || quote === "'") {
    const close = text.indexOf(quote, at + 2);
    if (close >= 0 && text[close + 1] === ']') return { value: text.slice(at + 2, close), end: close + 2 };
  }
  const close = text.indexOf(']', at);
  if (close < 0) return { error: `${field.name}[ lacks its closing bracket` };
  const value = text.slice(at + 1, close);
  if (field.name === 'evt.rawarg' || (field.name === 'evt.arg' && !/^[-+]?\d+$/.test(value.trim()))) {
    return field.name === 'evt.rawarg'
      ? { error: 'evt.rawarg takes the name of an argument, as in evt.rawarg.res' }
      : { error: `evt.arg[${value}]: in brackets stands a position, as in evt.arg[0]; for a name write evt.arg.fd` };
  }
  return { value: field.name === 'evt.arg' ? value.trim() : value, end: close + 1 };
}

const eventNames = new Set(EVENTS.map((info) => info.name));

/** What follows the dot; undefined when this field takes no such argument. */
function dottedArgument(field: Field, text: string, at: number): Argument | undefined {
  const word = /^[A-Za-z0-9_]+/.exec(text.slice(at, at + 256))?.[0] ?? '';
  const ofEvents = field.class === 'evtin' || field.name === 'evt.arg' || field.name === 'evt.rawarg';
  if (ofEvents) {
    const name = longestParamName(text, at);
    if (name === undefined) {
      const hint = field.class === 'evtin' ? `; give a position, as in ${field.name}[0]` : '';
      return { error: `unknown event argument ${word || text.slice(at, at + 20)}${hint}` };
    }
    return { value: name, end: at + name.length };
  }
  switch (field.name) {
    case 'evt.type.is': {
      const number = /^\d+/.exec(word)?.[0];
      if (number !== undefined) return { value: number, end: at + number.length };
      for (let length = word.length; length > 0; length--) {
        const name = word.slice(0, length);
        if (eventNames.has(name)) return { value: name, end: at + length };
      }
      return { error: `unknown event type ${word}` };
    }
    case 'evt.abspath':
      return word === 'src' || word === 'dst' ? { value: word, end: at + word.length } : undefined;
    case 'thread.cgroup': {
      const subsystem = /^[A-Za-z_]+/.exec(word)?.[0];
      if (subsystem === undefined) return undefined;
      return { value: subsystem, end: at + subsystem.length };
    }
    case 'proc.env':
    case 'proc.aenv':
      return undefined;
    default: {
      if (field.name.startsWith('container.')) return undefined;
      // Labels and tracer arguments: anything up to a blank, a parenthesis or an operator.
      const key = /^[^\s()=!<>,|%[\]"']+/.exec(text.slice(at))?.[0];
      return key === undefined ? undefined : { value: key, end: at + key.length };
    }
  }
}

function unknownField(text: string, at: number): string {
  const word = /^[^\s()=!<>%|,]*/.exec(text.slice(at))?.[0] ?? '';
  return `unknown field ${word === '' ? text.slice(at, at + 20) : word}`;
}
