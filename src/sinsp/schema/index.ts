/**
 * The schema: event table, parameter types, flag names, system calls, errno. Data only; knows nothing of events read.
 *
 * Names, parameter lists and flags are those of sysdig 0.29.3 for every event it knows, so that text agrees; newer
 * events and the parameters appended since come from newer versions of the libraries.
 */
import {
  DYNAMIC_TABLES_JSON,
  ERRNO_JSON,
  EVENT_LINES,
  FD_TYPES_JSON,
  FLAG_TABLES_JSON,
  PF,
  PT,
  SIGNALS_JSON,
  SYSCALL_IDS_JSON,
  SYSCALLS_AARCH64_JSON,
  SYSCALLS_X86_64_JSON,
} from './generated.js';

export { EC, EF, FD_TYPE, PF, PPME, PT, PT_SIZE } from './generated.js';

/** Named bits or values, in the order in which they are rendered. */
export interface FlagTable {
  readonly name: string;
  readonly entries: readonly (readonly [name: string, value: number])[];
  /** Entries that 0.29.3 does not know; used for filters and for events that 0.29.3 does not know. */
  readonly added: readonly (readonly [name: string, value: number])[];
}

/** What a parameter whose first byte selects its type can be. */
export interface DynamicVariant {
  /** Parameter type (PT). */
  readonly type: number;
  /** Print format (PF); 0.29.3 uses the outer parameter's. */
  readonly format: number;
}

export interface ParamInfo {
  readonly name: string;
  /** Parameter type (PT). */
  readonly type: number;
  /** Print format (PF). */
  readonly format: number;
  readonly flags?: FlagTable;
  readonly variants?: readonly DynamicVariant[];
  /** For FSRELPATH: index of the parameter that holds the directory descriptor. */
  readonly dirfdParam?: number;
}

export interface EventInfo {
  readonly code: number;
  readonly name: string;
  /** Symbolic name without the `PPME_` prefix, as in `SYSCALL_OPEN_X`. */
  readonly enumName: string;
  readonly isExit: boolean;
  /** Category bits (EC). */
  readonly category: number;
  /** Event flags (EF). */
  readonly flags: number;
  readonly params: readonly ParamInfo[];
  /** How many leading parameters are printed in evt.args; later ones are newer than 0.29.3. */
  readonly shown: number;
  /** 0.29.3 knows this event code. */
  readonly in0293: boolean;
}

const parsed = <T>(text: string): T => JSON.parse(text) as T;

type Entry = [string, number];

/** Flag tables by name. */
export const FLAG_TABLES: ReadonlyMap<string, FlagTable> = new Map(
  parsed<[string, Entry[], Entry[]][]>(FLAG_TABLES_JSON).map(([name, entries, added]) => [
    name,
    { name, entries, added },
  ]),
);

const typeValues: Record<string, number> = PT;
const formatValues: Record<string, number> = PF;

const DYNAMIC_TABLES = new Map(
  parsed<[string, string[][]][]>(DYNAMIC_TABLES_JSON).map(([name, variants]) => [
    name,
    variants.map(([type, format]): DynamicVariant => ({ type: typeValues[type!]!, format: formatValues[format!]! })),
  ]),
);

/** Parameters by their text: most are those of other events too. */
const knownParams = new Map<string, ParamInfo>();

function paramOf(text: string): ParamInfo {
  let param = knownParams.get(text);
  if (param === undefined) knownParams.set(text, (param = parseParam(text)));
  return param;
}

function parseParam(text: string): ParamInfo {
  const [name, type, format, kind, detail] = text.split(':') as [string, string, string, string?, string?];
  return {
    name,
    type: typeValues[type]!,
    format: formatValues[format]!,
    flags: kind === 'flags' ? FLAG_TABLES.get(detail!) : undefined,
    variants: kind === 'dynamic' ? DYNAMIC_TABLES.get(detail!) : undefined,
    dirfdParam: kind === 'dirfd' ? Number(detail) : undefined,
  };
}

function parseEvent(line: string, code: number): EventInfo {
  const [name, enumName, direction, shown, category, flags, params] = line.split('|') as string[];
  const list = params === '' ? [] : params!.split(',').map(paramOf);
  return {
    code,
    name: name!,
    enumName: enumName!,
    isExit: direction === 'x',
    category: Number(category),
    flags: Number(flags),
    params: list,
    shown: shown === '' ? list.length : Number(shown),
    in0293: shown !== '',
  };
}

/** All events, by code. */
export const EVENTS: readonly EventInfo[] = EVENT_LINES.trim().split('\n').map(parseEvent);
/** Codes from here on are unknown: such events are skipped and take no event number. */
export const EVENT_COUNT = EVENTS.length;

/** EF flags by event code, for hot paths. */
export const EVENT_FLAGS = Uint16Array.from(EVENTS, (event) => event.flags);
/** EC category by event code, for hot paths. */
export const EVENT_CATEGORIES = Uint16Array.from(EVENTS, (event) => event.category);
/** Number of parameters in the newest table, by event code. */
export const EVENT_PARAM_COUNTS = Uint8Array.from(EVENTS, (event) => event.params.length);
/** 1 for exit events. */
export const EVENT_IS_EXIT = Uint8Array.from(EVENTS, (event) => (event.isExit ? 1 : 0));

/** errno names by positive number. */
export const ERRNO: ReadonlyMap<number, string> = new Map(
  Object.entries(parsed<Record<string, string>>(ERRNO_JSON)).map(([number, name]) => [Number(number), name]),
);
/** Signal names by number. */
export const SIGNALS: ReadonlyMap<number, string> = new Map(
  Object.entries(parsed<Record<string, string>>(SIGNALS_JSON)).map(([number, name]) => [Number(number), name]),
);

export interface FdTypeInfo {
  readonly name: string;
  /** One letter, as in `<f>`. */
  readonly letter: string;
  /** The word of fd.type; `<NA>` where there is none. */
  readonly word: string;
}
/** Descriptor types by their value in capture files. */
export const FD_TYPES: readonly FdTypeInfo[] = parsed<[number, string, string, string][]>(FD_TYPES_JSON).map(
  ([, name, letter, word]) => ({ name, letter, word }),
);

export interface SyscallInfo {
  /** Driver-independent id, as in generic events and SYSCALLID parameters. */
  readonly id: number;
  /** The name 0.29.3 prints; newer system calls have their own. */
  readonly name: string;
  /** The name newer versions print. */
  readonly newName: string;
  /** Category name (key of EC) or `''`. */
  readonly category: string;
}
/** System calls by driver-independent id. */
export const SYSCALLS: readonly SyscallInfo[] = parsed<[number, string, string, string][]>(SYSCALL_IDS_JSON).map(
  ([id, name, newName, category]) => ({ id, name, newName, category }),
);

/** System calls that sysdig 0.29.3 knows have lower ids. */
export const OLD_SYSCALLS = 329;

/** Takes the names of newer system calls away, as sysdig 0.29.3 has none for them. Call it before anything else is loaded. */
export function forgetNewSyscalls(): void {
  for (const syscall of SYSCALLS) if (syscall.id >= OLD_SYSCALLS) Object.assign(syscall, { name: '' });
}

/** Native system call numbers of an architecture. */
export function nativeSyscalls(arch: 'x86_64' | 'aarch64'): { number: number; name: string; id: number }[] {
  const text = arch === 'x86_64' ? SYSCALLS_X86_64_JSON : SYSCALLS_AARCH64_JSON;
  return parsed<[number, string, number][]>(text).map(([number, name, id]) => ({ number, name, id }));
}
