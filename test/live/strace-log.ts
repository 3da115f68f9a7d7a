/** Reads what `strace -f -X raw -o FILE` wrote. */
import { constants } from 'node:os';

export interface StraceCall {
  name: string;
  /** As printed, split at the top level; those of a resumed call follow the ones before. */
  args: string[];
  /** Undefined where strace prints `?`. */
  result: bigint | undefined;
}
export interface StraceLog {
  calls: Map<number, StraceCall[]>;
  /** Signals that were delivered, in order. */
  signals: Map<number, number[]>;
  /** Exit status, or minus the signal that killed. */
  exits: Map<number, number>;
}

/** Splits at commas that are in no quotes and no brackets. */
export function splitArgs(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === ',' && depth === 0) {
      out.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last) out.push(last);
  return out;
}

/** The bytes of a C string literal with which an argument starts, as latin-1; undefined when it is none. */
export function unquote(text: string): string | undefined {
  if (!text.startsWith('"')) return undefined;
  let out = '';
  for (let i = 1; i < text.length && text[i] !== '"'; i++) {
    if (text[i] !== '\\') {
      out += text[i];
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(text.slice(i + 1));
    if (octal) {
      out += String.fromCharCode(Number.parseInt(octal[0], 8));
      i += octal[0].length;
    } else {
      const c = text[++i]!;
      out += { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f', a: '\x07', b: '\b' }[c] ?? c;
    }
  }
  return out;
}

/** A number as printed, or several joined by `|`; NULL is 0. */
export function number(text: string): bigint | undefined {
  if (/^[\w|]+$/.test(text) && text.includes('|')) {
    const parts = text.split('|').map(number);
    return parts.includes(undefined) ? undefined : parts.reduce<bigint>((a, b) => a | b!, 0n);
  }
  const m = /^(-?)(0x[0-9a-f]+|\d+)/.exec(text === 'NULL' ? '0' : text);
  if (!m) return undefined;
  const v = m[2]!.length > 1 && /^0\d/.test(m[2]!) ? BigInt(`0o${m[2]}`) : BigInt(m[2]!);
  return m[1] ? -v : v;
}

const errnos = constants.errno as Record<string, number>;

function result(text: string): bigint | undefined {
  const failed = /^-1 (E\w+)/.exec(text);
  if (failed) return errnos[failed[1]!] === undefined ? undefined : BigInt(-errnos[failed[1]!]!);
  return text.startsWith('?') ? undefined : number(text);
}

export function parseStrace(text: string): StraceLog {
  const log: StraceLog = { calls: new Map(), signals: new Map(), exits: new Map() };
  const open = new Map<number, string>();
  const push = <T>(map: Map<number, T[]>, tid: number, v: T) => {
    if (!map.has(tid)) map.set(tid, []);
    map.get(tid)!.push(v);
  };
  for (const line of text.split('\n')) {
    const m = /^(\d+)\s+(.*)$/.exec(line);
    if (!m) continue;
    const tid = Number(m[1]);
    let rest = m[2]!;
    const signal = /^--- SIG\S+ \{si_signo=(\d+)/.exec(rest);
    if (signal) {
      push(log.signals, tid, Number(signal[1]));
      continue;
    }
    const exited = /^\+\+\+ exited with (\d+)/.exec(rest);
    const killed = /^\+\+\+ killed by (SIG\w+)/.exec(rest);
    if (exited) log.exits.set(tid, Number(exited[1]));
    if (killed) log.exits.set(tid, -(constants.signals as Record<string, number>)[killed[1]!]!);
    if (exited || killed) continue;
    const unfinished = /^(.*) <unfinished \.\.\.>\)?(?:\s+= \?)?$/.exec(rest);
    if (unfinished) {
      open.set(tid, unfinished[1]!);
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (resumed) {
      rest = (open.get(tid) ?? '') + resumed[1]!;
      open.delete(tid);
    }
    const call = /^(\w+)\((.*)\)\s+= (.*)$/.exec(rest);
    if (call) push(log.calls, tid, { name: call[1]!, args: splitArgs(call[2]!), result: result(call[3]!) });
  }
  // A call that never returned: the thread ended in it.
  for (const [tid, text] of open) {
    const call = /^(\w+)\((.*)$/.exec(text);
    if (call) push(log.calls, tid, { name: call[1]!, args: splitArgs(call[2]!), result: undefined });
  }
  return log;
}
