/**
 * What live capture costs the traced programs, beside other tracers: `npm run bench:live -- [--runs N] [--quick]
 * [--only WORKLOAD,...] [--soak SECONDS]`. Needs root. Medians of N runs (5), wall time and its ratio to the untraced
 * run; for the loops also the time in the quietest stretch, which is the one to read on a machine that is busy.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './pairs.js';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    soak: { type: 'string', default: '60' },
  },
});
const runs = Number(options.runs);
const scale = options.quick ? 0.1 : 1;
const folder = mkdtempSync(join(tmpdir(), 'burin-bench-'));
const loops = join(folder, 'loops');
const here = (name: string) => fileURLToPath(new URL(`live/${name}`, import.meta.url));

interface Totals {
  seen: number;
  dropped: number;
  delivered: number;
  skipped: number;
  bytes: number;
  cpuNs: number;
}
/** One run: seconds of wall time, or requests a second; for loops the quietest stretch in ns a round. */
interface Run {
  value: number;
  best?: number;
}
interface Tracer {
  name: string;
  /** Runs beside the workload, or wraps its command. */
  beside?: () => Promise<{ stop: () => Promise<string> }>;
  wrap?: (command: string[]) => string[];
  program?: string;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a program and waits until it says a word, or some seconds pass; `stop` interrupts it and gives its output. */
async function start(
  command: string[],
  ready: RegExp | undefined,
  wait: number,
): Promise<{ stop: () => Promise<string> }> {
  const child: ChildProcess = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout!.on('data', (d) => (output += d));
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  for (let t = 0; t < wait && !ready?.test(output); t += 50) await sleep(50);
  return {
    stop: async () => {
      // bpftrace misses one that comes while it is still attaching.
      const again = setInterval(() => child.kill('SIGINT'), 3000);
      child.kill('SIGINT');
      await closed;
      clearInterval(again);
      return output;
    },
  };
}

function execute(command: string[]): Promise<{ seconds: number; output: string }> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (d) => (output += d));
    child.on('error', reject);
    child.on('close', () => resolve({ seconds: (performance.now() - from) / 1000, output }));
  });
}

const burin = (mode: string) => ({
  name: `burin ${mode}`,
  beside: () =>
    start(['node', '--import', 'tsx', here('consumer.ts'), mode, join(folder, 'record.scap')], /ready/, 20000),
});

const bpftrace = (what: string, program: string): Tracer => ({
  name: `bpftrace ${what}`,
  program: '/usr/bin/bpftrace',
  beside: () => start(['bpftrace', '-e', program], /Attach/, 8000),
});

const tracers: Tracer[] = [
  { name: 'native' },
  burin('all'),
  burin('narrow'),
  burin('record'),
  { name: 'strace -f', program: '/usr/bin/strace', wrap: (c) => ['strace', '-f', '-o', '/dev/null', ...c] },
  { name: 'perf trace', program: '/usr/bin/perf', wrap: (c) => ['perf', 'trace', '-o', '/dev/null', ...c] },
  bpftrace('count', 'tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }'),
  bpftrace('empty', 'tracepoint:raw_syscalls:sys_enter { } tracepoint:raw_syscalls:sys_exit { }'),
];

async function loop(kind: string, n: number, tracer: Tracer): Promise<Run> {
  const command = [loops, kind, String(Math.ceil((tracer.wrap ? n / 20 : n) * scale))];
  const { output } = await execute(tracer.wrap ? tracer.wrap(command) : command);
  const [wall, , best] = output.trim().split(' ').map(Number) as [number, number, number];
  return { value: wall / 1e9, best };
}

async function program(command: string[], tracer: Tracer): Promise<Run> {
  const { seconds } = await execute(tracer.wrap ? tracer.wrap(command) : command);
  return { value: seconds };
}

/** Requests a second of one nginx worker; nginx is started under the tracer where that wraps commands. */
async function web(tracer: Tracer): Promise<Run> {
  const root = join(folder, 'web');
  const conf = join(folder, 'nginx.conf');
  execFileSync('mkdir', ['-p', root]);
  writeFileSync(join(root, 'index.html'), '<p>hello</p>\n'.repeat(30));
  writeFileSync(
    conf,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log /dev/null;
events { worker_connections 256; }
http { access_log off; client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5; server { listen 127.0.0.1:18480; root ${root}; } }`,
  );
  const command = ['/usr/sbin/nginx', '-c', conf];
  const server = spawn(tracer.wrap ? 'setsid' : command[0]!, tracer.wrap ? tracer.wrap(command) : command.slice(1), {
    stdio: 'ignore',
  });
  await sleep(1000);
  const { output } = await execute([
    'wrk',
    '-t1',
    '-c8',
    `-d${options.quick ? 2 : 5}`,
    'http://127.0.0.1:18480/index.html',
  ]);
  execFileSync('/usr/sbin/nginx', ['-c', conf, '-s', 'stop'], { stdio: 'ignore' });
  await Promise.race([new Promise((resolve) => server.on('close', resolve)), sleep(3000)]);
  return { value: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1] ?? Number.NaN) };
}

const workloads: { name: string; unit: string; run: (tracer: Tracer) => Promise<Run>; needs?: string[] }[] = [
  { name: 'getppid', unit: 's a call', run: (t) => loop('getppid', 2_000_000, t) },
  { name: 'open/read/close', unit: 's a round', run: (t) => loop('file', 200_000, t) },
  {
    name: 'dd bs=1',
    unit: 's',
    run: (t) => program(['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${Math.ceil(500_000 * scale)}`], t),
  },
  { name: 'find', unit: 's', run: (t) => program(['find', '/usr', '-name', 'no-such-file'], t) },
  { name: 'nginx+wrk', unit: 'requests/s', run: web, needs: ['/usr/sbin/nginx', '/usr/bin/wrk'] },
];

async function compare(): Promise<void> {
  for (const w of workloads) {
    if (options.only && !options.only.split(',').includes(w.name)) continue;
    const missing = (w.needs ?? []).find((p) => !existsSync(p));
    if (missing) {
      console.log(`\n${w.name}: left out, needs ${missing}`);
      continue;
    }
    console.log(`\n${w.name} (${w.unit}; medians of ${runs})`);
    const values = new Map<string, Run[]>(tracers.map((t) => [t.name, []]));
    const totals = new Map<string, Totals>();
    // Tracers take turns, so that a change of the machine's load hits all of them.
    for (let i = 0; i < runs; i++) {
      for (const t of tracers) {
        if (t.program && !existsSync(t.program)) continue;
        const helper = await t.beside?.();
        values.get(t.name)!.push(await w.run(t));
        const said = await helper?.stop();
        const json = /\{"seen.*\}/.exec(said ?? '');
        if (json) totals.set(t.name, JSON.parse(json[0]) as Totals);
      }
    }
    const native = median(values.get('native')!.map((r) => r.value));
    const nativeBest = Math.min(...values.get('native')!.map((r) => r.best ?? Number.NaN));
    for (const t of tracers) {
      const list = values.get(t.name)!;
      if (list.length === 0) continue;
      const value = median(list.map((r) => r.value));
      const best = Math.min(...list.map((r) => r.best ?? Number.NaN));
      const ratio = w.unit === 'requests/s' ? native / value : value / native;
      const quiet = Number.isNaN(best) ? '' : `  quiet ${best.toFixed(0)} ns, +${(best - nativeBest).toFixed(0)}`;
      const c = totals.get(t.name);
      const consumer = c
        ? `  ${c.delivered} events, ${(c.cpuNs / Math.max(1, c.delivered)) | 0} ns of consumer CPU each, ${c.dropped} dropped`
        : '';
      console.log(
        `  ${t.name.padEnd(15)} ${value.toPrecision(4).padStart(10)}  x${ratio.toFixed(2)}${quiet}${consumer}`,
      );
    }
  }
}

function check(totals: Totals): string {
  const exact = totals.seen === totals.delivered + totals.skipped + totals.dropped;
  return exact ? 'seen = delivered + dropped' : `NOT EXACT: ${totals.seen} seen`;
}

/** A million calls a second, and the same with nobody draining. */
/** Half a million calls a second from each of two programs. Returns how many there were, and in how many seconds. */
async function callsAtFullRate(seconds: number): Promise<{ calls: number; took: number }> {
  const from = performance.now();
  const done = await Promise.all([1, 2].map(() => execute([loops, 'rate', '500000', String(seconds)])));
  const took = (performance.now() - from) / 1000;
  return { calls: done.reduce((n, d) => n + Number(d.output.trim().split(' ').at(-1)), 0), took };
}

const rate = ({ calls, took }: { calls: number; took: number }): string =>
  `${calls} calls in ${took.toFixed(1)} s (${(calls / took / 1e6).toFixed(2)} M/s)`;

/** burin itself with a chisel at a million calls a second; then calls while nobody drains the rings. */
async function soak(): Promise<void> {
  const seconds = Number(options.soak) * scale;
  const program = fileURLToPath(new URL('../../dist/bin/burin.js', import.meta.url));
  // It prints its totals, and the shell the processor time of its children.
  const command = [
    'sh',
    '-c',
    '"$@" 2>&1 >/dev/null & trap "kill -INT $!" INT; wait $!; wait $!; times',
    'sh',
    process.execPath,
    program,
    '-c',
    'topscalls',
  ];
  const helper = await start(command, undefined, 3000);
  const calls = await callsAtFullRate(seconds);
  const said = await helper.stop();
  const events = Number(/(\d+) events in/.exec(said)?.[1]);
  const [user, system] = [
    ...said
      .trim()
      .split('\n')
      .at(-1)!
      .matchAll(/(\d+)m([\d.]+)s/g),
  ].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest)) as [number, number];
  console.log(
    `\nsoak, burin -c topscalls: ${rate(calls)}; ${/\d+ events in.*/.exec(said)?.[0]}; ` +
      `${(((user + system) * 1e9) / events).toFixed(0)} ns of CPU an event, start included`,
  );
  const stalled = await burin('stall').beside();
  const more = await callsAtFullRate(Math.min(seconds, 5));
  const totals = JSON.parse(/\{"seen.*\}/.exec(await stalled.stop())![0]) as Totals;
  console.log(
    `overload, nobody draining: ${rate(more)}; ${totals.seen} events seen, ${totals.delivered} delivered, ` +
      `${totals.dropped} dropped; ${check(totals)}`,
  );
}

try {
  execFileSync('gcc', ['-O2', '-o', loops, here('loops.c')]);
  await compare();
  if (Number(options.soak) > 0) await soak();
} finally {
  rmSync(folder, { recursive: true });
}
