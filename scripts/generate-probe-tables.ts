/**
 * Turns `probe-recipes.ts` and the schema's JSON into the tables of the probe and of the addon:
 * `probe/bpf/rows.h` (what to copy), `probe/addon/rows.inc` (how to make parameters of it) and
 * `src/capture/live-calls.ts` (which calls there are).
 * Run `npx tsx scripts/generate-probe-tables.ts` after editing a recipe; with `--check` it only compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { descriptorCalls, otherEvents, recipes } from './probe-recipes.js';

interface EventRow {
  code: number;
  enum: string;
  shown?: number;
  flags: string[];
  params: [name: string, type: string][];
}
const table = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./schema-data/${name}`, import.meta.url), 'utf8')) as T;
const events = new Map(table<EventRow[]>('events.json').map((e) => [e.enum, e]));
const sizes = new Map(
  table<{ name: string; size: number | string }[]>('param_types.json').map((t) => [t.name.replace(/^PT_/, ''), t.size]),
);
const archs = [
  { cpu: 'x86', macro: '__x86_64__', calls: table<[number, string, number][]>('syscalls_x86_64.json') },
  { cpu: 'arm64', macro: '__aarch64__', calls: table<[number, string, number][]>('syscalls_aarch64.json') },
];

/**
 * sysdig 0.29.3 looks ids up without a check and crashes on those that it does not know. Calls with a newer id are sent
 * as id 0, with the native number on both sides, and the id itself as a third parameter, which old readers skip.
 */
const LAST_SAFE_ID = 328;

const KIND = { head: 0, args: 1, ops: 2, task: 3 };
const OP: Record<string, number> = {
  str: 1,
  mem: 2,
  buf: 3,
  opt: 4,
  arr: 5,
  addr: 6,
  file: 7,
  sock: 8,
  iov: 9,
  msg: 10,
  vm: 11,
  task: 12,
};

/** A source operand: 15 for `ret`, N for `aN`, 16 + N for `*N`. */
function source(text: string): number {
  if (text === 'ret') return 15;
  if (text.startsWith('*')) return 16 + Number(text.slice(1));
  return Number(text.replace(/^a/, ''));
}

/** The four bytes of one copy. */
function copyOp(text: string): number[] {
  const [name, a, b, c] = text.trim().split(/\s+/) as [string, string?, string?, string?];
  const op = OP[name];
  if (op === undefined) throw new Error(`unknown copy "${text}"`);
  if (name === 'file' || name === 'sock') return [op, source(a!), 0, 0];
  if (name === 'mem') return [op, Number(a), 0, Number(b)];
  if (name === 'arr') return [op, Number(a), source(b!), Number(c)];
  if (name === 'iov') return [op, Number(a), Number(b), c === 'cut' ? 1 : 0];
  if (name === 'msg') return [op, Number(a), 0, b === 'cut' ? 1 : 0];
  if (name === 'task') return [op, a === undefined ? 0 : Number(a) + 1, 0, 0];
  return [op, Number(a ?? 0), b === undefined ? 0 : source(b), 0];
}

/** One parameter as an initialiser of `struct Param`. */
function parameter(text: string, type: string, where: string): string {
  const size = sizes.get(type);
  if (size === undefined) throw new Error(`${where}: unknown type ${type}`);
  const width = typeof size === 'number' ? size : 0;
  let m: RegExpExecArray | null;
  if ((m = /^@(\w+)(?::(\d+)(?:,(\d+))?)?$/.exec(text)))
    return `{EMIT_${m[1]!.toUpperCase()}, SRC_NONE, ${m[2] ?? 0}, ${m[3] ?? 0}, MAP_NONE, 0, ${width}}`;
  if ((m = /^([sb])(\d+)$/.exec(text)))
    return `{${m[1] === 's' ? 'EMIT_STRING' : 'EMIT_BYTES'}, SRC_NONE, ${m[2]}, 0, MAP_NONE, 0, 0}`;
  if (width === 0) throw new Error(`${where}: ${text} is a number, ${type} is not`);
  m = /^(?:(\w+):)?(ret|\d+|a\d|[qdw]\d\.\d+!?|total:\d)(?:,(\d+))?$/.exec(
    text === 'total:0' || text === 'total:1' ? `none:${text}` : text,
  );
  if (!m) throw new Error(`${where}: cannot read parameter "${text}"`);
  const [, map = 'none', value, help = '0'] = m;
  let src: string;
  let index = '0';
  let offset = '0';
  let p: RegExpExecArray | null;
  if (value === 'ret') src = 'SRC_RET';
  else if (/^\d+$/.test(value!)) [src, index] = ['SRC_CONST', value!];
  else if ((p = /^total:(\d)$/.exec(value!))) [src, index] = ['SRC_TOTAL', p[1]!];
  else if ((p = /^a(\d)$/.exec(value!))) {
    // Descriptors and ids are 32 bits wide in the kernel; the rest of the register is noise.
    src = ['FD', 'PID', 'INT32', 'UID', 'GID'].includes(type) ? 'SRC_ARG32' : 'SRC_ARG';
    index = p[1]!;
  } else {
    p = /^([qdw])(\d)\.(\d+)(!?)$/.exec(value!)!;
    src = `SRC_${{ q: 'U64', d: 'U32', w: 'U16' }[p[1]!]}${p[4] ? '_ONES' : ''}`;
    index = p[2]!;
    offset = p[3]!;
  }
  return `{EMIT_VALUE, ${src}, ${index}, ${offset}, MAP_${map.toUpperCase()}, ${help}, ${width}}`;
}

interface Side {
  kind: number;
  ops: number[][];
  code: number;
  params: string[];
}

function side(event: EventRow, copies: string, params: string, exit: boolean, where: string): Side {
  const ops = copies.trim() === '-' ? [] : copies.split(';').map(copyOp);
  const words = params.trim().split(/\s+/).filter(Boolean);
  const whole = words.length === 1 && /^@(clone|exec)$/.test(words[0]!);
  const shown = event.params.slice(0, event.shown ?? event.params.length);
  if (!whole && !words.includes('@quotadq:1') && words.length !== shown.length)
    throw new Error(`${where}: ${words.length} parameters for ${shown.length}`);
  const out = words.map((w, i) => parameter(w, shown[i]![1], where));
  // The six arguments are sent only when a parameter needs them; the result travels in the head.
  const args = /\ba\d|,\d|@/.test(params);
  const kind = ops.length === 0 ? (args ? KIND.args : KIND.head) : ops[0]![0] === OP['task'] ? KIND.task : KIND.ops;
  if (!exit && kind === KIND.task) throw new Error(`${where}: task copies belong to the exit`);
  if (ops.length > 4) throw new Error(`${where}: more than four copies`);
  return { kind, ops, code: event.code, params: out };
}

const GENERIC_ENTER: Side = {
  kind: KIND.head,
  ops: [],
  code: 0,
  params: ['ID', 'NUMBER', 'REAL_ID'].map((source) => `{EMIT_VALUE, SRC_${source}, 0, 0, MAP_NONE, 0, 2}`),
};

const rows = new Map<string, { enter: Side; exit: Side }>();
for (const line of recipes.trim().split('\n')) {
  const [head, eCopies, eParams, xCopies, xParams] = line.split('|') as [string, string, string, string, string];
  const [name, event] = head.trim().split(' ') as [string, string];
  const e = events.get(`${event}_E`);
  const x = events.get(`${event}_X`);
  if (!e || !x) throw new Error(`${name}: no event ${event}`);
  // Some newer events have no enter side of their own: a generic one stands in.
  const unused = e.flags.includes('UNUSED');
  rows.set(name, {
    enter: unused
      ? GENERIC_ENTER
      : side(
          { ...e, shown: eParams.trim() ? (e.shown ?? e.params.length) : 0 },
          eCopies,
          eParams,
          false,
          `${name} enter`,
        ),
    exit: side(
      { ...x, shown: xParams.trim() ? (x.shown ?? x.params.length) : 0 },
      xCopies,
      xParams,
      true,
      `${name} exit`,
    ),
  });
}

const byCode = new Map([...events.values()].map((e) => [e.code, e]));
const onDescriptor = new Set(descriptorCalls.split(' '));
function kindOf(call: string): number {
  const row = rows.get(call);
  const codes = row ? [row.enter.code, row.exit.code] : [];
  if (codes.some((c) => byCode.get(c)!.flags.some((f) => /MODIFIES_STATE|CREATES_FD|DESTROYS_FD/.test(f)))) return 1;
  return onDescriptor.has(call) ? 2 : 0;
}

const notice = '/* Generated by scripts/generate-probe-tables.ts; do not edit. */\n';
const cRow = (nr: number, s: Side) => {
  const ops = s.ops.map((o) => `{${o.join(', ')}}`).join(', ');
  return `\t[${nr}] = {.kind = ${s.kind}, .nops = ${s.ops.length}${ops ? `, .ops = {${ops}}` : ''}},\n`;
};

let callsModule = `// Generated by scripts/generate-probe-tables.ts; do not edit.

/**
 * The probe's system calls by processor, five numbers each: native number, event code of the enter and of the exit
 * event, the id that captures give the call, and 1 if the call changes what is known of processes and descriptors, 2 if it
 * does not and works on the descriptor in its first argument alone.
 */
// biome-ignore format: generated
export const liveCalls: Record<string, readonly number[]> = {
`;
let bpf = notice;
let addon = notice;
for (const [i, { cpu, macro, calls }] of archs.entries()) {
  const known = calls.filter(([nr]) => nr < 512);
  bpf += `#${i ? 'elif' : 'if'} defined(__TARGET_ARCH_${cpu})\n`;
  addon += `#${i ? 'elif' : 'if'} defined(${macro})\n`;
  for (const which of ['enter', 'exit'] as const) {
    bpf += `static const struct burin_row ${which}_rows[BURIN_NR_SYSCALLS] = {\n`;
    for (const [nr, name] of known) {
      const row = rows.get(name)?.[which];
      if (row && row.kind !== KIND.head) bpf += cRow(nr, row);
    }
    bpf += '};\n';
    addon += `static const Row ${which}_rows[] = {\n`;
    for (const [nr, name, id] of known) {
      const row = rows.get(name)?.[which];
      const number = '{EMIT_VALUE, SRC_NUMBER, 0, 0, MAP_NONE, 0, 2}';
      const generic = ['{EMIT_VALUE, SRC_ID, 0, 0, MAP_NONE, 0, 2}'];
      if (which === 'enter' || id > LAST_SAFE_ID) generic.push(number);
      if (id > LAST_SAFE_ID) generic.push('{EMIT_VALUE, SRC_REAL_ID, 0, 0, MAP_NONE, 0, 2}');
      addon += row
        ? `\t{${nr}, ${row.code}, ${row.params.length}, {${row.params.join(', ')}}},\n`
        : `\t{${nr}, ${which === 'enter' ? 0 : 1}, ${generic.length}, {${generic.join(', ')}}},\n`;
    }
    addon += '};\n';
  }
  addon += `static const unsigned short LAST_SAFE_ID = ${LAST_SAFE_ID};\nstatic const unsigned short call_ids[][2] = {\n${known.map(([nr, , id]) => `\t{${nr}, ${id}},\n`).join('')}};\n`;
  const numbers = known.map(([nr, name, id]) => [
    nr,
    rows.get(name)?.enter.code ?? 0,
    rows.get(name)?.exit.code ?? 1,
    id,
    kindOf(name),
  ]);
  callsModule += `  ${cpu === 'x86' ? 'x64' : 'arm64'}: [\n`;
  for (let i = 0; i < numbers.length; i += 6)
    callsModule += `    ${numbers
      .slice(i, i + 6)
      .map((n) => `${n.join(', ')},`)
      .join(' ')}\n`;
  callsModule += '  ],\n';
  if (cpu === 'x86') {
    const byName = new Map(known.map(([nr, name]) => [name, nr]));
    bpf += '/* Numbers of 32-bit calls in terms of 64-bit ones; the last number stands for a call without a twin. */\n';
    bpf += 'static const unsigned short compat_numbers[BURIN_NR_SYSCALLS] = {\n';
    const twins = new Array<number>(512).fill(511);
    const special: Record<string, string> = {
      _newselect: 'select',
      mmap2: 'mmap',
      ugetrlimit: 'getrlimit',
      umount: 'umount2',
    };
    for (const [nr, name] of table<[number, string][]>('syscalls_i386.json')) {
      const twin = special[name] ?? name;
      twins[nr] = byName.get(twin) ?? byName.get(twin.replace(/_?(64|32|_time64|time64)$/, '')) ?? 511;
    }
    for (let n = 0; n < 512; n += 16) bpf += `\t${twins.slice(n, n + 16).join(', ')},\n`;
    bpf += '};\n';
  }
}
bpf += '#endif\n';
addon += '#endif\nstatic const Row other_rows[] = {\n';
for (const line of otherEvents.trim().split('\n')) {
  const [head, params] = line.split('|') as [string, string];
  const [name, nr, event] = head.trim().split(' ') as [string, string, string];
  const e = events.get(event);
  if (!e) throw new Error(`${name}: no event ${event}`);
  const s = side(e, '-', params, false, name);
  addon += `\t{${nr}, ${s.code}, ${s.params.length}, {${s.params.join(', ')}}},\n`;
}
addon += '};\n';

callsModule += '};\n';
const outputs: [string, string][] = [
  ['../src/capture/live-calls.ts', callsModule],
  ['../probe/bpf/rows.h', bpf],
  ['../probe/addon/rows.inc', addon],
];
for (const [name, text] of outputs) {
  const url = new URL(name, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(url, text);
  else if (readFileSync(url, 'utf8') !== text) {
    console.error(`${name} is out of date: run npx tsx scripts/generate-probe-tables.ts`);
    process.exitCode = 1;
  }
}
