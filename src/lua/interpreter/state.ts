/**
 * The interpreter tier: a {@link LuaState} on Fengari, mended to speak Lua 5.1 as LuaJIT does.
 */
import { writeSync } from 'node:fs';
import { workMs } from '../../clock.js';
import { KernelError } from '../kernel/errors.js';
import type { FileHost, LuaFile } from '../kernel/files.js';
import { setCheckpoint } from '../kernel/pattern.js';
import {
  type HostFunction,
  LuaError,
  type LuaFunction,
  LuaLimitError,
  type LuaLimits,
  type LuaState,
  type LuaStateOptions,
  type LuaTable,
  type LuaUserdata,
  type LuaValue,
} from '../vm.js';
import { openBase } from './baselib.js';
import { restoreSlots } from './calls.js';
import { openCoroutine, running } from './coroutines.js';
import { openDebug, traceback } from './debuglib.js';
import './execute.js';
import {
  CALL_LUA,
  type CClosure,
  type LClosure,
  type LuaThread,
  lapi,
  lobject,
  lstate,
  OK,
  type Udata,
} from './fengari.js';
import { callerName, closure, functionTable, rawClosure, tostring } from './library.js';
import { loadText } from './loading.js';
import { openBit, openMath } from './mathlib.js';
import { measure } from './memory.js';
import { chunkName, lineOf } from './messages.js';
import { checkTime, type Meter, meter, newMeter, schedule } from './meter.js';
import { openIo, openOs } from './oslib.js';
import { openPackage } from './packagelib.js';
import type { Runtime } from './runtime.js';
import { openString } from './stringlib.js';
import './syntax.js';
import { openTable } from './tablelib.js';
import { Table } from './tables.js';
import { fromSlot, push, toSlot } from './values.js';

/** A state with all standard libraries open. */
export function createInterpreterState(options: LuaStateOptions = {}): LuaState {
  return new InterpreterState(options);
}

class InterpreterState implements LuaState, Runtime {
  readonly tier = 'interpreter';
  readonly L: LuaThread;
  readonly globals: Table;
  readonly host: FileHost;
  readonly files = new Set<LuaFile>();
  private readonly meter: Meter = newMeter();
  private readonly handler: CClosure;
  /** Calls from the host that are under way, one inside the other. */
  private depth = 0;
  private lastTraceback = '';
  private closed = false;

  constructor(readonly options: LuaStateOptions) {
    this.L = lstate.lua_newstate();
    this.globals = (this.L.l_G.l_registry.value as Table).get(2) as unknown as Table;
    this.host = { checkpoint: checkTime, ...(options.flush && { flush: options.flush }) };
    this.L.l_G.atnativeerror = nativeError;
    this.meter.measure = () => measure(this.L);
    this.meter.where = () => this.whereabouts();
    this.handler = rawClosure(this.L, (L) => {
      this.lastTraceback = traceback(L, undefined, 1);
      return 1;
    });
    this.openLibraries();
    this.setLimits(options.limits ?? {});
  }

  private openLibraries(): void {
    const { L, globals } = this;
    openBase(this);
    const library = openPackage(this, this);
    const loaded = library.get('loaded') as unknown as Table;
    const libraries: Record<string, Table> = {
      _G: globals,
      package: library,
      string: openString(L),
      table: openTable(L),
      math: openMath(L),
      bit: openBit(L),
      os: openOs(this),
      io: openIo(this),
      coroutine: openCoroutine(L),
      debug: openDebug(this),
      jit: this.jitTable(),
    };
    for (const [name, table] of Object.entries(libraries)) {
      globals.set(name, table);
      loaded.set(name, table);
    }
  }

  /** LuaJIT's `jit` table: there is no compiler to switch, but programs ask for the version. */
  private jitTable(): Table {
    const jit = functionTable(this.L, {
      on: () => [],
      off: () => [],
      flush: () => [],
      status: () => false,
    });
    jit.set('version', 'LuaJIT 2.1.0-beta3');
    jit.set('version_num', 20100);
    jit.set('os', process.platform === 'linux' ? 'Linux' : process.platform === 'darwin' ? 'OSX' : 'Windows');
    jit.set('arch', process.arch === 'x64' ? 'x64' : process.arch);
    return jit;
  }

  // ---- chunks and calls

  load(source: string, chunkName: string): LuaFunction {
    this.checkOpen();
    const fn = this.metered(() => loadText(this.thread(), source, chunkName, this.globals));
    if (typeof fn === 'string') throw new LuaError(fn);
    return fn as LuaFunction;
  }

  call(fn: LuaValue, ...args: LuaValue[]): LuaValue[] {
    return this.run(fn, args, -1);
  }

  callback(fn: LuaFunction): (...args: LuaValue[]) => LuaValue {
    return (...args) => this.run(fn, args, 1)[0];
  }

  private run(fn: LuaValue, args: LuaValue[], results: number): LuaValue[] {
    this.checkOpen();
    return this.metered(() => {
      const L = this.thread();
      const bottom = L.top;
      const { ci } = L;
      const ciTop = ci.top;
      if (!lapi.lua_checkstack(L, args.length + 10)) throw new LuaError('stack overflow');
      push(L, this.handler as unknown as LuaValue);
      push(L, fn);
      for (const arg of args) push(L, arg);
      this.lastTraceback = '';
      const status = lapi.lua_pcallk(L, args.length, results, bottom - ci.funcOff, 0, null);
      const dying = meter.current.dying;
      if (dying) {
        L.top = bottom;
        ci.top = ciTop;
        restoreSlots(L);
        throw dying;
      }
      if (status !== OK) {
        const value = status === -1 ? 'stack overflow' : fromSlot(L.stack[L.top - 1]!);
        L.top = bottom;
        ci.top = ciTop;
        restoreSlots(L);
        throw new LuaError(value, this.lastTraceback);
      }
      const values: LuaValue[] = [];
      for (let at = bottom + 1; at < L.top; at++) values.push(fromSlot(L.stack[at]!));
      L.top = bottom;
      ci.top = ciTop;
      return values;
    });
  }

  /** The thread that Lua code would run in now: a coroutine when the host was called from one. */
  private thread(): LuaThread {
    return this.depth > 1 && running.thread ? running.thread : this.L;
  }

  /** Runs something with this state's limits counting; the outermost call starts the clock. */
  private metered<T>(run: () => T): T {
    const before = meter.current;
    const beforeThread = running.thread;
    const outermost = this.depth === 0;
    this.depth++;
    meter.current = this.meter;
    let beforeCheck: (() => void) | undefined;
    if (outermost) {
      running.thread = this.L;
      this.meter.dying = undefined;
      this.meter.deadline = this.meter.seconds > 0 ? workMs() + this.meter.seconds * 1000 : Number.POSITIVE_INFINITY;
      beforeCheck = setCheckpoint(checkTime);
    }
    try {
      return run();
    } finally {
      this.depth--;
      meter.current = before;
      if (outermost) {
        running.thread = beforeThread;
        setCheckpoint(beforeCheck!);
        this.L.nCcalls = 0;
      }
    }
  }

  private whereabouts(): string {
    const L = running.thread ?? this.L;
    for (let { ci } = L; ci && ci !== L.base_ci; ci = ci.previous) {
      if (!(ci.callstatus & CALL_LUA)) continue;
      const { p } = ci.func.value as LClosure;
      const at = `(${chunkName(p)}:${lineOf(ci)})`;
      if (p.linedefined === 0) return ` in main chunk ${at}`;
      const named = callerName(ci);
      return named ? ` in function '${named.name}' ${at}` : ` in function <${chunkName(p)}:${p.linedefined}> ${at}`;
    }
    return '';
  }

  // ---- values

  isFunction(value: LuaValue): value is LuaFunction {
    return (value as unknown) instanceof lobject.LClosure || (value as unknown) instanceof lobject.CClosure;
  }

  isTable(value: LuaValue): value is LuaTable {
    return value instanceof Table;
  }

  isUserdata(value: LuaValue): value is LuaUserdata {
    return (value as unknown) instanceof lobject.Udata;
  }

  newTable(): LuaTable {
    return new Table(this.L.l_G);
  }

  tableInOrder(pairs: Iterable<readonly [LuaValue, LuaValue]>): LuaTable {
    const table = this.newTable();
    for (const [key, value] of pairs) table.set(key, value);
    return table;
  }

  hostFunction(name: string, fn: HostFunction): LuaFunction {
    const made = closure(this.L, (thread, args) => {
      const before = running.thread;
      running.thread = thread;
      try {
        return fn(...args);
      } catch (error) {
        // Its own errors get a position like those of library functions; Lua errors pass as they are.
        if (error instanceof LuaError || error instanceof KernelError || !(error instanceof Error)) throw error;
        if (error instanceof RangeError) throw error;
        throw new KernelError(`${name}: ${error.message}`);
      } finally {
        running.thread = before;
      }
    });
    return made as unknown as LuaFunction;
  }

  userdata(object: object): LuaUserdata {
    const made: Udata = new lobject.Udata(this.L, 0);
    made.data = object;
    return made as unknown as LuaUserdata;
  }

  tostring(value: LuaValue): string {
    let text: LuaValue = '';
    const fn = rawClosure(this.L, (L) => {
      text = tostring(L, value);
      return 0;
    });
    this.run(fn as unknown as LuaValue, [], 0);
    return typeof text === 'string' ? text : String(text);
  }

  // ---- output and limits

  print(bytes: string): void {
    const { stdout } = this.options;
    if (stdout) stdout(bytes);
    else {
      const buffer = Buffer.from(bytes, 'latin1');
      for (let at = 0; at < buffer.length; ) at += writeSync(1, buffer, at);
    }
  }

  setLimits(limits: LuaLimits): void {
    this.meter.seconds = limits.callSeconds ?? 0;
    this.meter.memoryBytes = limits.memoryBytes ?? Number.POSITIVE_INFINITY;
    this.meter.depth = limits.depth ?? Number.POSITIVE_INFINITY;
    if (this.meter.alive === 0) this.meter.alive = measure(this.L);
    schedule(this.meter);
  }

  memoryUsed(): number {
    return this.meter.alive + this.meter.fresh;
  }

  measureMemory(): void {
    this.meter.alive = measure(this.L);
    this.meter.fresh = 0;
    schedule(this.meter);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const file of this.files) {
      if (file.kind === 'standard') file.release();
      else file.close();
    }
    this.files.clear();
  }

  private checkOpen(): void {
    if (this.closed) throw new LuaError('this Lua state was closed');
  }
}

/** Turns a JavaScript error that reached a protected call into a Lua error. */
function nativeError(L: LuaThread): number {
  const error = L.stack[L.top - 1]!.value;
  let message: string;
  if (error instanceof LuaLimitError) message = error.message;
  else if (error instanceof RangeError) message = 'stack overflow';
  else if (error instanceof LuaError) {
    L.stack[L.top - 1] = toSlot(error.value);
    return 1;
  } else message = error instanceof Error ? error.message : String(error);
  L.stack[L.top++] = toSlot(message);
  return 1;
}
