/**
 * The seam between the Lua tiers and everything that runs Lua: what a host may do with a Lua state.
 *
 * It is deliberately narrow (load a chunk, call a function, make and read values), so that a chisel does not
 * know which tier runs it: Fengari, or Lua translated to JavaScript.
 *
 * Strings are byte strings: one UTF-16 unit of 0..255 a byte (latin1), never decoded on the way.
 */

/** A Lua value as the host sees it. nil is `undefined`; every number is a double, as in Lua 5.1. */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction | LuaUserdata;

/** A table. Access is raw: no metamethod runs. */
export interface LuaTable {
  get(key: LuaValue): LuaValue;
  /** Throws on a nil or NaN key. Setting `undefined` removes the entry. */
  set(key: LuaValue, value: LuaValue): void;
  /** The border `#t` gives in Lua 5.1. */
  length(): number;
  /** All entries, in the order in which `pairs` yields them. */
  entries(): Iterable<[LuaValue, LuaValue]>;
}

/** A Lua or host function; opaque to the host, called with {@link LuaState.call} or {@link LuaState.callback}. */
export interface LuaFunction {
  readonly luaFunction: true;
}

/** An opaque host object in Lua's hands: it can be passed around, compared and given back. */
export interface LuaUserdata {
  /** What the host wrapped. */
  readonly hostObject: object;
}

/**
 * A function of the host that Lua calls. A plain return value is exactly one result (`undefined` is one nil), an array
 * is that many results, so `[]` is none. To raise a Lua error throw {@link LuaError}.
 */
export type HostFunction = (...args: LuaValue[]) => LuaValue | LuaValue[];

/** An error that travelled, or travels, through Lua. */
export class LuaError extends Error {
  override name = 'LuaError';
  constructor(
    /** The error value as Lua raised it; `error("x")` in a chunk has its position in front. */
    readonly value: LuaValue,
    /** Lua-level traceback ("stack traceback:\n\t..."), where one is known. */
    public traceback = '',
  ) {
    super(
      typeof value === 'string' ? value : `(error object is a ${value === undefined ? 'nil' : typeof value} value)`,
    );
  }
}

/** A limit was hit. Lua code cannot catch it with pcall. */
export class LuaLimitError extends LuaError {
  override name = 'LuaLimitError';
}

/** Accident limits of a state; each `undefined` means none. */
export interface LuaLimits {
  /** Wall-clock seconds one {@link LuaState.call} may take, library functions included. */
  callSeconds?: number;
  /** Bytes of Lua data alive, estimated; also the longest string one operation may make. */
  memoryBytes?: number;
  /** Nested Lua calls. */
  depth?: number;
}

/** Which machinery runs the Lua of a state. */
export type LuaTier = 'compiled' | 'interpreter';

export interface LuaStateOptions {
  /** `auto` takes the compiled tier and is the default. */
  tier?: LuaTier | 'auto';
  /**
   * Text of the program that the state is made for. `auto` looks at it, and at the modules it requires by literal name,
   * to choose the tier; nothing of it runs.
   */
  program?: string;
  /** Where `print`, `io.write` and `io.stdout` write; byte strings. Default: file descriptor 1. */
  stdout?: (bytes: string) => void;
  /** Called before anything reads the terminal, ends the process or starts a child, so that output is in order. */
  flush?: () => void;
  /** `package.path`. */
  packagePath?: string;
  /** Asked before a file is loaded as Lua (`require`, `dofile`, `loadfile`); a text refuses, and is the reason. */
  mayLoad?: (path: string) => string | undefined;
  /** Called for each file that `require`, `dofile` or `loadfile` read. */
  onLoad?: (path: string) => void;
  /** Modules found before files: name to source text or to a host-made value. */
  preload?: ReadonlyMap<string, (state: LuaState) => LuaValue>;
  /** What `os.exit` does; must not return. Default: flush and `process.exit`. */
  exit?: (code: number) => never;
  limits?: LuaLimits;
}

export interface LuaState {
  readonly tier: LuaTier;
  readonly globals: LuaTable;
  /**
   * Compiles a chunk. `chunkName` follows Lua: `@path` for a file, `=text` verbatim, else the source text itself, which
   * is shown as `[string "first line..."]`. Throws {@link LuaError} for a syntax error.
   */
  load(source: string, chunkName: string): LuaFunction;
  /** Calls a function and returns all results. Throws {@link LuaError}. */
  call(fn: LuaValue, ...args: LuaValue[]): LuaValue[];
  /**
   * The same for a function that is called for every event: resolved once, returns the first result only.
   * The result must be used instead of `call` on hot paths.
   */
  callback(fn: LuaFunction): (...args: LuaValue[]) => LuaValue;
  isFunction(value: LuaValue): value is LuaFunction;
  isTable(value: LuaValue): value is LuaTable;
  newTable(): LuaTable;
  /**
   * A table that `pairs` walks in the order given, with keys that Lua adds later at the end. The interpreter walks the
   * keys 1, 2, 3, ... first, as always.
   */
  tableInOrder(pairs: Iterable<readonly [LuaValue, LuaValue]>): LuaTable;
  /** Wraps a host function; `name` appears in error messages and tracebacks. */
  hostFunction(name: string, fn: HostFunction): LuaFunction;
  userdata(object: object): LuaUserdata;
  isUserdata(value: LuaValue): value is LuaUserdata;
  /** `tostring(value)`, metamethods included. */
  tostring(value: LuaValue): string;
  setLimits(limits: LuaLimits): void;
  /** Estimated bytes of Lua data alive. */
  memoryUsed(): number;
  /** Ends open files and makes the state unusable. */
  close(): void;
}
