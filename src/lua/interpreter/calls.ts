/**
 * Calls and returns, in place of Fengari's: slots above the top of the stack are kept for the next call instead of
 * being deleted, because `delete` puts the stack array into the engine's slow mode.
 */
import {
  CALL_LUA,
  type CallInfo,
  type CClosure,
  HOST_CLOSURE,
  type LClosure,
  LUA_CLOSURE,
  type LuaThread,
  ldo,
  lstate,
  ltm,
  lvm,
  NIL,
  Slot,
  type TValue,
} from './fengari.js';
import { raise, typeError } from './messages.js';
import { meter, refuel, stop } from './meter.js';
import { metamethod } from './tables.js';

/** Free slots a host function finds. */
const HOST_SLOTS = 20;

/** Sets the top of the stack; new slots are nil. */
export function adjustTop(L: LuaThread, top: number): void {
  const { stack } = L;
  for (let i = L.top; i < top; i++) {
    const slot = stack[i];
    if (slot === undefined) stack[i] = new Slot(NIL, null);
    else slot.setnilvalue();
  }
  L.top = top;
}

function nextCall(L: LuaThread): CallInfo {
  const { ci } = L;
  let next = ci.next;
  if (next === null) {
    next = new lstate.CallInfo();
    ci.next = next;
    next.previous = ci;
  }
  next.c_k = null;
  L.ci = next;
  return next;
}

/**
 * Begins the call of the function at `off` with everything above it as arguments. A host function runs at once, and
 * the answer is true; for a Lua function a frame is made.
 */
export function precall(L: LuaThread, off: number, results: number): boolean {
  const { stack } = L;
  const func = stack[off]!;
  if (func.type === LUA_CLOSURE) {
    const { p } = func.value as LClosure;
    const size = p.maxstacksize;
    let given = L.top - off - 1;
    if (L.stack_last - L.top <= size + given) growStack(L, size + given);
    let base: number;
    if (p.is_vararg) {
      // The fixed arguments move above all that were given; what stays below is `...`.
      base = L.top;
      for (let i = 0; i < p.numparams && i < given; i++) {
        const from = stack[off + 1 + i]!;
        const slot = stack[base + i];
        if (slot === undefined) stack[base + i] = new Slot(from.type, from.value);
        else slot.setfrom(from);
        from.setnilvalue();
      }
      given = Math.min(given, p.numparams);
    } else {
      base = off + 1;
    }
    const top = base + size;
    for (let i = base + Math.min(given, p.numparams); i < top; i++) {
      const slot = stack[i];
      if (slot === undefined) stack[i] = new Slot(NIL, null);
      else slot.setnilvalue();
    }
    L.top = top;
    const ci = nextCall(L);
    ci.funcOff = off;
    ci.func = func;
    ci.nresults = results;
    ci.l_base = base;
    ci.top = top;
    ci.l_code = p.code;
    ci.l_savedpc = 0;
    ci.callstatus = CALL_LUA;
    if (L.hookmask & 1) callHook(L, ci);
    if (--meter.fuel < 0) refuel();
    return false;
  }
  if (func.type === HOST_CLOSURE) {
    const { f } = func.value as CClosure;
    if (L.stack_last - L.top <= HOST_SLOTS) growStack(L, HOST_SLOTS);
    const ci = nextCall(L);
    ci.funcOff = off;
    ci.func = func;
    ci.nresults = results;
    ci.top = L.top + HOST_SLOTS;
    ci.callstatus = 0;
    if (L.hookmask & 1) ldo.luaD_hook(L, 0, -1);
    if (--meter.fuel < 0) refuel();
    const count = f(L);
    poscall(L, ci, L.top - count, count);
    return true;
  }
  const handler = metamethod(L, func, '__call');
  if (handler === undefined || (handler.type & 15) !== 6) return typeError(L, func, 'call');
  if (L.stack_last - L.top <= 1) growStack(L, 1);
  // The object becomes the first argument of its handler.
  stack[L.top] = new Slot(NIL, null);
  for (let i = L.top; i > off; i--) stack[i]!.setfrom(stack[i - 1]!);
  L.top++;
  stack[off]!.setfrom(handler);
  return precall(L, off, results);
}

function growStack(L: LuaThread, n: number): void {
  const { depth } = meter.current;
  if (depth !== Number.POSITIVE_INFINITY) {
    let frames = 0;
    for (let ci = L.ci; ci !== null; ci = ci.previous) frames++;
    if (frames > depth) stop(`nested more than ${depth} calls deep${meter.current.where()}`);
  }
  ldo.luaD_growstack(L, n);
}

function callHook(L: LuaThread, ci: CallInfo): void {
  ci.l_savedpc++;
  ldo.luaD_hook(L, 0, -1);
  ci.l_savedpc--;
}

/**
 * Ends a call: moves its results to where the caller wants them. False when the caller takes as many as there are.
 */
export function poscall(L: LuaThread, ci: CallInfo, first: number, count: number): boolean {
  if (L.hookmask & 6) {
    if (L.hookmask & 2) ldo.luaD_hook(L, 1, -1);
    L.oldpc = ci.previous.l_savedpc;
  }
  const { stack } = L;
  const wanted = ci.nresults;
  let to = ci.funcOff;
  L.ci = ci.previous;
  if (wanted === 1) {
    if (count > 0) stack[to]!.setfrom(stack[first]!);
    else stack[to]!.setnilvalue();
    L.top = to + 1;
    return true;
  }
  const all = wanted < 0 ? count : wanted;
  for (let i = 0; i < all; i++, to++) {
    const slot = (stack[to] ??= new Slot(NIL, null));
    if (i < count) slot.setfrom(stack[first + i]!);
    else slot.setnilvalue();
  }
  L.top = to;
  return wanted >= 0;
}

/** Calls the function at `off` to its end. */
export function call(L: LuaThread, off: number, results: number): void {
  if (++L.nCcalls >= MAX_NESTED) nestedTooDeep(L);
  if (!precall(L, off, results)) lvm.luaV_execute(L);
  L.nCcalls--;
}

/** Host functions that call Lua functions that call host functions ...: bounded by the JavaScript stack. */
const MAX_NESTED = 300;

function nestedTooDeep(L: LuaThread): void {
  if (L.nCcalls === MAX_NESTED) raise(L, 'stack overflow');
  else if (L.nCcalls >= MAX_NESTED + 30) ldo.luaD_throw(L, 6);
}

/** Puts a copy of a slot on top of the stack. */
function pushCopy(L: LuaThread, from: TValue): void {
  const slot = L.stack[L.top];
  if (slot === undefined) L.stack[L.top] = new Slot(from.type, from.value);
  else slot.setfrom(from);
  L.top++;
}

/** Calls a metamethod with two arguments for one result into `to`, or with three for none. */
export function callMetamethod(L: LuaThread, fn: TValue, a: TValue, b: TValue, to: TValue, results: number): void {
  const off = L.top;
  pushCopy(L, fn);
  pushCopy(L, a);
  pushCopy(L, b);
  if (results === 0) pushCopy(L, to);
  if (L.ci.callstatus & CALL_LUA) {
    call(L, off, results);
  } else {
    L.nny++;
    call(L, off, results);
    L.nny--;
  }
  if (results !== 0) to.setfrom(L.stack[--L.top]!);
}

/**
 * Makes the slots that frames count on: where Fengari handles errors and resumes coroutines it deletes what is above
 * the top, and that may lie inside the window of an outer frame.
 */
export function restoreSlots(L: LuaThread): void {
  let end = L.top;
  for (let { ci } = L; ci; ci = ci.previous) if (ci.top > end) end = ci.top;
  for (let at = L.top; at < end; at++) L.stack[at] ??= new Slot(NIL, null);
}

const finishOp = lvm.luaV_finishOp;
lvm.luaV_finishOp = (L) => {
  finishOp(L);
  restoreSlots(L);
};

ltm.luaT_callTM = callMetamethod;
ldo.adjust_top = adjustTop;
ldo.luaD_precall = precall;
ldo.luaD_poscall = poscall;
ldo.luaD_call = call;
ldo.luaD_callnoyield = (L, off, results) => {
  L.nny++;
  call(L, off, results);
  L.nny--;
};
