/**
 * The interpreter's loop, in place of Fengari's: it runs the same instructions with Lua 5.1's meaning. All numbers
 * are doubles, strings are compared and joined as text, comparison metamethods need to be the same on both sides, `#`
 * of a table ignores `__len`, a constructor fills its table in order.
 *
 * The loop also counts turns and calls, so that a limit can end it. An instruction that calls a metamethod leaves the
 * stack as Fengari's `luaV_finishOp` expects it, because a coroutine may yield out of the metamethod.
 */
import { numberToString, stringToNumber } from '../kernel/numbers.js';
import { adjustTop, call, callMetamethod, poscall, precall } from './calls.js';
import {
  BOOLEAN,
  CALL_FRESH,
  CALL_LEQ,
  CALL_TAIL,
  HOST_CLOSURE,
  type LClosure,
  type LuaThread,
  ldebug,
  ldo,
  lfunc,
  lobject,
  lvm,
  NIL,
  NUMBER,
  type Proto,
  Slot,
  STRING,
  stringOf,
  TABLE,
  type TString,
  type TValue,
  textOf,
} from './fengari.js';
import { arithmeticError, concatError, orderError, raise, typeError } from './messages.js';
import { charge, checkStringSize, meter, refuel } from './meter.js';
import { Op } from './opcodes.js';
import { keyOf, metamethod, Table } from './tables.js';

const MAX_CHAIN = 100;
const FIELDS_PER_FLUSH = 50;

/** A value in arithmetic: strings count as the number they spell. NaN with `failed` set when it is none. */
let failed = false;

function toNumber(slot: TValue): number {
  const type = slot.type & 15;
  if (type === 3) return slot.value as number;
  if (type === 4) {
    const n = stringToNumber(textOf(slot.value as TString));
    if (n !== undefined) return n;
  }
  failed = true;
  return Number.NaN;
}

function arithmetic(L: LuaThread, opcode: number, a: TValue, b: TValue, to: TValue): void {
  failed = false;
  const x = toNumber(a);
  const y = toNumber(b);
  if (failed) {
    failed = false;
    const event = METAMETHODS[opcode]!;
    const handler = metamethod(L, a, event) ?? metamethod(L, b, event);
    if (handler === undefined) arithmeticError(L, a, b);
    callMetamethod(L, handler!, a, b, to, 1);
    return;
  }
  let result: number;
  switch (opcode) {
    case Op.ADD:
      result = x + y;
      break;
    case Op.SUB:
      result = x - y;
      break;
    case Op.MUL:
      result = x * y;
      break;
    case Op.DIV:
      result = x / y;
      break;
    case Op.MOD:
      result = x - Math.floor(x / y) * y;
      break;
    case Op.POW:
      result = power(x, y);
      break;
    default:
      result = -x;
  }
  to.type = NUMBER;
  to.value = result;
}

/** C's `pow`: 1 to any power is 1, NaN and infinity included. */
export function power(x: number, y: number): number {
  return x === 1 || (x === -1 && (y === Number.POSITIVE_INFINITY || y === Number.NEGATIVE_INFINITY)) ? 1 : x ** y;
}

const METAMETHODS: Record<number, string> = {
  [Op.ADD]: '__add',
  [Op.SUB]: '__sub',
  [Op.MUL]: '__mul',
  [Op.DIV]: '__div',
  [Op.MOD]: '__mod',
  [Op.POW]: '__pow',
  [Op.UNM]: '__unm',
};

/** stack[ra] = t[key], metamethods included. */
export function index(L: LuaThread, object: TValue, key: TValue, ra: number): void {
  let t = object;
  for (let turn = 0; turn < MAX_CHAIN; turn++) {
    let handler: TValue | undefined;
    if (t.type === TABLE) {
      const table = t.value as Table;
      const entry = table.strong.get(keyOf(key));
      if (entry !== undefined && entry.value.type !== NIL && key.type !== NIL) {
        L.stack[ra]!.setfrom(entry.value);
        return;
      }
      if (table.metatable === null || (handler = table.metatable.field('__index')) === undefined) {
        L.stack[ra]!.setnilvalue();
        return;
      }
    } else {
      handler = metamethod(L, t, '__index');
      if (handler === undefined) typeError(L, t, 'index');
    }
    if ((handler!.type & 15) === 6) {
      callMetamethod(L, handler!, t, key, L.stack[ra]!, 1);
      return;
    }
    t = handler!;
  }
  raise(L, 'loop in gettable');
}

/** t[key] = value, metamethods included. */
export function setIndex(L: LuaThread, object: TValue, key: TValue, value: TValue): void {
  let t = object;
  for (let turn = 0; turn < MAX_CHAIN; turn++) {
    let handler: TValue | undefined;
    if (t.type === TABLE) {
      const table = t.value as Table;
      const k = keyOf(key);
      const entry = table.strong.get(k);
      if (entry !== undefined && entry.value.type !== NIL && key.type !== NIL) {
        if (value.type === NIL) table.bury(entry);
        else entry.value.setfrom(value);
        return;
      }
      if (table.metatable === null || (handler = table.metatable.field('__newindex')) === undefined) {
        if (key.type === NIL) raise(L, 'table index is nil');
        if ((key.type & 15) === 3 && Number.isNaN(key.value)) raise(L, 'table index is NaN');
        table.put(k, key, value);
        return;
      }
    } else {
      handler = metamethod(L, t, '__newindex');
      if (handler === undefined) typeError(L, t, 'index');
    }
    if ((handler!.type & 15) === 6) {
      callMetamethod(L, handler!, t, key, value, 0);
      return;
    }
    t = handler!;
  }
  raise(L, 'loop in settable');
}

/** Equality without metamethods. */
export function rawEquals(a: TValue, b: TValue): boolean {
  const type = a.type & 15;
  if (type !== (b.type & 15)) return false;
  if (type === 4) return a.value === b.value || textOf(a.value as TString) === textOf(b.value as TString);
  if (type === 0) return true;
  return a.value === b.value;
}

function equals(L: LuaThread, a: TValue, b: TValue): boolean {
  if (rawEquals(a, b)) return true;
  if (a.type !== b.type || (a.type !== TABLE && a.type !== 7)) return false;
  const handler = metamethod(L, a, '__eq');
  if (handler === undefined) return false;
  const other = metamethod(L, b, '__eq');
  if (other === undefined || !rawEquals(handler, other)) return false;
  return testCall(L, handler, a, b);
}

function testCall(L: LuaThread, handler: TValue, a: TValue, b: TValue): boolean {
  const result = new Slot(NIL, null);
  callMetamethod(L, handler, a, b, result, 1);
  return isTrue(result);
}

function isTrue(slot: TValue): boolean {
  return !(slot.type === NIL || (slot.type === BOOLEAN && slot.value === false));
}

/** An order metamethod counts only when both sides have the same. */
function orderHandler(L: LuaThread, a: TValue, b: TValue, event: string): TValue | undefined {
  if ((a.type & 15) !== (b.type & 15)) return undefined;
  const handler = metamethod(L, a, event);
  if (handler === undefined) return undefined;
  const other = metamethod(L, b, event);
  return other !== undefined && rawEquals(handler, other) ? handler : undefined;
}

export function lessThan(L: LuaThread, a: TValue, b: TValue): boolean {
  const type = a.type & 15;
  if (type === (b.type & 15)) {
    if (type === 3) return (a.value as number) < (b.value as number);
    if (type === 4) return textOf(a.value as TString) < textOf(b.value as TString);
  }
  const handler = orderHandler(L, a, b, '__lt');
  if (handler === undefined) return orderError(L, a, b);
  return testCall(L, handler, a, b);
}

function lessEqual(L: LuaThread, a: TValue, b: TValue): boolean {
  const type = a.type & 15;
  if (type === (b.type & 15)) {
    if (type === 3) return (a.value as number) <= (b.value as number);
    if (type === 4) return textOf(a.value as TString) <= textOf(b.value as TString);
  }
  let handler = orderHandler(L, a, b, '__le');
  if (handler !== undefined) return testCall(L, handler, a, b);
  handler = orderHandler(L, b, a, '__lt');
  if (handler === undefined) return orderError(L, a, b);
  // The mark tells luaV_finishOp that the result is to be negated, should the metamethod yield.
  const { ci } = L;
  ci.callstatus |= CALL_LEQ;
  const result = !testCall(L, handler, b, a);
  ci.callstatus &= ~CALL_LEQ;
  return result;
}

/** The text of a string or number, or undefined. */
function concatText(slot: TValue): string | undefined {
  const type = slot.type & 15;
  if (type === 4) return textOf(slot.value as TString);
  if (type === 3) return numberToString(slot.value as number);
  return undefined;
}

/** Joins the `total` values below the top into one, from the right, and pops the others. */
function concat(L: LuaThread, total: number): void {
  const { stack } = L;
  let left = total;
  while (left > 1) {
    const { top } = L;
    let text = concatText(stack[top - 1]!);
    let taken = 1;
    if (text !== undefined) {
      // Text first joins from the left: long chains stay linear.
      let start = top - 1;
      while (top - start < left && concatText(stack[start - 1]!) !== undefined) start--;
      if (start < top - 1) {
        text = '';
        for (let i = start; i < top; i++) text += concatText(stack[i]!)!;
        checkStringSize(text.length);
        charge(Math.min(text.length, 64));
        taken = top - start;
        stack[start]!.type = STRING;
        stack[start]!.value = stringOf(text);
      }
    }
    if (taken === 1) {
      const a = stack[top - 2]!;
      const b = stack[top - 1]!;
      const handler = metamethod(L, a, '__concat') ?? metamethod(L, b, '__concat');
      if (handler === undefined) concatError(L, a, b);
      callMetamethod(L, handler!, a, b, a, 1);
      taken = 2;
    }
    left -= taken - 1;
    L.top = top - (taken - 1);
  }
}

/** `#value` */
function length(L: LuaThread, to: TValue, slot: TValue): void {
  const type = slot.type & 15;
  let result: number;
  if (type === 4) result = textOf(slot.value as TString).length;
  else if (type === 5) result = (slot.value as Table).length();
  else {
    const handler = metamethod(L, slot, '__len');
    if (handler === undefined) typeError(L, slot, 'get length of');
    callMetamethod(L, handler!, slot, slot, to, 1);
    return;
  }
  to.type = NUMBER;
  to.value = result;
}

/** Gives the slots from `level` up to the top new identities: closures keep the old ones as their upvalues. */
function closeUpvalues(L: LuaThread, level: number): void {
  const { stack } = L;
  for (let i = level; i < L.top; i++) {
    const old = stack[i];
    stack[i] = old === undefined ? new Slot(NIL, null) : new Slot(old.type, old.value);
  }
}

function makeClosure(L: LuaThread, p: Proto, enclosing: TValue[], base: number): LClosure {
  const { length: count } = p.upvalues;
  const closure = new lobject.LClosure(L, count);
  closure.p = p;
  for (let i = 0; i < count; i++) {
    const upvalue = p.upvalues[i]!;
    closure.upvals[i] = upvalue.instack ? L.stack[base + upvalue.idx]! : enclosing[upvalue.idx]!;
  }
  charge(100);
  return closure;
}

/** Runs the Lua function on top of the call list until it returns. */
function execute(L: LuaThread): void {
  const { stack } = L;
  let { ci } = L;
  ci.callstatus |= CALL_FRESH;
  newframe: for (;;) {
    const closure = ci.func.value as LClosure;
    const { k } = closure.p;
    const { upvals } = closure;
    const base = ci.l_base;
    const code = ci.l_code;
    let pc = ci.l_savedpc;
    for (;;) {
      const i = code[pc++]!;
      ci.l_savedpc = pc;
      if (L.hookmask & 12) {
        ldebug.luaG_traceexec(L);
        adjustTop(L, L.top);
      }
      const ra = base + i.A;
      switch (i.opcode) {
        case Op.MOVE: {
          const from = stack[base + i.B]!;
          const to = stack[ra]!;
          to.type = from.type;
          to.value = from.value;
          break;
        }
        case Op.LOADK: {
          const from = k[i.Bx]!;
          const to = stack[ra]!;
          to.type = from.type;
          to.value = from.value;
          break;
        }
        case Op.LOADKX:
          stack[ra]!.setfrom(k[code[pc++]!.Ax]!);
          break;
        case Op.LOADBOOL: {
          const to = stack[ra]!;
          to.type = BOOLEAN;
          to.value = i.B !== 0;
          if (i.C !== 0) pc++;
          break;
        }
        case Op.LOADNIL:
          for (let at = ra; at <= ra + i.B; at++) stack[at]!.setnilvalue();
          break;
        case Op.GETUPVAL:
          stack[ra]!.setfrom(upvals[i.B]!);
          break;
        case Op.GETTABUP:
        case Op.GETTABLE: {
          const object = i.opcode === Op.GETTABUP ? upvals[i.B]! : stack[base + i.B]!;
          const { C } = i;
          const key = C & 256 ? k[C & 255]! : stack[base + C]!;
          if (object.type === TABLE && key.type !== NIL) {
            const entry = (object.value as Table).strong.get(keyOf(key));
            if (entry !== undefined && entry.value.type !== NIL) {
              const to = stack[ra]!;
              to.type = entry.value.type;
              to.value = entry.value.value;
              break;
            }
          }
          index(L, object, key, ra);
          break;
        }
        case Op.SETTABUP:
        case Op.SETTABLE: {
          const object = i.opcode === Op.SETTABUP ? upvals[i.A]! : stack[ra]!;
          const { B, C } = i;
          setIndex(L, object, B & 256 ? k[B & 255]! : stack[base + B]!, C & 256 ? k[C & 255]! : stack[base + C]!);
          break;
        }
        case Op.SETUPVAL:
          upvals[i.B]!.setfrom(stack[ra]!);
          break;
        case Op.NEWTABLE:
          stack[ra]!.sethvalue(new Table(L.l_G));
          break;
        case Op.SELF: {
          const object = stack[base + i.B]!;
          const { C } = i;
          const key = C & 256 ? k[C & 255]! : stack[base + C]!;
          stack[ra + 1]!.setfrom(object);
          index(L, object, key, ra);
          break;
        }
        case Op.ADD: {
          const { B, C } = i;
          const a = B & 256 ? k[B & 255]! : stack[base + B]!;
          const b = C & 256 ? k[C & 255]! : stack[base + C]!;
          if ((a.type & 15) === 3 && (b.type & 15) === 3) {
            const to = stack[ra]!;
            to.value = (a.value as number) + (b.value as number);
            to.type = NUMBER;
          } else arithmetic(L, Op.ADD, a, b, stack[ra]!);
          break;
        }
        case Op.SUB: {
          const { B, C } = i;
          const a = B & 256 ? k[B & 255]! : stack[base + B]!;
          const b = C & 256 ? k[C & 255]! : stack[base + C]!;
          if ((a.type & 15) === 3 && (b.type & 15) === 3) {
            const to = stack[ra]!;
            to.value = (a.value as number) - (b.value as number);
            to.type = NUMBER;
          } else arithmetic(L, Op.SUB, a, b, stack[ra]!);
          break;
        }
        case Op.MUL:
        case Op.DIV:
        case Op.MOD:
        case Op.POW: {
          const { B, C } = i;
          arithmetic(
            L,
            i.opcode,
            B & 256 ? k[B & 255]! : stack[base + B]!,
            C & 256 ? k[C & 255]! : stack[base + C]!,
            stack[ra]!,
          );
          break;
        }
        case Op.UNM: {
          const a = stack[base + i.B]!;
          arithmetic(L, Op.UNM, a, a, stack[ra]!);
          break;
        }
        case Op.NOT: {
          const result = !isTrue(stack[base + i.B]!);
          const to = stack[ra]!;
          to.type = BOOLEAN;
          to.value = result;
          break;
        }
        case Op.LEN:
          length(L, stack[ra]!, stack[base + i.B]!);
          break;
        case Op.CONCAT: {
          const { B, C } = i;
          L.top = base + C + 1;
          concat(L, C - B + 1);
          stack[ra]!.setfrom(stack[base + B]!);
          L.top = ci.top;
          break;
        }
        case Op.JMP:
          if (i.A !== 0) closeUpvalues(L, base + i.A - 1);
          pc += i.sBx;
          if (i.sBx < 0 && --meter.fuel < 0) refuel();
          break;
        case Op.EQ:
        case Op.LT:
        case Op.LE: {
          const { B, C } = i;
          const a = B & 256 ? k[B & 255]! : stack[base + B]!;
          const b = C & 256 ? k[C & 255]! : stack[base + C]!;
          const result =
            i.opcode === Op.EQ ? equals(L, a, b) : i.opcode === Op.LT ? lessThan(L, a, b) : lessEqual(L, a, b);
          if (result === (i.A !== 0)) {
            const jump = code[pc]!;
            if (jump.A !== 0) closeUpvalues(L, base + jump.A - 1);
            pc += jump.sBx + 1;
            if (jump.sBx < 0 && --meter.fuel < 0) refuel();
          } else pc++;
          break;
        }
        case Op.TEST:
        case Op.TESTSET: {
          const slot = i.opcode === Op.TEST ? stack[ra]! : stack[base + i.B]!;
          if (isTrue(slot) === (i.C !== 0)) {
            if (i.opcode === Op.TESTSET) stack[ra]!.setfrom(slot);
            const jump = code[pc]!;
            if (jump.A !== 0) closeUpvalues(L, base + jump.A - 1);
            pc += jump.sBx + 1;
            if (jump.sBx < 0 && --meter.fuel < 0) refuel();
          } else pc++;
          break;
        }
        case Op.CALL: {
          if (i.B !== 0) L.top = ra + i.B;
          const results = i.C - 1;
          if (precall(L, ra, results)) {
            if (results >= 0) L.top = ci.top;
            break;
          }
          ci = L.ci;
          continue newframe;
        }
        case Op.TAILCALL: {
          if (i.B !== 0) L.top = ra + i.B;
          if (stack[ra]!.type === HOST_CLOSURE && !(L.hookmask & 3)) {
            // A host function in tail position is called in place of this frame, as if by the caller.
            const to = ci.funcOff;
            if (closure.p.p.length > 0) closeUpvalues(L, base);
            const count = L.top - ra;
            for (let at = 0; at < count; at++) stack[to + at]!.setfrom(stack[ra + at]!);
            L.top = to + count;
            L.ci = ci.previous;
            const fresh = ci.callstatus & CALL_FRESH;
            const wanted = ci.nresults;
            precall(L, to, wanted);
            if (fresh) return;
            ci = L.ci;
            if (wanted >= 0) L.top = ci.top;
            continue newframe;
          }
          if (precall(L, ra, -1)) break;
          // The new frame takes the place of this one.
          const made = L.ci;
          const from = made.funcOff;
          const to = ci.funcOff;
          const { p } = made.func.value as LClosure;
          const end = made.l_base + p.numparams;
          if (closure.p.p.length > 0) closeUpvalues(L, ci.l_base);
          for (let at = 0; from + at < end; at++) stack[to + at]!.setfrom(stack[from + at]!);
          ci.func = stack[to]!;
          ci.l_base = to + (made.l_base - from);
          ci.top = ci.l_base + p.maxstacksize;
          for (let at = ci.l_base + p.numparams; at < ci.top; at++) {
            const slot = stack[at];
            if (slot === undefined) stack[at] = new Slot(NIL, null);
            else slot.setnilvalue();
          }
          L.top = ci.top;
          ci.l_code = made.l_code;
          ci.l_savedpc = 0;
          ci.callstatus |= CALL_TAIL;
          L.ci = ci;
          continue newframe;
        }
        case Op.RETURN: {
          const count = i.B !== 0 ? i.B - 1 : L.top - ra;
          if (closure.p.p.length > 0) {
            // Temporaries above the results do not matter, captured locals below them do.
            if (L.top < ci.top) L.top = ci.top;
            closeUpvalues(L, base);
          }
          const fixed = poscall(L, ci, ra, count);
          if (ci.callstatus & CALL_FRESH) return;
          ci = L.ci;
          if (fixed) L.top = ci.top;
          continue newframe;
        }
        case Op.FORLOOP: {
          const step = stack[ra + 2]!.value as number;
          const slot = stack[ra]!;
          const next = (slot.value as number) + step;
          const limit = stack[ra + 1]!.value as number;
          if (step >= 0 ? next <= limit : limit <= next) {
            pc += i.sBx;
            slot.value = next;
            const visible = stack[ra + 3]!;
            visible.type = NUMBER;
            visible.value = next;
          }
          if (--meter.fuel < 0) refuel();
          break;
        }
        case Op.FORPREP: {
          const init = forNumber(L, stack[ra]!, 'initial value');
          const limit = forNumber(L, stack[ra + 1]!, 'limit');
          const step = forNumber(L, stack[ra + 2]!, 'step');
          stack[ra]!.setfltvalue(init - step);
          stack[ra + 1]!.setfltvalue(limit);
          stack[ra + 2]!.setfltvalue(step);
          // With an infinite start or step the difference would lose it: run the first test by hand.
          if (!Number.isFinite(init - step + step) || init - step + step !== init) {
            if (step >= 0 ? init <= limit : limit <= init) {
              stack[ra]!.setfltvalue(init);
              stack[ra + 3]!.setfltvalue(init);
              pc += i.sBx + 1 + code[pc + i.sBx]!.sBx;
              break;
            }
            pc += i.sBx + 1;
            break;
          }
          pc += i.sBx;
          break;
        }
        case Op.TFORCALL: {
          const to = ra + 3;
          stack[to + 2]!.setfrom(stack[ra + 2]!);
          stack[to + 1]!.setfrom(stack[ra + 1]!);
          stack[to]!.setfrom(stack[ra]!);
          L.top = to + 3;
          call(L, to, i.C);
          L.top = ci.top;
          break;
        }
        case Op.TFORLOOP: {
          const value = stack[ra + 1]!;
          if (value.type !== NIL) {
            stack[ra]!.setfrom(value);
            pc += i.sBx;
          }
          if (--meter.fuel < 0) refuel();
          break;
        }
        case Op.SETLIST: {
          const table = stack[ra]!.value as Table;
          const count = i.B !== 0 ? i.B : L.top - ra - 1;
          const batch = i.C !== 0 ? i.C : code[pc++]!.Ax;
          const first = (batch - 1) * FIELDS_PER_FLUSH;
          table.fill(first, stack, ra + 1, count);
          L.top = ci.top;
          break;
        }
        case Op.CLOSURE:
          stack[ra]!.setclLvalue(makeClosure(L, closure.p.p[i.Bx]!, upvals, base));
          break;
        case Op.VARARG: {
          const given = Math.max(0, base - ci.funcOff - closure.p.numparams - 1);
          let wanted = i.B - 1;
          if (wanted < 0) {
            wanted = given;
            if (L.stack_last - L.top <= given) ldo.luaD_growstack(L, given);
            adjustTop(L, ra + given);
          }
          for (let n = 0; n < wanted; n++) {
            if (n < given) stack[ra + n]!.setfrom(stack[base - given + n]!);
            else stack[ra + n]!.setnilvalue();
          }
          break;
        }
        default:
          raise(L, `bad instruction ${i.opcode}`);
      }
    }
  }
}

function forNumber(L: LuaThread, slot: TValue, what: string): number {
  failed = false;
  const n = toNumber(slot);
  if (failed) {
    failed = false;
    return raise(L, `'for' ${what} must be a number`);
  }
  return n;
}

lfunc.luaF_close = closeUpvalues;
lvm.luaV_execute = execute;
lvm.luaV_gettable = index;
lvm.settable = setIndex;
