/**
 * Makes V8's code caches of the built program (see launcher.cjs) for the Node that runs this: at the end of a build, and when
 * the package is installed, maybe by another Node than it was made with. Without them burin works, and starts later.
 * With --strict (the build) a failure is told and is the status.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = `${root}/dist/bin/burin.js`;
const strict = process.argv.includes('--strict');

// Runs that touch what most runs need decide which functions are in the caches: one for reading, one for chisels.
if (existsSync(program)) {
  for (const options of [['evt.type=openat or fd.name contains /etc'], ['-c', 'topfiles_bytes']]) {
    const run = spawnSync(process.execPath, [program, '-r', 'examples/demo.scap', ...options], {
      cwd: root,
      env: { ...process.env, BURIN_CODE_CACHE: 'write' },
      stdio: ['ignore', 'ignore', strict ? 'inherit' : 'ignore'],
    });
    if (strict && run.status !== 0) {
      process.stderr.write(`the built program ends with status ${run.status}\n`);
      process.exit(1);
    }
  }
}
