/**
 * Fengari's internals, loaded in the one order in which they can be mended from outside, and typed as far as they are
 * used here.
 *
 * Fengari's modules take apart their imports when they load, so what another module copies has to be replaced before
 * that module is loaded: constants first, then strings, then the rest; everything reached through a module object is
 * replaced afterwards (see the neighbouring files).
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Type tags of a {@link TValue}. */
export const NIL = 0;
export const BOOLEAN = 1;
export const LIGHTUSERDATA = 2;
export const NUMBER = 3;
export const STRING = 20;
export const TABLE = 5;
export const LUA_CLOSURE = 6;
export const HOST_CLOSURE = 38;
export const USERDATA = 7;
export const THREAD = 8;

/** Bits of `CallInfo.callstatus`. */
export const CALL_LUA = 2;
export const CALL_HOOKED = 4;
export const CALL_FRESH = 8;
export const CALL_TAIL = 32;
export const CALL_LEQ = 128;

export const OK = 0;
export const YIELDED = 1;

/** A slot: of the stack, a constant, a table's entry, an upvalue. */
export interface TValue {
  type: number;
  value: unknown;
  setfrom(other: TValue): void;
  setnilvalue(): void;
  setbvalue(value: boolean): void;
  setfltvalue(value: number): void;
  setsvalue(value: TString): void;
  sethvalue(value: object): void;
  setclLvalue(value: LClosure): void;
}

/** A byte string; see strings.ts for its two forms. */
export interface TString {
  hash: string | null;
  realstring: Uint8Array;
}

export interface Instruction {
  opcode: number;
  A: number;
  B: number;
  C: number;
  Ax: number;
  Bx: number;
  sBx: number;
}

export interface Proto {
  k: TValue[];
  p: Proto[];
  code: Instruction[];
  lineinfo: number[];
  upvalues: { name: TString | null; instack: boolean; idx: number }[];
  numparams: number;
  is_vararg: boolean;
  maxstacksize: number;
  locvars: { varname: TString; startpc: number; endpc: number }[];
  linedefined: number;
  lastlinedefined: number;
  source: TString | null;
}

export interface LClosure {
  readonly luaFunction: true;
  id: number;
  p: Proto;
  nupvalues: number;
  upvals: TValue[];
}

export interface CClosure {
  readonly luaFunction: true;
  id: number;
  f: (L: LuaThread) => number;
  nupvalues: number;
  upvalue: TValue[];
}

export interface Udata {
  id: number;
  metatable: object | null;
  data: object;
  readonly hostObject: object;
}

export interface CallInfo {
  func: TValue;
  funcOff: number;
  top: number;
  previous: CallInfo;
  next: CallInfo | null;
  l_base: number;
  l_code: Instruction[];
  l_savedpc: number;
  c_k: ((L: LuaThread, status: number, ctx: number) => number) | null;
  nresults: number;
  callstatus: number;
  extra: number;
}

export interface GlobalState {
  id_counter: number;
  mainthread: LuaThread;
  l_registry: TValue;
  atnativeerror: ((L: LuaThread) => number) | null;
  tmname: TString[];
  mt: (object | null | undefined)[];
}

/** A coroutine, or the main thread: Lua's `lua_State`. */
export interface LuaThread {
  id: number;
  stack: TValue[];
  top: number;
  stack_last: number;
  ci: CallInfo;
  base_ci: CallInfo;
  l_G: GlobalState;
  status: number;
  nCcalls: number;
  nny: number;
  errfunc: number;
  oldpc: number;
  allowhook: number;
  hook: ((L: LuaThread, ar: DebugInfo) => void) | null;
  hookmask: number;
  hookcount: number;
  basehookcount: number;
}

export interface DebugInfo {
  event: number;
  name: Uint8Array | null;
  namewhat: Uint8Array;
  what: Uint8Array;
  source: Uint8Array;
  currentline: number;
  linedefined: number;
  lastlinedefined: number;
  nups: number;
  nparams: number;
  isvararg: boolean;
  short_src: Uint8Array;
  i_ci: CallInfo;
}

export interface LexState {
  t: LexToken;
  lookahead: LexToken;
  current: number;
  linenumber: number;
  L: LuaThread;
  source: TString;
  buff: { buffer: Uint8Array; n: number };
}

export interface LexToken {
  token: number;
  seminfo: { r: number; i: number; ts: TString | null };
}

// ---- step 1: constants that other modules copy

interface Luaconf {
  LUAI_MAXSTACK: number;
}
interface Limits {
  LUAI_MAXCCALLS: number;
  luai_nummod: (L: LuaThread, a: number, b: number) => number;
}

require('fengari/src/defs.js');

/** Slots of a stack: LuaJIT has 65,500, and a frame here is somewhat larger. A million, as shipped, takes seconds. */
(require('fengari/src/luaconf.js') as Luaconf).LUAI_MAXSTACK = 200_000;

const llimits = require('fengari/src/llimits.js') as Limits;
/** Nested calls through host functions and metamethods; 200 as shipped, but LuaJIT's metamethods do not nest. */
llimits.LUAI_MAXCCALLS = 200;
/** `%` when the compiler folds constants: the remainder takes the divisor's sign, and infinity gives NaN. */
llimits.luai_nummod = (_L, a, b) => a - Math.floor(a / b) * b;

// ---- step 2: strings

export const lstring = require('fengari/src/lstring.js') as {
  TString: new (L: LuaThread | null, bytes: Uint8Array | string) => TString;
  luaS_hash: (bytes: Uint8Array) => string;
  luaS_hashlongstr: (s: TString) => string;
  luaS_eqlngstr: (a: TString, b: TString) => boolean;
  luaS_bless: (L: LuaThread, bytes: Uint8Array) => TString;
};

/**
 * A string keeps its bytes, its text (latin1, one unit a byte) or both; the other is made when somebody asks. The text
 * stands in `hash`: Fengari's own hash did not pad its bytes, so that "\1\1" and "\17" were one table key, equal, and
 * ordered wrongly. The text itself is a perfect key, and compares as bytes do.
 */
interface StringParts {
  hash: string | null;
  bytes: Uint8Array | null;
}

function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

Object.defineProperty(lstring.TString.prototype, 'realstring', {
  set(this: StringParts, content: Uint8Array | string) {
    if (typeof content === 'string') {
      this.hash = content;
      this.bytes = null;
    } else {
      this.bytes = content;
    }
  },
  get(this: StringParts): Uint8Array {
    if (this.bytes === null) this.bytes = new Uint8Array(Buffer.from(this.hash!, 'latin1'));
    return this.bytes;
  },
});
(lstring.TString.prototype as { tsslen(this: StringParts): number }).tsslen = function tsslen() {
  return this.hash === null ? this.bytes!.length : this.hash.length;
};

/** The text of a string. */
export function textOf(s: TString): string {
  return s.hash ?? (s.hash = textOfBytes(s.realstring));
}

/** A new string. */
export function stringOf(text: string): TString {
  return new lstring.TString(null, text);
}

lstring.luaS_hash = textOfBytes;
lstring.luaS_hashlongstr = textOf;
lstring.luaS_eqlngstr = (a, b) => a === b || textOf(a) === textOf(b);

// ---- step 3: everything else. The modules import each other in circles, which only this entry unravels.

require('fengari/src/lua.js');

export const lobject = require('fengari/src/lobject.js') as {
  TValue: new (type: number, value: unknown) => TValue;
  LClosure: new (L: LuaThread, upvalues: number) => LClosure;
  CClosure: new (L: LuaThread, f: (L: LuaThread) => number, upvalues: number) => CClosure;
  Udata: new (L: LuaThread, size: number) => Udata;
  luaO_nilobject: TValue;
  luaO_chunkid: (source: Uint8Array, size: number) => Uint8Array;
  luaO_str2num: (bytes: Uint8Array, to: TValue) => number;
  luaO_tostring: (L: LuaThread, value: TValue) => void;
};
export const ltable = require('fengari/src/ltable.js') as Record<string, unknown>;
export const lstate = require('fengari/src/lstate.js') as {
  lua_State: new (g: GlobalState) => LuaThread;
  CallInfo: new () => CallInfo;
  lua_newstate(): LuaThread;
  lua_newthread(L: LuaThread): LuaThread;
};
export const ltm = require('fengari/src/ltm.js') as {
  TMS: Record<string, number>;
  luaT_callTM: (L: LuaThread, f: TValue, p1: TValue, p2: TValue, p3: TValue, results: number) => void;
  luaT_trybinTM(L: LuaThread, p1: TValue, p2: TValue, result: TValue, event: number): void;
  luaT_objtypename: (L: LuaThread, value: TValue) => Uint8Array;
  fasttm: (L: LuaThread, metatable: object | null, event: number) => TValue | null;
};
export const lvm = require('fengari/src/lvm.js') as {
  luaV_execute: (L: LuaThread) => void;
  luaV_concat: (L: LuaThread, total: number) => void;
  luaV_gettable: (L: LuaThread, t: TValue, key: TValue, ra: number) => void;
  settable: (L: LuaThread, t: TValue, key: TValue, value: TValue) => void;
  luaV_finishOp: (L: LuaThread) => void;
};
export const ldo = require('fengari/src/ldo.js') as {
  luaD_call: (L: LuaThread, func: number, results: number) => void;
  luaD_callnoyield: (L: LuaThread, func: number, results: number) => void;
  luaD_precall: (L: LuaThread, func: number, results: number) => boolean;
  luaD_poscall: (L: LuaThread, ci: CallInfo, first: number, count: number) => boolean;
  luaD_growstack(L: LuaThread, n: number): void;
  luaD_hook(L: LuaThread, event: number, line: number): void;
  luaD_throw(L: LuaThread, status: number): never;
  adjust_top: (L: LuaThread, top: number) => void;
};
export const ldebug = require('fengari/src/ldebug.js') as {
  luaG_typeerror: (L: LuaThread, value: TValue, operation: Uint8Array) => never;
  luaG_ordererror: (L: LuaThread, a: TValue, b: TValue) => never;
  luaG_errormsg(L: LuaThread): never;
  luaG_traceexec(L: LuaThread): void;
};
export const llex = require('fengari/src/llex.js') as {
  LUA_ENV: Uint8Array;
  RESERVED: Record<string, number>;
  luaX_next: (ls: LexState) => void;
  luaX_lookahead: (ls: LexState) => number;
  luaX_syntaxerror: (ls: LexState, message: Uint8Array) => never;
  luaX_newstring(ls: LexState, bytes: Uint8Array): TString;
};
export const lfunc = require('fengari/src/lfunc.js') as {
  luaF_close: (L: LuaThread, level: number) => void;
};
export const lapi = require('fengari/src/lapi.js') as {
  lua_load(
    L: LuaThread,
    reader: (L: LuaThread, data: unknown) => Uint8Array | null,
    data: unknown,
    name: Uint8Array,
    mode: Uint8Array | null,
  ): number;
  lua_dump(L: LuaThread, writer: (L: LuaThread, bytes: Uint8Array, size: number, data: unknown) => number): number;
  lua_callk(L: LuaThread, args: number, results: number, ctx: number, k: CallInfo['c_k']): void;
  lua_pcallk(L: LuaThread, args: number, results: number, handler: number, ctx: number, k: CallInfo['c_k']): number;
  lua_checkstack(L: LuaThread, n: number): boolean;
};
export const threads = ldo as unknown as {
  lua_resume(L: LuaThread, from: LuaThread, args: number): number;
  lua_yieldk(L: LuaThread, results: number, ctx: number, k: null): number;
};
export const debugging = ldebug as unknown as {
  lua_getstack(L: LuaThread, level: number, ar: DebugInfo): number;
  lua_getinfo(L: LuaThread, what: Uint8Array, ar: DebugInfo): number;
  lua_getlocal(L: LuaThread, ar: DebugInfo | null, n: number): Uint8Array | null;
  lua_setlocal(L: LuaThread, ar: DebugInfo, n: number): Uint8Array | null;
  lua_sethook(L: LuaThread, hook: LuaThread['hook'], mask: number, count: number): void;
};
export const { lua_Debug: DebugRecord } = require('fengari/src/defs.js') as { lua_Debug: new () => DebugInfo };

export const { TValue: Slot } = lobject;

// Lua functions are told apart from other objects by the host through this mark.
for (const closure of [lobject.LClosure, lobject.CClosure]) {
  Object.defineProperty(closure.prototype, 'luaFunction', { value: true });
}
Object.defineProperty(lobject.Udata.prototype, 'hostObject', {
  get(this: Udata) {
    return this.data;
  },
});

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function latin1(content: Uint8Array): string {
  return textOfBytes(content);
}
