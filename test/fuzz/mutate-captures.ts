/**
 * Runs the reader over many damaged captures, in a process of its own that is watched for hangs and memory.
 *
 *   npx tsx test/fuzz/mutate-captures.ts [--seed N] [--count N] [--only INDEX] [--memory MB]
 *
 * Exit status 0 when no case crashed, hung for 30 s, or took more than the memory (300 MB).
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CaptureFuzzer } from './mutated-captures.js';

/** No report in this time, most of it spent computing: a hang. On a busy machine a report may just be late. */
const HANG_MS = 30_000;
/** Not even a busy machine takes that long. */
const LOST_MS = 600_000;
const REPORT_EVERY = 100;
/** A process runs so many cases: what one leaves behind in the heap is not counted as the memory of a later one. */
const CASES_PER_PROCESS = 5000;
/** Buffers of the cases before are garbage; beyond this much they are collected, so that memory is that of a case. */
const GARBAGE_BYTES = 32 * 2 ** 20;

interface Report {
  index: number;
  /** Highest so far, in bytes. */
  peak: number;
  counts: CaptureFuzzer['counts'];
  done?: boolean;
}

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const seed = option('seed', 1);
const count = option('count', 200_000);
const only = option('only', -1);
/** The first case of a child process. */
const from = option('from', -1);
const limit = option('memory', 300);

if (from >= 0) child(Math.min(count, from + CASES_PER_PROCESS));
else if (only >= 0) new CaptureFuzzer(seed).run(only);
else await parent();

function child(last: number): void {
  const fuzzer = new CaptureFuzzer(seed);
  let index = from;
  const turn = () => {
    const end = Math.min(last, index + REPORT_EVERY);
    for (; index < end; index++) {
      if (process.memoryUsage().arrayBuffers > GARBAGE_BYTES) globalThis.gc?.();
      try {
        fuzzer.run(index);
      } catch (error) {
        process.stderr.write(`${(error as Error).message}\n`);
        process.exitCode = 1;
        process.disconnect();
        return;
      }
    }
    const peak = process.resourceUsage().maxRSS * 1024;
    const report: Report = { index, peak, counts: fuzzer.counts, done: index === last };
    process.send!(report, () => (report.done ? process.disconnect() : setImmediate(turn)));
  };
  turn();
}

/** Processor time of a process in milliseconds; where it cannot be had, the time since start counts. */
function computedMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return performance.now();
  }
}

async function parent(): Promise<void> {
  const begun = Date.now();
  const total: CaptureFuzzer['counts'] = { cases: 0, events: 0, damaged: 0, whole: 0 };
  let peak = 0;
  let failure = '';
  for (let first = 0; first < count && failure === ''; first += CASES_PER_PROCESS) {
    const batch = await watchChild(first);
    failure = batch.failure;
    peak = Math.max(peak, batch.last.peak / 2 ** 20);
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += batch.last.counts[key];
    if (failure === '') process.stderr.write(`${batch.last.index} of ${count}\n`);
  }
  const seconds = (Date.now() - begun) / 1000;
  process.stdout.write(
    `seed ${seed}: ${total.cases} captures, ${total.events} events, ${total.damaged} found damaged, ` +
      `${total.whole} read to their end, ${(total.cases / seconds).toFixed(0)} captures/s, ` +
      `peak memory ${peak.toFixed(0)} MB\n` +
      (failure === '' ? 'no crash, no hang\n' : `FAILED: ${failure}\n`),
  );
  process.exitCode = failure === '' ? 0 : 1;
}

/** Runs one process to its end, or kills it when it hangs or takes too much. */
function watchChild(first: number): Promise<{ last: Report; failure: string }> {
  const worker = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--from', String(first)], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  let last: Report = { index: first, peak: 0, counts: { cases: 0, events: 0, damaged: 0, whole: 0 } };
  let failure = '';
  const give = (reason: string) => {
    failure = reason;
    worker.kill('SIGKILL');
  };
  let reported = Date.now();
  let computedBefore = 0;
  const hang = () => {
    const computed = computedMs(worker.pid!) - computedBefore;
    const waited = Date.now() - reported;
    if (computed < HANG_MS / 2 && waited < LOST_MS) watchdog = setTimeout(hang, HANG_MS);
    else give(`no progress in ${(waited / 1000).toFixed(0)} s behind case ${last.index}`);
  };
  let watchdog: NodeJS.Timeout = setTimeout(hang, HANG_MS);
  worker.on('message', (report: Report) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(hang, HANG_MS);
    reported = Date.now();
    computedBefore = computedMs(worker.pid!);
    last = report;
    const megabytes = report.peak / 2 ** 20;
    if (megabytes > limit) give(`${megabytes.toFixed(0)} MB used near case ${report.index}`);
  });
  return new Promise((resolve) => {
    worker.on('exit', (status, signal) => {
      clearTimeout(watchdog);
      if (failure === '' && (status !== 0 || !last.done)) failure = `ended with ${signal ?? `status ${status}`}`;
      resolve({ last, failure });
    });
  });
}
