/**
 * The Lua stack, read from the JavaScript stack: generated code tells by its own line numbers which place of which
 * Lua function runs, so nothing is recorded while it runs.
 */
import type { FunctionInfo, Site } from './codegen.js';

/** What is known about a compiled chunk when one of its functions is met on the stack. */
export interface ChunkInfo {
  /** As messages show it. */
  shortName: string;
  chunkName: string;
  lines: Int32Array;
  sites: readonly Site[];
  functions: readonly FunctionInfo[];
}

/** One level of the Lua stack. */
export interface Frame {
  /** undefined for a function that is not Lua. */
  chunk: ChunkInfo | undefined;
  fn: FunctionInfo | undefined;
  site: Site | undefined;
  /** What its caller calls it: "global 'f'". */
  name: string | undefined;
}

const FILE_PREFIX = 'lua:';
/** Frames of JavaScript kept for an error; a Lua level takes one to three. */
const FRAME_LIMIT = 60;

const chunks = new Map<string, WeakRef<ChunkInfo>>();
const forgotten = new FinalizationRegistry<string>((file) => chunks.delete(file));
let count = 0;

/** Names the script of a chunk; the chunk is remembered as long as somebody holds `info`. */
export function registerChunk(info: ChunkInfo): string {
  const file = `${FILE_PREFIX}${++count}`;
  chunks.set(file, new WeakRef(info));
  forgotten.register(info, file);
  return file;
}

/** The chunk of a script that runs, by the script's name; undefined for other scripts. */
export const chunkOfScript = (file: string): ChunkInfo | undefined => chunks.get(file)?.deref();

/** Runs `make` so that errors it creates keep enough of the stack. */
export function withDeepStack<E>(make: () => E): E {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAME_LIMIT;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = before;
  }
}

function callSites(holder: { stack?: unknown }): NodeJS.CallSite[] {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_error, sites) => sites;
  try {
    const sites = holder.stack;
    return Array.isArray(sites) ? sites : [];
  } finally {
    Error.prepareStackTrace = before;
  }
}

const remembered = new WeakMap<Error, Frame[]>();

/** Lua levels at the time an error was made, innermost first. */
export function framesOf(error: Error, below: readonly Frame[] = []): Frame[] {
  let frames = remembered.get(error);
  if (frames === undefined) {
    frames = toFrames(callSites(error as { stack?: unknown }), below);
    remembered.set(error, frames);
    // The list of call sites must not stay in place of the text.
    Object.defineProperty(error, 'stack', {
      value: `${error.name}: ${error.message}`,
      configurable: true,
      writable: true,
    });
  }
  return frames;
}

/** Lua levels now, innermost first. `below` stands in for what is under a running error handler. */
export function currentFrames(below: readonly Frame[] = [], limit = FRAME_LIMIT, inOperator = false): Frame[] {
  const holder: { stack?: unknown } = {};
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = limit;
  Error.captureStackTrace(holder, currentFrames);
  Error.stackTraceLimit = before;
  return toFrames(callSites(holder), below, inOperator);
}

/**
 * Library functions are named `$name`; other JavaScript right above a call in Lua is a function of the host, except
 * the tier's own go-betweens, named `via...`. `inOperator`: the innermost place of Lua itself fails, even where it calls.
 */
function toFrames(sites: NodeJS.CallSite[], below: readonly Frame[], inOperator = false): Frame[] {
  const frames: Frame[] = [];
  let libraries = 0;
  let others = false;
  const natives = (name: string | undefined, isCall: boolean) => {
    let n = libraries === 0 && others && isCall ? 1 : libraries;
    for (; n > 0; n--)
      frames.push({ chunk: undefined, fn: undefined, site: undefined, name: n === 1 ? name : undefined });
    libraries = 0;
    others = false;
  };
  for (const call of sites) {
    const file = call.getFileName();
    const chunk = typeof file === 'string' && file.startsWith(FILE_PREFIX) ? chunks.get(file)?.deref() : undefined;
    const functionName = call.getFunctionName() ?? '';
    if (chunk === undefined) {
      if (functionName === 'viaHandler') {
        natives(undefined, false);
        frames.push(...below);
        return frames;
      }
      if (functionName === 'viaResume') break;
      if (functionName.startsWith('$')) libraries++;
      else if (typeof file !== 'string') continue;
      else if (!functionName.startsWith('via')) others = true;
      continue;
    }
    const site = chunk.sites[chunk.lines[call.getLineNumber() ?? 0] ?? -1];
    const id = /^f(\d+)$/.exec(functionName)?.[1];
    const fn = id === undefined ? undefined : chunk.functions[Number(id)];
    if (fn === undefined) continue;
    const fails = inOperator && libraries === 0 && frames.length === 0;
    const isCall = !fails && (site?.isCall ?? false);
    const name = isCall && !site!.tail ? site!.names[0] : undefined;
    if (libraries > 0 || (others && isCall)) natives(name, isCall);
    else if (isCall && frames.length > 0 && frames.at(-1)!.name === undefined) frames.at(-1)!.name = name;
    others = false;
    if (fails || !site?.tail) frames.push({ chunk, fn, site, name: undefined });
  }
  natives(undefined, false);
  return frames;
}

/** "chunk:line: " of a level, or '' for one that is not Lua. */
export function position(frame: Frame | undefined): string {
  if (frame?.chunk === undefined) return '';
  return `${frame.chunk.shortName}:${lineOf(frame)}: `;
}

/** The line a level is at. At the entry of a function the generated line still belongs to what stands before it. */
export function lineOf({ fn, site }: Frame): number {
  const line = site?.line ?? fn?.line ?? 0;
  return fn !== undefined && !fn.isMain && (line < fn.line || line > fn.endLine) ? fn.line : line;
}

/** `f` of "global 'f'". */
export function bareName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : name.slice(name.indexOf("'") + 1, -1);
}

/** How many levels a traceback shows from the top and from the bottom. */
const TRACEBACK_TOP = 12;
const TRACEBACK_BOTTOM = 10;

/** "stack traceback:\n\t..." */
export function tracebackText(frames: readonly Frame[]): string {
  let text = 'stack traceback:';
  frames.forEach((frame, i) => {
    if (
      frames.length > TRACEBACK_TOP + TRACEBACK_BOTTOM &&
      i >= TRACEBACK_TOP &&
      i < frames.length - TRACEBACK_BOTTOM
    ) {
      if (i === TRACEBACK_TOP) text += '\n\t...';
      return;
    }
    const { chunk, fn } = frame;
    const name = bareName(frame.name);
    if (chunk === undefined || fn === undefined) {
      text += name === undefined ? '\n\t[C]: in ?' : `\n\t[C]: in function '${name}'`;
      return;
    }
    text += `\n\t${position(frame).trimEnd()} in `;
    if (fn.isMain) text += 'main chunk';
    else text += name === undefined ? `function <${chunk.shortName}:${fn.line}>` : `function '${name}'`;
  });
  return text;
}
