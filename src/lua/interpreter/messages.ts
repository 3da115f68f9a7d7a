/**
 * Error texts as LuaJIT words them, with the name of the variable in front of its type: "attempt to index global 'x'
 * (a nil value)". Fengari puts it behind, and knows only 5.3's environments.
 *
 * Names are found as always in Lua: the instruction that failed says which register it used, and the code before it
 * says what was loaded there.
 */
import { shortSource } from '../kernel/errors.js';
import { stringToNumber } from '../kernel/numbers.js';
import {
  bytes,
  CALL_LUA,
  type CallInfo,
  type Instruction,
  type LuaThread,
  latin1,
  ldebug,
  lobject,
  type Proto,
  Slot,
  STRING,
  stringOf,
  type TString,
  type TValue,
  textOf,
} from './fengari.js';
import { Op } from './opcodes.js';
import { typeNameOf } from './tables.js';

/** The name of the environment's upvalue: no identifier, so that `_ENV` is an ordinary name in programs. */
export const ENVIRONMENT = '(ENV';

interface Named {
  kind: 'global' | 'local' | 'method' | 'field' | 'upvalue' | 'constant';
  name: string;
}

/** Pushes a message with the position of the running Lua function in front, and raises it. */
export function raise(L: LuaThread, message: string): never {
  const { ci } = L;
  const text = ci.callstatus & CALL_LUA ? `${position(ci)}${message}` : message;
  return raiseValue(L, new Slot(STRING, stringOf(text)));
}

export function raiseValue(L: LuaThread, value: TValue): never {
  L.stack[L.top++] = value;
  return ldebug.luaG_errormsg(L);
}

/** "file:line: " of a running Lua function. */
export function position(ci: CallInfo): string {
  const { p } = ci.func.value as { p: Proto };
  return `${chunkName(p)}:${lineOf(ci)}: `;
}

export function chunkName(p: Proto): string {
  return p.source ? shortSource(textOf(p.source)) : '?';
}

export function lineOf(ci: CallInfo): number {
  const { p } = ci.func.value as { p: Proto };
  return p.lineinfo[Math.max(ci.l_savedpc - 1, 0)] ?? -1;
}

function localName(p: Proto, register: number, pc: number): string | undefined {
  let left = register;
  for (const local of p.locvars) {
    if (local.startpc > pc) break;
    if (pc < local.endpc && left-- === 0) return textOf(local.varname);
  }
  return undefined;
}

function upvalueName(p: Proto, index: number): string {
  const name = p.upvalues[index]?.name;
  return name ? textOf(name) : '?';
}

function constantName(p: Proto, rk: number): string {
  if (rk & 256) {
    const constant = p.k[rk & 255]!;
    if ((constant.type & 15) === 4) return textOf(constant.value as TString);
  }
  return '?';
}

/** The last instruction before `end` that surely set a register, or -1. */
function setterOf(p: Proto, end: number, register: number): number {
  let setter = -1;
  let conditionalUntil = 0;
  for (let pc = 0; pc < end; pc++) {
    const i = p.code[pc]!;
    let sets = false;
    switch (i.opcode) {
      case Op.LOADNIL:
        sets = i.A <= register && register <= i.A + i.B;
        break;
      case Op.TFORCALL:
        sets = register >= i.A + 2;
        break;
      case Op.CALL:
      case Op.TAILCALL:
        sets = register >= i.A;
        break;
      case Op.JMP: {
        const target = pc + 1 + i.sBx;
        if (pc < target && target <= end && target > conditionalUntil) conditionalUntil = target;
        break;
      }
      case Op.SETTABUP:
      case Op.SETUPVAL:
      case Op.SETTABLE:
      case Op.SETLIST:
      case Op.RETURN:
      case Op.EQ:
      case Op.LT:
      case Op.LE:
      case Op.TEST:
        break;
      case Op.SELF:
        sets = register === i.A || register === i.A + 1;
        break;
      default:
        sets = register === i.A;
    }
    if (sets) setter = pc < conditionalUntil ? -1 : pc;
  }
  return setter;
}

/** What the program calls the value in a register. */
export function registerName(p: Proto, pc: number, register: number): Named | undefined {
  const local = localName(p, register, pc);
  if (local !== undefined) return local.startsWith('(') ? undefined : { kind: 'local', name: local };
  const setter = setterOf(p, pc, register);
  if (setter < 0) return undefined;
  const i = p.code[setter]!;
  switch (i.opcode) {
    case Op.MOVE:
      return i.B < i.A ? registerName(p, setter, i.B) : undefined;
    case Op.GETTABUP:
      return {
        kind: upvalueName(p, i.B) === ENVIRONMENT ? 'global' : 'field',
        name: constantName(p, i.C),
      };
    case Op.GETTABLE: {
      if (!(i.C & 256)) return undefined;
      return {
        kind: localName(p, i.B, setter) === ENVIRONMENT ? 'global' : 'field',
        name: constantName(p, i.C),
      };
    }
    case Op.GETUPVAL:
      return { kind: 'upvalue', name: upvalueName(p, i.B) };
    case Op.SELF:
      return i.A === register ? { kind: 'method', name: constantName(p, i.C) } : undefined;
    default:
      return undefined;
  }
}

/** What the program calls a slot of the running function, by looking for the slot itself. */
function slotName(L: LuaThread, slot: TValue): Named | undefined {
  const { ci } = L;
  if (!(ci.callstatus & CALL_LUA)) return undefined;
  const closure = ci.func.value as { p: Proto; upvals: TValue[] };
  const upvalue = closure.upvals.indexOf(slot);
  if (upvalue >= 0) return { kind: 'upvalue', name: upvalueName(closure.p, upvalue) };
  for (let at = ci.l_base; at < ci.top; at++) {
    if (L.stack[at] === slot) return registerName(closure.p, ci.l_savedpc - 1, at - ci.l_base);
  }
  return undefined;
}

/** "attempt to OPERATION KIND 'NAME' (a TYPE value)". */
export function typeError(L: LuaThread, slot: TValue, operation: string): never {
  const named = slotName(L, slot);
  const type = typeNameOf(slot);
  return raise(
    L,
    named
      ? `attempt to ${operation} ${named.kind} '${named.name}' (a ${type} value)`
      : `attempt to ${operation} a ${type} value`,
  );
}

export function arithmeticError(L: LuaThread, a: TValue, b: TValue): never {
  return typeError(L, isNumeric(a) ? b : a, 'perform arithmetic on');
}

function isNumeric(slot: TValue): boolean {
  const type = slot.type & 15;
  return type === 3 || (type === 4 && stringToNumber(textOf(slot.value as TString)) !== undefined);
}

export function concatError(L: LuaThread, a: TValue, b: TValue): never {
  const type = a.type & 15;
  return typeError(L, type === 3 || type === 4 ? b : a, 'concatenate');
}

export function orderError(L: LuaThread, a: TValue, b: TValue): never {
  const left = typeNameOf(a);
  const right = typeNameOf(b);
  return raise(
    L,
    left === right ? `attempt to compare two ${left} values` : `attempt to compare ${left} with ${right}`,
  );
}

/** How the running instruction of a Lua function calls another: a name for messages and tracebacks. */
export function calledName(
  ci: CallInfo,
): Named | { kind: 'metamethod' | 'for iterator' | 'hook'; name: string } | undefined {
  const { p } = ci.func.value as { p: Proto };
  const pc = ci.l_savedpc - 1;
  const i = p.code[pc] as Instruction | undefined;
  if (i === undefined) return undefined;
  switch (i.opcode) {
    case Op.CALL:
    case Op.TAILCALL:
      return registerName(p, pc, i.A);
    case Op.TFORCALL:
      return { kind: 'for iterator', name: 'for iterator' };
    default: {
      const name = METAMETHODS[i.opcode];
      return name === undefined ? undefined : { kind: 'metamethod', name };
    }
  }
}

const METAMETHODS: Record<number, string> = {
  [Op.SELF]: '__index',
  [Op.GETTABUP]: '__index',
  [Op.GETTABLE]: '__index',
  [Op.SETTABUP]: '__newindex',
  [Op.SETTABLE]: '__newindex',
  [Op.ADD]: '__add',
  [Op.SUB]: '__sub',
  [Op.MUL]: '__mul',
  [Op.MOD]: '__mod',
  [Op.POW]: '__pow',
  [Op.DIV]: '__div',
  [Op.UNM]: '__unm',
  [Op.LEN]: '__len',
  [Op.CONCAT]: '__concat',
  [Op.EQ]: '__eq',
  [Op.LT]: '__lt',
  [Op.LE]: '__le',
};

// Fengari's own code raises through these, too: from its calls, its lexer, its metamethods.
Object.assign(ldebug, {
  luaG_typeerror: (L: LuaThread, slot: TValue, operation: Uint8Array) => typeError(L, slot, latin1(operation)),
  luaG_concaterror: concatError,
  luaG_opinterror: (L: LuaThread, a: TValue, b: TValue) => arithmeticError(L, a, b),
  luaG_ordererror: orderError,
});

lobject.luaO_chunkid = (source) => bytes(shortSource(latin1(source)));
