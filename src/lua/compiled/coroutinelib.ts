/** The `coroutine` library: generators of compiled functions, run step by step. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import type { LuaValue } from '../vm.js';
import { caught } from './baselib.js';
import { addVariadic, checkFunction, named } from './library.js';
import { type Runtime, viaAll } from './runtime.js';
import { LuaTable } from './table.js';
import { asFunction, asValue, Coroutine, type NativeFunction, type Values } from './values.js';

// biome-ignore lint/correctness/useYield: a function without a form that yields
function* plainBody(fn: NativeFunction, args: Values): Generator<Values, LuaValue | Values, Values> {
  return fn(...args);
}

/** Runs a coroutine until it yields or ends. Throws what its body threw. */
function viaResume(rt: Runtime, co: Coroutine, args: Values): Values {
  const before = rt.coroutine;
  const { below } = rt;
  if (before !== undefined) before.status = 'normal';
  co.status = 'running';
  rt.coroutine = co;
  rt.below = [];
  let alive = false;
  try {
    let step: IteratorResult<Values, LuaValue | Values>;
    if (co.body === undefined) {
      co.body = co.fn.g === undefined ? plainBody(co.fn, args) : co.fn.g(...args);
      step = co.body.next([]);
    } else {
      step = co.body.next(args);
    }
    if (!step.done) {
      alive = true;
      return step.value;
    }
    return viaAll(step.value);
  } catch (error) {
    if (error instanceof Error) co.failure = error;
    throw error;
  } finally {
    co.status = alive ? 'suspended' : 'dead';
    rt.coroutine = before;
    rt.below = below;
    if (before !== undefined) before.status = 'running';
  }
}

function refusal(co: Coroutine): string | undefined {
  if (co.status === 'suspended') return undefined;
  if (co.status === 'dead') return 'cannot resume dead coroutine';
  return 'cannot resume running coroutine';
}

function coroutineArg(args: Values): Coroutine {
  const co = args[0] as unknown;
  if (co instanceof Coroutine) return co;
  throw new ArgumentError(1, 'coroutine expected');
}

export function openCoroutine(rt: Runtime): LuaTable {
  const yieldFunction: NativeFunction = named('yield', () => {
    throw new KernelError('attempt to yield across C-call boundary');
  });
  yieldFunction.g = function* yieldG(...args) {
    return yield args;
  };
  const library = addVariadic(new LuaTable(), {
    create: (args) => asValue(new Coroutine(asFunction(checkFunction(args, 0)))),
    isyieldable: () => rt.coroutine !== undefined,
    resume: (args) => {
      const co = coroutineArg(args);
      const no = refusal(co);
      if (no !== undefined) return [false, no];
      try {
        return [true, ...viaResume(rt, co, args.slice(1))];
      } catch (thrown) {
        return [false, caught(rt, thrown).value];
      }
    },
    running: () => (rt.coroutine === undefined ? undefined : asValue(rt.coroutine)),
    status: (args) => coroutineArg(args).status,
    wrap: (args) => {
      const co = new Coroutine(asFunction(checkFunction(args, 0)));
      const step: NativeFunction = (...values) => {
        const no = refusal(co);
        if (no !== undefined) throw new KernelError(no);
        return viaResume(rt, co, values);
      };
      return asValue(named('wrap', step));
    },
  });
  library.set('yield', asValue(yieldFunction));
  return library;
}
