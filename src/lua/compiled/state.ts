/** A Lua state of the compiled tier: libraries, loading, and what the host may do with it. */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { KernelError } from '../kernel/errors.js';
import { type FileHost, pathBytes, standardFile } from '../kernel/files.js';
import {
  type HostFunction,
  LuaError,
  type LuaFunction,
  type LuaLimits,
  type LuaState,
  type LuaStateOptions,
  type LuaTier,
  type LuaUserdata,
  type LuaValue,
  type LuaTable as TableView,
} from '../vm.js';
import { openBase } from './baselib.js';
import { type ChunkFactory, type CompiledChunk, compileChunk } from './chunks.js';
import type { CodeOptions } from './codegen.js';
import { openCoroutine } from './coroutinelib.js';
import { openDebug } from './debuglib.js';
import { features } from './features.js';
import { addVariadic, checkString, named, optString, wrong } from './library.js';
import { openBit, openMath } from './mathlib.js';
import { OrderedTable } from './ordered-table.js';
import { openIo, openOs } from './oslib.js';
import { defaultPath, openPackage } from './packagelib.js';
import { NONE, Runtime, viaAll, viaFirst } from './runtime.js';
import { openString } from './stringlib.js';
import { LuaTable } from './table.js';
import { openTable } from './tablelib.js';
import { tostring } from './text.js';
import { asFunction, asValue, isFunction, type NativeFunction, Userdata, type Values } from './values.js';

/** Parameters of a callback that are passed on without making an array. */
const CALLBACK =
  "(function(fn,rt,isArray,first,fail){'use strict';return function(a,b,c,d){rt.epoch++;try{const r=arguments.length===0?" +
  'fn():arguments.length<5?fn(a,b,c,d):fn(...arguments);return isArray(r)?first(r):r;}catch(e){throw fail(e);}};})';

type CallbackMaker = (
  fn: NativeFunction,
  rt: Runtime,
  isArray: (v: unknown) => boolean,
  first: (result: LuaValue | Values) => LuaValue,
  fail: (error: unknown) => unknown,
) => (...args: LuaValue[]) => LuaValue;

export class CompiledState implements LuaState {
  readonly tier: LuaTier = 'compiled';
  readonly globals: TableView;
  private readonly rt = new Runtime();
  private readonly helpers: object;
  private readonly code: CodeOptions;
  private readonly host: FileHost;
  private readonly print: (bytes: string) => void;
  private readonly closeFiles: () => void;
  /** Writes out what the standard output holds, where the state itself buffers it. */
  private readonly flushOutput: () => void = () => {};
  private readonly chunks = new Set<CompiledChunk>();

  constructor(private readonly options: LuaStateOptions = {}) {
    const { rt } = this;
    this.globals = rt.G;
    const flush = () => {
      this.flushOutput();
      options.flush?.();
    };
    this.host = { flush, checkpoint: () => void rt.viaRefuel() };
    if (options.stdout) this.print = options.stdout;
    else {
      const out = standardFile(1, this.host);
      this.print = (bytes) => void out.write(bytes);
      this.flushOutput = () => void out.flush();
    }
    const wanted = features(options.program ?? '', options);
    this.code = {
      environments: wanted.environments,
      coroutines: wanted.coroutines,
      countDepth: options.limits?.depth !== undefined,
    };
    const base = openBase(rt, (text) => this.print(text));
    this.helpers = rt.helpers(base.pairs, base.ipairs, base.next, base.ipairsStep, base.select);
    Object.defineProperty(this.helpers, 'current', {
      set: (access) => {
        rt.current = access;
      },
    });
    const io = openIo(this.host, (text) => this.print(text));
    this.closeFiles = io.closeAll;
    rt.registry.set('FILE*', io.methods);
    this.openLoading();
    const libraries: Record<string, LuaTable> = {
      package: openPackage(rt, {
        path: options.packagePath ?? defaultPath(),
        preloaded: (name) => this.preloaded(name),
        loadFile: (path) => this.loadFile(path),
      }),
      string: openString(rt),
      table: openTable(rt),
      math: openMath(),
      bit: openBit(),
      io: io.table,
      os: openOs(this.host, (code) => this.exit(code)),
      coroutine: openCoroutine(rt),
      debug: openDebug(rt, (fn) => this.originOf(fn)),
      jit: this.jitTable(),
    };
    const loaded = libraries['package']!.get('loaded') as LuaTable;
    loaded.set('_G', rt.G);
    for (const [name, table] of Object.entries(libraries)) {
      rt.G.set(name, table);
      loaded.set(name, table);
    }
    if (options.limits) this.setLimits(options.limits);
  }

  /** LuaJIT's `jit`, so that programs which switch it do not fail. */
  private jitTable(): LuaTable {
    const jit = addVariadic(new LuaTable(), {
      on: () => NONE,
      off: () => NONE,
      flush: () => NONE,
      status: () => false,
    });
    jit.set('version', 'LuaJIT 2.1.0-beta3');
    jit.set('version_num', 20100);
    jit.set('os', process.platform === 'win32' ? 'Windows' : process.platform === 'darwin' ? 'OSX' : 'Linux');
    jit.set('arch', process.arch);
    return jit;
  }

  private exit(code: number): never {
    this.closeFiles();
    this.host.flush?.();
    if (this.options.exit) return this.options.exit(code);
    return process.exit(code);
  }

  // ---- loading

  private compile(source: string, chunkName: string): NativeFunction {
    const mentioned = features(source);
    // What a chunk may do to functions that are loaded after it decides how those are compiled.
    this.code.environments ||= mentioned.environments;
    this.code.coroutines ||= mentioned.coroutines;
    const { rt } = this;
    const make = (options: CodeOptions, environment: LuaTable): NativeFunction => {
      const chunk = compileChunk(source, chunkName, options);
      this.chunks.add(chunk);
      const factory = chunk.script.runInThisContext() as ChunkFactory;
      return factory(this.helpers, chunk.info, environment);
    };
    let main = make({ ...this.code }, rt.G);
    if (this.code.environments) return main;
    // Given an environment before it runs, a chunk is compiled again for that.
    let environment = rt.G;
    const viaChunk: NativeFunction = (...args) => main(...args);
    if (main.g !== undefined) viaChunk.g = (...args) => main.g!(...args);
    rt.envs.set(viaChunk, (e) => {
      if (e !== undefined) {
        environment = e;
        main = make({ ...this.code, environments: true }, e);
      }
      return environment;
    });
    return viaChunk;
  }

  /** Reads and compiles a file. Throws KernelError when it cannot be read or may not be loaded, LuaError for syntax. */
  private loadFile(path: string | undefined): NativeFunction {
    if (path === undefined) {
      this.host.flush?.();
      return this.compile(readFileSync(0, 'latin1'), '=stdin');
    }
    const refused = this.options.mayLoad?.(path);
    if (refused !== undefined) throw new KernelError(`cannot open ${path}: ${refused}`);
    let source: string;
    try {
      source = readFileSync(pathBytes(path), 'latin1');
    } catch (error) {
      const reason =
        error instanceof Error && 'code' in error && error.code === 'ENOENT'
          ? 'No such file or directory'
          : String(error);
      throw new KernelError(`cannot open ${path}: ${reason}`);
    }
    this.options.onLoad?.(path);
    return this.compile(source, `@${path}`);
  }

  private preloaded(name: string): NativeFunction | undefined {
    const make = this.options.preload?.get(name);
    if (make === undefined) return undefined;
    return named(`preload_${name}`, () => {
      const value = make(this);
      return typeof value === 'string' ? viaFirst(this.compile(value, `=${name}`)(name)) : value;
    });
  }

  private openLoading(): void {
    const { rt } = this;
    const attempt = (load: () => NativeFunction, environment?: LuaValue): LuaValue | Values => {
      try {
        const fn = load();
        if (environment instanceof LuaTable) rt.envs.get(fn)?.(environment);
        return asValue(fn);
      } catch (error) {
        if (error instanceof LuaError) return [undefined, error.value];
        if (error instanceof KernelError) return [undefined, error.message];
        throw error;
      }
    };
    const fromReader = (reader: LuaValue): string => {
      let source = '';
      for (;;) {
        const piece = viaFirst(rt.viaCall(reader));
        if (piece === undefined || piece === '') return source;
        if (typeof piece !== 'string') throw new KernelError('reader function must return a string');
        source += piece;
      }
    };
    const load = (args: LuaValue[]): LuaValue | Values => {
      const [chunk, , mode] = args;
      const name = optString(args, 1);
      if (typeof chunk === 'string' || typeof chunk === 'number') {
        const source = checkString(args, 0);
        if (typeof mode === 'string' && !mode.includes(source.startsWith('\x1b') ? 'b' : 't')) {
          return [undefined, 'attempt to load chunk with wrong mode'];
        }
        return attempt(() => this.compile(source, name ?? source), args[3]);
      }
      if (!isFunction(chunk)) throw wrong(1, 'function', chunk, args.length);
      return attempt(() => this.compile(fromReader(chunk), name ?? '=(load)'), args[3]);
    };
    addVariadic(rt.G, {
      load,
      loadstring: load,
      loadfile: (args) => {
        const path = optString(args, 0);
        return attempt(() => this.loadFile(path), args[2]);
      },
      dofile: (args) => this.loadFile(optString(args, 0))(),
    });
  }

  private originOf(fn: object): ReturnType<Parameters<typeof openDebug>[1]> {
    const text = Function.prototype.toString.call(fn);
    const id = /^function\*? f(\d+)\(/.exec(text)?.[1];
    if (id === undefined) return undefined;
    for (const chunk of this.chunks) {
      if (chunk.code.includes(text)) return { chunk: chunk.info, fn: chunk.info.functions[Number(id)]! };
    }
    return undefined;
  }

  // ---- for the host

  load(source: string, chunkName: string): LuaFunction {
    return this.compile(source, chunkName) as unknown as LuaFunction;
  }

  call(fn: LuaValue, ...args: LuaValue[]): LuaValue[] {
    const { rt } = this;
    rt.epoch++;
    try {
      return [...viaAll(rt.viaCall(fn, ...args))];
    } catch (error) {
      throw this.failure(error);
    } finally {
      this.flushOutput();
    }
  }

  callback(fn: LuaFunction): (...args: LuaValue[]) => LuaValue {
    // A script of its own for each callback: calls stay monomorphic, so that V8 inlines the Lua function.
    const make = new Script(CALLBACK, { filename: 'callback' }).runInThisContext() as CallbackMaker;
    const { rt } = this;
    return make(asFunction(fn), rt, Array.isArray, viaFirst, (error) => this.failure(error));
  }

  private failure(thrown: unknown): unknown {
    const error = this.rt.asLuaError(thrown);
    return error instanceof LuaError ? this.rt.traced(error) : error;
  }

  isFunction(value: LuaValue): value is LuaFunction {
    return isFunction(value);
  }

  isTable(value: LuaValue): value is TableView {
    return value instanceof LuaTable;
  }

  newTable(): TableView {
    return new LuaTable();
  }

  tableInOrder(pairs: Iterable<readonly [LuaValue, LuaValue]>): TableView {
    return new OrderedTable(pairs);
  }

  hostFunction(name: string, fn: HostFunction): LuaFunction {
    if (Object.getOwnPropertyDescriptor(fn, 'name')?.configurable) {
      Object.defineProperty(fn, 'name', { value: name });
    }
    return fn as unknown as LuaFunction;
  }

  userdata(object: object): LuaUserdata {
    return new Userdata(object) as unknown as LuaUserdata;
  }

  isUserdata(value: LuaValue): value is LuaUserdata {
    return (value as unknown) instanceof Userdata;
  }

  tostring(value: LuaValue): string {
    const text = tostring(this.rt, value);
    return typeof text === 'string' ? text : String(text);
  }

  setLimits(limits: LuaLimits): void {
    this.rt.callSeconds = limits.callSeconds;
    this.rt.memoryBytes = limits.memoryBytes;
    this.rt.maxDepth = limits.depth ?? Number.POSITIVE_INFINITY;
  }

  memoryUsed(): number {
    return this.rt.memoryUsed();
  }

  close(): void {
    this.closeFiles();
  }
}

export function createCompiledState(options: LuaStateOptions = {}): LuaState {
  return new CompiledState(options);
}
