/**
 * The bundled and the example chisels: metadata, names and arguments that scripts rely on, and, where sysdig is
 * installed, the same output as its own chisels on a capture.
 */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CONTRACT } from './contract.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const noLuajit = spawnSync('luajit', ['-v']).status === 0 ? false : 'luajit is not installed';

interface Metadata {
  description: string;
  short_description: string;
  category: string;
  args: { name: string; description: string; argtype: string; optional: boolean }[];
  callbacks: { on_set_arg: boolean; on_init: boolean; on_event: boolean };
}

function inspect(file: string): Metadata {
  const path = `package.path="${root}lua/?.lua;${root}chisels/?.lua"`;
  const child = spawnSync('luajit', ['-e', path, join(here, 'inspect_chisel.lua'), file], { encoding: 'latin1' });
  assert.strictEqual(child.status, 0, child.stderr);
  return JSON.parse(child.stdout) as Metadata;
}

const files = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.lua'))
    .map((name) => join(root, folder, name));

describe('bundled chisels', { skip: noLuajit }, () => {
  for (const file of files('chisels')) {
    const name = basename(file, '.lua');
    it(`${name} can be listed and says how to use it`, () => {
      const head = readFileSync(file, 'latin1').split('\n\n')[0]!;
      assert.ok(head.startsWith(`-- ${name}: `), 'it opens with a comment on what it shows');
      assert.match(readFileSync(file, 'latin1').split('\n').slice(0, 12).join('\n'), /^-- {3}burin /m);
      const metadata = inspect(file);
      assert.ok(metadata.short_description && metadata.description && metadata.category);
      assert.ok(metadata.args.every((entry) => entry.name && entry.description));
      if (metadata.args.length > 0) assert.ok(metadata.callbacks.on_set_arg);
    });
  }

  for (const [name, category, args] of CONTRACT) {
    it(`${name} keeps its arguments`, () => {
      const metadata = inspect(join(root, 'chisels', `${name}.lua`));
      const found = metadata.args.map(
        (entry) => entry.name + (entry.argtype ? `:${entry.argtype}` : '') + (entry.optional ? '?' : ''),
      );
      assert.deepStrictEqual([metadata.category, found.join(' ')], [category, args]);
    });
  }
});

describe('example chisels', { skip: noLuajit }, () => {
  for (const file of files('examples/chisels')) {
    it(`${basename(file)} is short and defines on_event`, () => {
      const lines = readFileSync(file, 'latin1').trimEnd().split('\n').length;
      assert.ok(lines >= 3 && lines <= 30, `${lines} lines`);
      assert.ok(inspect(file).callbacks.on_event);
    });
  }
});

const capture = join(root, '../shared/captures/falco-psp_user_0.scap');
const theirs = '/usr/share/sysdig/chisels';
const noSysdig = !existsSync(capture)
  ? 'no capture in ../shared/captures'
  : existsSync(theirs) && spawnSync('sysdig', ['--version']).status === 0
    ? false
    : 'sysdig is not installed';

/** Words after `-r CAPTURE`; rows that tie do not occur in these. */
const CASES: readonly string[][] = [
  ['-c', 'bottlenecks'],
  ['-c', 'echo_fds', 'disable_color'],
  ['-pc', '-c', 'echo_fds'],
  ['-c', 'fileslower', '0'],
  ['-pc', '-c', 'fileslower', '0 disable_color'],
  ['-c', 'fileslower', 'x'],
  ['-c', 'scallslower', '1'],
  ['-pc', '-c', 'scallslower', '1'],
  ['-c', 'httplog'],
  ['-c', 'httptop', 'wrong'],
  ['-c', 'iobytes'],
  ['-c', 'list_login_shells'],
  ['-pc', '-c', 'list_login_shells', '* l'],
  ['-c', 'lscontainers'],
  ['-c', 'lscontainers', 'x'],
  ['-c', 'ps', 'fd.type=ipv4'],
  ['-c', 'ps', 'no such filter'],
  ['-c', 'netstat'],
  ['-c', 'lsof', 'proc.name=sshd', 'evt.num=300'],
  ['-pc', '-c', 'proc_exec_time'],
  ['-pc', '-c', 'spy_users', '3'],
  ['-c', 'spy_file', 'RW'],
  ['-pc', '-c', 'stderr', 'disable_color'],
  ['-c', 'topscalls_time'],
  ['-pc', '-c', 'topprocs_net'],
  ['-c', 'table_generator', 'evt.type T evt.count N evt.type=open x none'],
  ['-c', 'table_generator', 'evt.type T,U evt.count N evt.type=open 5 none'],
  ['-c', 'spectrogram'],
  ['-c', 'around', 'out.scap'],
  ['-c', 'memcachelog', 'get'],
];

describe('bundled chisels print what those of sysdig print', { skip: noSysdig }, () => {
  for (const words of CASES) {
    it(words.join(' '), () => {
      const run = (chisels: string): [string, boolean] => {
        const cwd = mkdtempSync(join(tmpdir(), 'burin-chisels-'));
        const env = { ...process.env, TZ: 'UTC', SYSDIG_CHISEL_DIR: chisels };
        const child = spawnSync('sysdig', ['-r', capture, ...words], { cwd, env, encoding: 'latin1' });
        rmSync(cwd, { recursive: true });
        return [child.stdout, child.status === 0];
      };
      assert.deepStrictEqual(run(`${root}lua;${root}chisels`), run(theirs));
    });
  }
});

describe('example chisels run in sysdig', { skip: noSysdig }, () => {
  for (const file of files('examples/chisels')) {
    it(basename(file), () => {
      const words = file.endsWith('opened_files.lua') ? [file, 'ls'] : [file];
      const child = spawnSync('sysdig', ['-r', capture, '-c', ...words], { encoding: 'latin1' });
      assert.strictEqual(child.stderr, '');
      assert.strictEqual(child.status, 0);
      if (!file.endsWith('talkers.lua')) assert.notStrictEqual(child.stdout, '', 'it printed something');
    });
  }
});
