/**
 * Builds the package: dist/bin/burin.js and dist/index.js, bundled and cut into chunks that are loaded when they are
 * needed, so that a short run reads little; declarations for users of the library beside them.
 *
 *   npm run build
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

// A running program may still load chunks, so their names change with their content and only old ones go.
rmSync(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    'bin/burin': 'src/bin/burin.ts',
    index: 'src/index.ts',
    'capture/inflate-thread': 'src/capture/inflate-thread.ts',
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
});
chmodSync(join(dist, 'bin/burin.js'), 0o755);

const types = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    'tsconfig.build.json',
    '--emitDeclarationOnly',
    '--sourceMap',
    'false',
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = types.status ?? 1;
