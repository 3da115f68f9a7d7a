/**
 * Runs the reader over many damaged captures, in a process of its own that is watched for hangs and memory.
 *
 *   npx tsx test/fuzz/mutate-captures.ts [--seed N] [--count N] [--only INDEX] [--memory MB]
 *
 * Exit status 0 when no case crashed, hung for 30 s, or took more than the memory (300 MB).
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CaptureFuzzer } from './mutated-captures.js';

const HANG_MS = 30_000;
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
  const hang = () => give(`no progress in ${HANG_MS / 1000} s behind case ${last.index}`);
  let watchdog = setTimeout(hang, HANG_MS);
  let printed = begun;
  worker.on('message', (report: Report) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(hang, HANG_MS);
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
