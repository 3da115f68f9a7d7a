/** Runs burin from its sources in a scratch folder with the files given; text is read as bytes. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const demo = join(root, 'examples/demo.scap');

/** What a program did. A signal counts as 128 and its number, as shells say it. */
export interface Run {
  status: number;
  stdout: string;
  stderr: string;
}

const SIGNALS: Record<string, number> = { SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** Built once a process: a test starts burin hundreds of times. */
let built: Promise<string> | undefined;
const program = (): Promise<string> => {
  built ??= bundle();
  return built;
};

async function bundle(): Promise<string> {
  // Inside the package, so that packages, chisels and modules are found.
  const folder = join(root, `node_modules/.cache/burin-test-${process.pid}`);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    absWorkingDir: root,
    entryPoints: { 'bin/burin': 'src/bin/burin.ts', 'capture/inflate-ahead': 'src/capture/inflate-ahead.ts' },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return join(folder, 'bin/burin.js');
}

/** Command and first argument that start burin. */
export const burin = async (): Promise<[string, string]> => [process.execPath, await program()];

export interface RunOptions {
  files?: Readonly<Record<string, string>>;
  env?: Readonly<Record<string, string>>;
  /** Seconds until it is killed. */
  timeout?: number;
  /** In place of burin. */
  program?: readonly string[];
}

/** The current folder, and HOME, is a new one that holds the files and goes away afterwards. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'burin-run-'));
  try {
    for (const [path, content] of Object.entries(options.files ?? {})) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const [command, ...before] = options.program ?? (await burin());
    const child = spawn(command!, [...before, ...words], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', HOME: folder, TZ: 'UTC', LC_ALL: 'C', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: (options.timeout ?? 60) * 1000,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout!.setEncoding('latin1').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr!.setEncoding('latin1').on('data', (text: string) => {
      stderr += text;
    });
    const status = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)));
    });
    return { status, stdout: stdout.replaceAll(folder, 'FOLDER'), stderr: stderr.replaceAll(folder, 'FOLDER') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
