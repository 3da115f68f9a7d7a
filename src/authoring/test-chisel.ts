/**
 * `burin test`: runs a chisel over a capture and compares what it prints with a stored expectation,
 * `NAME.expected` beside the chisel.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface TestRun {
  chisel: string;
  capture: string;
  /** The argument word, if any, and a filter. */
  args: string | undefined;
  filter: string | undefined;
  /** Where the expectation is; default beside the chisel. */
  expected?: string;
  /** Store what is printed now as the expectation. */
  update: boolean;
}

export interface TestOutcome {
  verdict: 'pass' | 'fail' | 'stored';
  /** What to tell, line by line. */
  text: string;
}

const SHOWN_DIFFERENCES = 5;

/** @param program the command that runs burin, as its words */
export function testChisel(run: TestRun, program: readonly string[]): TestOutcome {
  const expectedFile = run.expected ?? `${run.chisel.replace(/\.lua$/, '')}.expected`;
  const words = ['-r', run.capture, '-c', run.chisel];
  if (run.args !== undefined) words.push(run.args);
  if (run.filter !== undefined) words.push(run.filter);
  const result = spawnSync(program[0]!, [...program.slice(1), ...words], { maxBuffer: 1 << 28 });
  const output = result.stdout.toString('latin1');
  const complaints = result.stderr.toString('utf8').trimEnd();
  if (result.status !== 0) {
    return { verdict: 'fail', text: `${run.chisel}: ended with status ${result.status}\n${complaints}` };
  }
  if (run.update || !existsSync(expectedFile)) {
    if (!run.update) {
      return { verdict: 'fail', text: `${run.chisel}: no expectation in ${expectedFile}; store one with --update` };
    }
    writeFileSync(expectedFile, output, 'latin1');
    return { verdict: 'stored', text: `${run.chisel}: stored ${output.length} bytes in ${expectedFile}` };
  }
  const expected = readFileSync(expectedFile, 'latin1');
  if (expected === output) return { verdict: 'pass', text: `${run.chisel}: as expected` };
  return { verdict: 'fail', text: `${run.chisel}: differs from ${expectedFile}\n${difference(expected, output)}` };
}

/** The first lines that differ, expected and printed. */
function difference(expected: string, output: string): string {
  const want = expected.split('\n');
  const got = output.split('\n');
  const lines: string[] = [];
  for (let index = 0; index < Math.max(want.length, got.length); index++) {
    if (want[index] === got[index]) continue;
    if (lines.length >= SHOWN_DIFFERENCES * 3) {
      lines.push('  ...');
      break;
    }
    lines.push(
      `  line ${index + 1}`,
      `    expected: ${want[index] ?? '(end)'}`,
      `    printed:  ${got[index] ?? '(end)'}`,
    );
  }
  return lines.join('\n');
}
