/**
 * Runs when the package is installed: where no addon of the package fits this system, it is built from source. That needs a
 * C++ compiler, and the headers of Node and libbpf. An installation never fails here: captures can be read without it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Undefined when the addon loads, else why not. */
function problemOf(file) {
  if (!existsSync(file)) return 'is not there';
  try {
    createRequire(import.meta.url)(file);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

function libc() {
  return /\/ld-musl-/.test(readFileSync('/proc/self/maps', 'latin1')) ? 'musl' : 'glibc';
}

if (process.platform === 'linux') {
  const candidates = ['build/burin.node', `prebuilt/linux-${process.arch}-${libc()}/burin.node`];
  if (!candidates.some((name) => problemOf(path(name)) === undefined)) {
    // In a package the compiled probe is that of the sources beside it, whatever the times of the files say.
    const probe = path(`build/${process.arch}/skeleton.h`);
    if (existsSync(probe) && !existsSync(path('../.git'))) utimesSync(probe, new Date(), new Date());
    const built = spawnSync('sh', [path('build.sh')], { encoding: 'utf8' });
    const why = built.error?.message ?? problemOf(path('build/burin.node'));
    if (built.status !== 0 || why !== undefined) {
      const reason = (built.stderr ?? '').trim().split('\n').at(-1) || why;
      process.stderr.write(`burin: no live capture here, only reading of captures: ${reason}\n`);
    }
  }
}
