/** Runs a case in burin and in sysdig, or looks up what sysdig did, and says how they differ. */
import { createHash } from 'node:crypto';
import { type Run, run } from '../run-burin.js';
import type { ApiCase } from './case.js';

/** What sysdig did, short enough to be kept: long outputs are their beginning, length and hash. */
export interface Kept {
  status: number;
  stdout: string;
  size?: number;
  sha256?: string;
  stderr: string[];
}

const HEAD = 200;
const WHOLE = 500;

/** Lines of stderr without what differs by nature: the program's name, and blanks at the end. */
const complaints = (stderr: string): string[] =>
  stderr
    .replace(/^burin: /gm, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');

const sorted = (text: string): string => text.split('\n').sort().join('\n');
/** A JSON text with the keys of its objects sorted; other text as it is. */
function sortedKeys(text: string): string {
  const sort = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  try {
    return `${JSON.stringify(JSON.parse(text), sort)}\n`;
  } catch {
    return text;
  }
}

function output(test: ApiCase, { stdout }: Run): string {
  if (test.json === true) return sortedKeys(stdout);
  return test.unordered === true ? sorted(stdout) : stdout;
}

/** The command line of a case for a capture. */
function words(test: ApiCase, capture: string): string[] {
  const given = test.words.map((word) => (word === 'CAP' ? capture : word));
  return test.words.some((word) => /^(CAP|nofile\.scap|-i|--chisel-info)$/.test(word))
    ? given
    : ['-r', capture, ...given];
}

/** Runs a case; in what was printed the capture is called CAP, wherever it lies. */
async function start(
  test: ApiCase,
  capture: string,
  before: readonly string[],
  program?: readonly string[],
): Promise<Run> {
  const result = await run([...before, ...words(test, capture)], {
    files: Object.fromEntries(
      Object.entries(test.files).map(([path, content]) => [path, content.replaceAll('CAP', capture)]),
    ),
    ...(test.env === undefined ? {} : { env: test.env }),
    ...(program === undefined ? {} : { program }),
  });
  return {
    ...result,
    stdout: result.stdout.replaceAll(capture, 'CAP'),
    stderr: result.stderr.replaceAll(capture, 'CAP'),
  };
}

export const inBurin = (test: ApiCase, capture: string, tier: string): Promise<Run> =>
  start(
    {
      ...test,
      // A second run has to leave out the same events.
      files: Object.fromEntries(
        Object.entries(test.files).map(([path, text]) => [path, text.replaceAll('-r CAP', '--only-old-events -r CAP')]),
      ),
    },
    capture,
    [`--lua=${tier}`, '--only-old-events'],
  );

export const inSysdig = (test: ApiCase, capture: string): Promise<Run> => start(test, capture, [], ['sysdig']);

/** What is kept of a run. */
export function keep(test: ApiCase, result: Run): Kept {
  const stdout = output(test, result);
  const kept = { status: result.status, stderr: test.progress === true ? [] : complaints(result.stderr) };
  if (stdout.length <= WHOLE) return { ...kept, stdout };
  const sha256 = createHash('sha256').update(stdout, 'latin1').digest('hex');
  return { ...kept, stdout: stdout.slice(0, HEAD), size: stdout.length, sha256 };
}

/** How burin's run differs from sysdig's, in lines; empty when they agree. */
export function differences(test: ApiCase, ours: Run, theirs: Run | Kept): string[] {
  const lines: string[] = [];
  if (ours.status !== theirs.status) lines.push(`exit status ${ours.status} instead of ${theirs.status}`);
  const got = output(test, ours);
  if ('sha256' in theirs) {
    const kept = keep(test, ours);
    if (kept.sha256 !== theirs.sha256) {
      lines.push(...firstDifference(got.slice(0, HEAD), theirs.stdout));
      lines.push(`standard output of ${got.length} bytes, not ${theirs.size}, or other ones; sysdig shows the lines`);
    }
  } else {
    const want = Array.isArray(theirs.stderr) ? theirs.stdout : output(test, theirs as Run);
    if (got !== want) lines.push(...firstDifference(got, want));
  }
  if (test.ownWords === true || test.progress === true) return lines;
  const said = complaints(ours.stderr);
  const wanted = Array.isArray(theirs.stderr) ? theirs.stderr : complaints(theirs.stderr);
  let from = 0;
  for (const line of wanted) {
    const at = said.findIndex((candidate, index) => index >= from && candidate.includes(line));
    if (at < 0) lines.push(`stderr lacks ${JSON.stringify(line)}: ${JSON.stringify(said)}`);
    else from = at + 1;
  }
  const more = said.length > wanted.length;
  if (more && (test.explains === undefined || !said.some((line) => test.explains!.test(line)))) {
    lines.push(`stderr says more than ${JSON.stringify(wanted)}: ${JSON.stringify(said)}`);
  }
  return lines;
}

function firstDifference(got: string, want: string): string[] {
  const [ours, theirs] = [got.split('\n'), want.split('\n')];
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  const line = at < 0 ? ours.length : at;
  return [`line ${line + 1}: ${JSON.stringify(ours[line])}`, `  instead of ${JSON.stringify(theirs[line])}`];
}

/** How burin's run differs from what a case that sysdig is no judge of wants. */
export function ownDifferences({ own }: ApiCase, ours: Run): string[] {
  if (own === undefined) return [];
  const lines: string[] = [];
  if (ours.status !== own.status) lines.push(`exit status ${ours.status} instead of ${own.status}`);
  if (own.stdout !== undefined && !own.stdout.test(ours.stdout)) lines.push(`stdout ${JSON.stringify(ours.stdout)}`);
  if (own.stderr !== undefined && !own.stderr.test(ours.stderr)) lines.push(`stderr ${JSON.stringify(ours.stderr)}`);
  return lines;
}
