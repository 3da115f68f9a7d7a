/**
 * Makes src/sinsp/stepper/stepper.generated.ts from stepper.c and lines.c: the WebAssembly of the stepper as text, so that a
 * build needs no compiler. Run it when they change; needs clang and lld of Debian 12 (apt-get install clang-14 lld-14).
 *
 *   npx tsx scripts/generate-stepper.ts [--check]
 *
 * --check compares with what is there instead, and fails if it differs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../src/sinsp/stepper/', import.meta.url));
const sources = ['stepper.c', 'lines.c'].map((name) => join(folder, name));
const target = join(folder, 'stepper.generated.ts');

/** The module's bytes. */
function compile(): Buffer {
  const scratch = mkdtempSync(join(tmpdir(), 'burin-stepper-'));
  try {
    const output = join(scratch, 'stepper.wasm');
    const words = [
      '--target=wasm32',
      '-msimd128',
      '-fno-vectorize',
      '-O3',
      '-nostdlib',
      '-fno-builtin',
      '-Wall',
      '-Wextra',
      '-Werror',
    ];
    const linker = ['--no-entry', '--import-memory', '--strip-all', '-z', 'stack-size=4096'].map(
      (word) => `-Wl,${word}`,
    );
    const { status, error } = spawnSync('clang-14', [...words, ...linker, ...sources, '-o', output], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`clang-14 ended with status ${status}`);
    return readFileSync(output);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const base64 = compile().toString('base64');
const lines = base64.match(/.{1,100}/g)!.map((line) => `  '${line}',`);
const text = `// Made by scripts/generate-stepper.ts from stepper.c and lines.c; do not edit.

/** The stepper as WebAssembly, in base64. */
export const STEPPER_WASM = [
${lines.join('\n')}
].join('');
`;
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error(
      'src/sinsp/stepper/stepper.generated.ts is not what stepper.c and lines.c make: run npx tsx scripts/generate-stepper.ts',
    );
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
