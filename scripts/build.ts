/**
 * Builds the package: dist/bin/burin.js (the program, one bundle with V8's code cache beside it) and dist/index.js (the
 * library), with declarations for its users.
 *
 *   npm run build
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

// A running program may still load parts of its build, so only what is replaced goes.
rmSync(dist, { recursive: true, force: true });
const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
};

/**
 * Lua's interpreter is loaded when a chisel needs it, which few do: in the source it is an ordinary import, because only the
 * bundle has a `require` that knows its modules.
 */
const lateInterpreter: Plugin = {
  name: 'late-interpreter',
  setup(builder) {
    builder.onLoad({ filter: /src\/lua\/index\.ts$/ }, ({ path }) => {
      const importing = /^import \{ (\w+) \} from ('\.\/interpreter\/index\.js');$/m;
      const source = readFileSync(path, 'utf8');
      if (!importing.test(source)) throw new Error(`${path} does not import the interpreter as expected`);
      const contents = source.replace(importing, 'const $1 = (options: LuaStateOptions) => require($2).$1(options);');
      return { contents, loader: 'ts' };
    });
  },
};

// The library.
await build({ ...common, entryPoints: { index: 'src/index.ts' }, outdir: dist, format: 'esm' });

// The program: one file, which V8 compiles from its own cache when version and flags fit (half the time to start).
await build({
  ...common,
  entryPoints: { 'bin/program': 'src/bin/burin.ts' },
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  plugins: [lateInterpreter],
  format: 'cjs',
  define: { 'import.meta.url': '__moduleUrl' },
  // The whole is one function, which the launcher calls; it need not put the source together first.
  banner: {
    js: '(function(exports,require,module,__filename,__dirname){const __moduleUrl=require("node:url").pathToFileURL(__filename).href;',
  },
  footer: { js: '})' },
});
writeFileSync(join(dist, 'bin/package.json'), '{ "type": "commonjs" }\n');
copyFileSync(join(root, 'scripts/launcher.cjs'), join(dist, 'bin/burin.js'));
chmodSync(join(dist, 'bin/burin.js'), 0o755);
const caches = spawnSync(process.execPath, [join(root, 'scripts/code-cache.mjs'), '--strict'], { stdio: 'inherit' });
if (caches.status !== 0) process.exit(1);

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
