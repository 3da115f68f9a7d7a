/**
 * One loaded chisel: its Lua state with the three API tables, its filter, formatter, interval and callbacks.
 * `chisel.exec` and a reload replace the whole object.
 */
import { createLuaState } from '../lua/index.js';
import {
  type HostFunction,
  LuaError,
  type LuaFunction,
  LuaLimitError,
  type LuaLimits,
  type LuaState,
  type LuaValue,
} from '../lua/vm.js';
import type { EventCursor } from '../sinsp/event.js';
import type { Predicate } from '../sinsp/filter/predicate.js';
import { EVERYTHING, type Selection } from '../sinsp/filter/selection.js';
import { chiselApi } from './api-chisel.js';
import { evtApi } from './api-evt.js';
import { sysdigApi } from './api-sysdig.js';
import { type ArgumentDeclaration, checkArgumentCount, splitArguments } from './arguments.js';
import { ChiselError } from './errors.js';
import type { ChiselHost } from './host.js';
import { type Fire, IntervalTimer } from './interval.js';
import { readArguments } from './metadata.js';
import { bundledModules } from './modules.js';
import { findChisel, readLuaFile } from './search-path.js';
import type { ChiselServices, EventPrinter } from './services.js';
import { refusal } from './trust.js';

/** Another chisel that this one wants to be replaced by. */
export interface ExecRequest {
  name: string;
  args: string[];
}

export interface ChiselOptions {
  /** Other limits than the run's, until the chisel is in place. */
  limits?: LuaLimits;
  /** Fills `chisel.data` before the main chunk runs. */
  data?: (lua: LuaState) => LuaValue;
  /** Collects the files that are read, known to the caller even when loading fails. */
  files?: Set<string>;
}

/** The text of an error raised in Lua, as messages show it. */
export function errorText(error: unknown, lua?: LuaState): string {
  if (error instanceof LuaError && lua !== undefined && typeof error.value === 'object')
    return `(error object is a ${luaType(lua, error.value)} value)`;
  // Lua has byte strings; a message of UTF-8 bytes is shown as what it says.
  if (error instanceof LuaError) return utf8(error.message);
  if (error instanceof Error) return error.message;
  return String(error);
}

export class Chisel {
  readonly lua: LuaState;
  readonly file: string;
  /** Text of the file as it was loaded. */
  readonly source: string;
  readonly declared: readonly ArgumentDeclaration[];
  readonly timer = new IntervalTimer();
  /** Set by `sysdig.end_capture`. */
  endRequested = false;
  /** An on_event has returned since: the capture ends. A chisel without on_event cannot end it. */
  ended = false;
  execRequest: ExecRequest | null = null;
  /** A limit was hit: it gets no more events. */
  disabled = false;
  /** The chisel file and every module it required. */
  readonly files: Set<string>;
  /** It installed the capture's filter with `sysdig.set_filter`. */
  setsCaptureFilter = false;
  /** Names of the globals that exist before the main chunk runs. */
  readonly builtinGlobals: ReadonlySet<string>;
  private closed = false;
  /** The limit was that of memory: what it holds has to go, or the others have no room. */
  tooLarge = false;
  private filter: Predicate | null = null;
  private printer: EventPrinter | null = null;
  private readonly hasOnEvent: boolean;
  private eventFunction: LuaValue;
  private callEvent: ((...args: LuaValue[]) => LuaValue) | null = null;

  /** Loads the file and runs its main chunk. Throws ChiselError. */
  constructor(
    /** As given with -c. */
    readonly name: string,
    readonly host: ChiselHost,
    readonly services: ChiselServices,
    options: ChiselOptions = {},
  ) {
    this.files = options.files ?? new Set();
    this.file = findChisel(name, services.searchPath);
    this.files.add(this.file);
    const mayLoad = (path: string) => (services.allowUntrusted ? undefined : refusal(path));
    const refused = mayLoad(this.file);
    if (refused !== undefined) throw new ChiselError(`chisel ${name} (${this.file}) was not loaded: ${refused}`);
    const whole = readLuaFile(this.file);
    const source = stripHead(whole);
    this.source = whole;
    this.lua = createLuaState({
      tier: services.lua.tier,
      program: source,
      limits: options.limits ?? services.lua.limits,
      stdout: (text) => services.print(text),
      flush: () => services.flush(),
      packagePath: services.searchPath.packagePath,
      mayLoad,
      onLoad: (path) => this.files.add(path),
      preload: bundledModules(),
      exit: (code) => services.exit(code),
    });
    const { globals } = this.lua;
    this.installApi(options.data?.(this.lua) ?? this.lua.newTable());
    this.builtinGlobals = new Set([...globals.entries()].map(([key]) => String(key)));
    try {
      const chunk = this.lua.load(source, whole);
      this.lua.call(chunk);
    } catch (error) {
      throw this.failure(`Failed to load chisel ${name}: ${errorText(error, this.lua)}`, error);
    }
    globals.set('sichisel', this.lua.userdata(this));
    this.declared = readArguments(name, this.lua);
    this.hasOnEvent = this.lua.isFunction(globals.get('on_event'));
  }

  private installApi(data: LuaValue): void {
    const tables: [string, [string, HostFunction][]][] = [
      ['chisel', chiselApi(this)],
      ['evt', evtApi(this)],
      ['sysdig', sysdigApi(this)],
    ];
    for (const [name, functions] of tables) {
      const table = this.lua.newTable();
      for (const [key, fn] of functions) table.set(key, this.lua.hostFunction(`${name}.${key}`, fn));
      if (name === 'chisel') table.set('data', data);
      this.lua.globals.set(name, table);
      const packages = this.lua.globals.get('package');
      const loaded = this.lua.isTable(packages) ? packages.get('loaded') : undefined;
      if (this.lua.isTable(loaded)) loaded.set(name, table);
    }
  }

  /** The table `chisel.data`, kept across reloads. */
  get data(): LuaValue {
    const api = this.lua.globals.get('chisel');
    return this.lua.isTable(api) ? api.get('data') : undefined;
  }

  /** Binds the argument word (undefined: none was given). Throws ChiselError. */
  setArgumentWord(word: string | undefined): void {
    this.setArguments(word === undefined ? [] : splitArguments(this.name, word));
  }

  private setArguments(values: readonly string[]): void {
    checkArgumentCount(this.name, this.declared, values.length);
    if (values.length === 0) return;
    const setter = this.global('on_set_arg');
    if (setter === undefined) throw new ChiselError(`chisel ${this.name} misses a set_arg() function.`);
    values.forEach((value, index) => {
      let result: LuaValue;
      try {
        result = this.call('on_set_arg', setter, this.declared[index]!.name, value)[0];
      } catch (error) {
        throw this.failure(`${this.name} chisel error: ${errorText(error, this.lua)}`, error);
      }
      if (typeof result !== 'boolean')
        throw new ChiselError(`${this.name} chisel error: wrong set_arg() return value.`);
      if (!result) throw new ChiselError(`set_arg() for chisel ${this.name} failed.`);
    });
  }

  private call(name: string, fn: LuaValue, ...args: LuaValue[]): LuaValue[] {
    const { onCall } = this.services;
    if (onCall === undefined) return this.lua.call(fn, ...args);
    const started = performance.now();
    try {
      return this.lua.call(fn, ...args);
    } finally {
      onCall(this.name, name, performance.now() - started);
    }
  }

  /** on_event, timed when somebody wants to know. */
  private timed(callback: () => LuaValue): () => LuaValue {
    const { onCall } = this.services;
    if (onCall === undefined) return callback;
    return () => {
      const started = performance.now();
      try {
        return callback();
      } finally {
        onCall(this.name, 'on_event', performance.now() - started);
      }
    };
  }

  private global(name: string): LuaFunction | undefined {
    const value = this.lua.globals.get(name);
    return this.lua.isFunction(value) ? value : undefined;
  }

  /** on_init. Throws ChiselError. Afterwards `execRequest` tells whether another chisel takes this one's place. */
  init(): void {
    const init = this.global('on_init');
    if (init === undefined) return;
    let result: LuaValue;
    try {
      result = this.call('on_init', init)[0];
    } catch (error) {
      throw this.failure(`${this.name}: error in init(): ${errorText(error, this.lua)}`, error);
    }
    if (this.execRequest !== null) return;
    if (typeof result !== 'boolean') throw new ChiselError(`${this.name} chisel error: wrong init() return value.`);
    if (!result) throw new ChiselError(`init() for chisel ${this.name} failed.`);
  }

  captureStart(): void {
    const start = this.global('on_capture_start');
    if (start === undefined) return;
    let result: LuaValue;
    try {
      result = this.call('on_capture_start', start)[0];
    } catch (error) {
      throw this.failure(`${this.name} chisel error: ${errorText(error, this.lua)}`, error);
    }
    if (typeof result !== 'boolean') {
      throw new ChiselError(`${this.name} chisel error: wrong on_capture_start() return value. Boolean expected.`);
    }
    if (!result) throw new ChiselError(`init() for chisel ${this.name} failed.`);
  }

  /**
   * Fires on_interval when it is due. Throws ChiselError, also when the chisel wants the program to end.
   * @param quiet the time is that of a clock, not of an event
   */
  checkInterval(now: bigint, quiet = false): void {
    const fire: Fire = (seconds, nanoseconds, delta) => {
      const tick = this.lua.globals.get('on_interval');
      let result: LuaValue;
      try {
        if (!this.lua.isFunction(tick)) throw new LuaError(`attempt to call a ${luaType(this.lua, tick)} value`);
        result = this.call('on_interval', tick, seconds, nanoseconds, delta)[0];
      } catch (error) {
        throw this.failure(
          `${this.name} chisel error: calling on_interval() failed:${errorText(error, this.lua)}`,
          error,
        );
      }
      if (result === undefined || result === false) {
        throw new ChiselError(`execution terminated by the ${this.name} chisel`);
      }
    };
    if (quiet) this.timer.checkQuiet(now, fire);
    else this.timer.check(now, fire);
  }

  /** Hands an event over: own filter, on_event, formatter. Throws ChiselError. */
  deliver(event: EventCursor): void {
    const { filter } = this;
    // A kind of events that the filter cannot refuse is not asked about.
    if (filter !== null && filter.certainTypes?.[event.type] !== 1 && !filter.test(event)) return;
    if (this.hasOnEvent) {
      const fn = this.lua.globals.get('on_event');
      if (fn !== this.eventFunction || this.callEvent === null) {
        this.eventFunction = fn;
        if (!this.lua.isFunction(fn)) {
          throw new ChiselError(`${this.name} chisel error: attempt to call a ${luaType(this.lua, fn)} value`);
        }
        this.callEvent = this.timed(this.lua.callback(fn));
      }
      let result: LuaValue;
      try {
        result = this.callEvent();
      } catch (error) {
        throw this.failure(`${this.name} chisel error: ${errorText(error, this.lua)}`, error);
      }
      if (this.endRequested) {
        this.ended = true;
        return;
      }
      if (result === undefined || result === false) return;
    }
    this.printer?.(event);
  }

  /** on_capture_end. Errors are reported and do not keep other chisels from theirs. */
  captureEnd(seconds: number, nanoseconds: number, delta: number): void {
    if (this.closed) return;
    const end = this.global('on_capture_end');
    if (end === undefined) return;
    try {
      this.call('on_capture_end', end, seconds, nanoseconds, delta);
    } catch (error) {
      this.services.complain(this.failure(`${this.name} chisel error: ${errorText(error, this.lua)}`, error).message);
    }
  }

  /** Calls an optional callback of the reload contract. Throws ChiselError. */
  callOptional(name: 'on_reload' | 'on_dispose', ...args: LuaValue[]): void {
    const fn = this.global(name);
    if (fn === undefined) return;
    try {
      this.call(name, fn, ...args);
    } catch (error) {
      throw this.failure(`${this.name} chisel error: ${errorText(error, this.lua)}`, error);
    }
  }

  setFilter(text: string): void {
    // A bad filter leaves none.
    this.filter = null;
    this.interestChanged();
    if (text !== '') this.filter = this.services.compileFilter(text);
  }

  /** Its filter or its intervals are others now: the inspector has to ask which events it looks at. */
  interestChanged(): void {
    this.services.inspector.interestChanged();
  }

  /** By event code: 0 for events that its filter cannot accept; undefined when it may want all. */
  get eventTypes(): Uint8Array | undefined {
    return this.filter?.eventTypes;
  }

  /** Processes and descriptors that its filter can accept. */
  get selection(): Selection {
    return this.filter?.selection ?? EVERYTHING;
  }

  setFormatter(format: string): void {
    // A bad format leaves one that prints nothing.
    this.printer = null;
    this.printer = this.services.compileFormat(format);
  }

  requestExec(name: string, args: string[]): void {
    this.execRequest = { name, args };
  }

  /** Turns whatever was thrown out of Lua into the line for the user. */
  private failure(line: string, error: unknown): ChiselError {
    if (error instanceof ChiselError) return error;
    const result = new ChiselError(line);
    result.cause = error;
    result.file = this.file;
    if (error instanceof LuaLimitError) {
      this.disabled = true;
      this.tooLarge = /\bMiB\b|\bmemory\b/.test(error.message);
    }
    return result;
  }

  /** Lets go of everything the chisel holds; it has no on_capture_end any more. */
  release(): void {
    this.close();
    this.callEvent = null;
    this.eventFunction = undefined;
    for (const [key] of [...this.lua.globals.entries()]) this.lua.globals.set(key, undefined);
  }

  close(): void {
    this.closed = true;
    this.lua.close();
  }
}

/** A byte order mark goes, and a first line that starts with `#`, which is for the shell; the line count stays. */
const stripHead = (source: string): string =>
  (source.startsWith('\xef\xbb\xbf') ? source.slice(3) : source).replace(/^#[^\n]*/, '');

const utf8 = (bytes: string): string => {
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  return Buffer.from(bytes, 'latin1').toString('utf8');
};

/** The name of a value's type, as Lua says it. */
export function luaType(lua: LuaState, value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (typeof value !== 'object') return typeof value;
  if (lua.isFunction(value)) return 'function';
  return lua.isTable(value) ? 'table' : 'userdata';
}
