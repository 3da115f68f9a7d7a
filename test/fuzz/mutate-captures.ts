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

interface Report {
  index: number;
  rss: number;
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
const limit = option('memory', 300);

if (process.send !== undefined) child();
else if (only >= 0) new CaptureFuzzer(seed).run(only);
else parent();

function child(): void {
  const fuzzer = new CaptureFuzzer(seed);
  let index = 0;
  const turn = () => {
    const end = Math.min(count, index + REPORT_EVERY);
    for (; index < end; index++) {
      try {
        fuzzer.run(index);
      } catch (error) {
        process.stderr.write(`${(error as Error).message}\n`);
        process.exitCode = 1;
        process.disconnect();
        return;
      }
    }
    const report: Report = { index, rss: process.memoryUsage.rss(), counts: fuzzer.counts, done: index === count };
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

function parent(): void {
  const begun = Date.now();
  const worker = fork(fileURLToPath(import.meta.url), process.argv.slice(2), { execArgv: process.execArgv });
  let last: Report = { index: 0, rss: 0, counts: { cases: 0, events: 0, damaged: 0, whole: 0 } };
  let peak = 0;
  let failure = '';
  const give = (reason: string) => {
    failure = reason;
    worker.kill('SIGKILL');
  };
  let reported = begun;
  let computedBefore = 0;
  const hang = () => {
    const computed = computedMs(worker.pid!) - computedBefore;
    const waited = Date.now() - reported;
    if (computed < HANG_MS / 2 && waited < LOST_MS) watchdog = setTimeout(hang, HANG_MS);
    else give(`no progress in ${(waited / 1000).toFixed(0)} s behind case ${last.index}`);
  };
  let watchdog: NodeJS.Timeout = setTimeout(hang, HANG_MS);
  let printed = begun;
  worker.on('message', (report: Report) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(hang, HANG_MS);
    reported = Date.now();
    computedBefore = computedMs(worker.pid!);
    last = report;
    peak = Math.max(peak, report.rss / 2 ** 20);
    if (peak > limit) give(`${peak.toFixed(0)} MB used near case ${report.index}`);
    if (Date.now() - printed > 10_000) {
      printed = Date.now();
      process.stderr.write(`${report.index} of ${count}\n`);
    }
  });
  worker.on('exit', (status, signal) => {
    clearTimeout(watchdog);
    if (failure === '' && (status !== 0 || !last.done)) failure = `ended with ${signal ?? `status ${status}`}`;
    const { cases, events, damaged, whole } = last.counts;
    const seconds = (Date.now() - begun) / 1000;
    process.stdout.write(
      `seed ${seed}: ${cases} captures, ${events} events, ${damaged} found damaged, ${whole} read to their end, ` +
        `${(cases / seconds).toFixed(0)} captures/s, peak memory ${peak.toFixed(0)} MB\n` +
        (failure === '' ? 'no crash, no hang\n' : `FAILED: ${failure}\n`),
    );
    process.exitCode = failure === '' ? 0 : 1;
  });
}
