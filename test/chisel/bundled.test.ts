/**
 * Every bundled chisel, and every one of Debian's sysdig package where that is installed, runs over the example capture and
 * others: it ends with the status it should, says nothing on stderr, and prints the same in both tiers. With ALL_CAPTURES
 * in the environment these are all captures beside the checkout, each in both tiers.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { demo, root, run } from './run-burin.js';

/** Arguments of those that need some. */
const WORDS: Record<string, string[]> = {
  around: ['around.scap 10', 'evt.num=200'],
  fdbytes_by: ['fd.type'],
  fdcount_by: ['fd.name'],
  fdtime_by: ['fd.directory'],
  fileslower: ['1'],
  netlower: ['1'],
  proc_exec_time: ['disable_colors'],
  scallslower: ['1'],
  spectrogram: ['100'],
  spy_ip: ['127.0.0.1'],
  spy_port: ['80'],
  subsecoffset: ['100'],
  table_generator: ['evt.type Type evt.count Count evt.dir=> 10 none'],
  tracers_2_statsd: ['127.0.0.1 9125'],
  topports_server: [],
  wsysdig_summary: ['40'],
};
/** Chisels that need a terminal, or something else that is not there, say so and end with 1. */
const REFUSES: Record<string, RegExp> = {
  spectrogram: /init\(\) for chisel .* failed/,
  subsecoffset: /init\(\) for chisel .* failed/,
};
/** Broken as published: the filter mixes `and` and `or` without brackets, or a helper is not there. Ours is mended. */
const PUBLISHED_QUIRKS = new Set(['shellshock_detect']);

interface ChiselFile {
  name: string;
  /** Words for -c. */
  words: string[];
}

function chisels(folder: string): ChiselFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.lua'))
    .filter((file) => {
      const text = readFileSync(join(folder, file), 'latin1');
      return /^\s*(disabled_)?description\s*=/m.test(text) && !/^\s*view_infoz?\s*=/m.test(text);
    })
    .map((file) => {
      const name = file.slice(0, -4);
      return { name, words: [name, ...(WORDS[name] ?? [])] };
    });
}

const shared = join(root, '../shared/captures');
const all = process.env['ALL_CAPTURES'] !== undefined;
const names = all ? readdirSync(shared) : ['libs-sample.scap', 'bencer-ex5_httpd.scap'];
const captures = [demo, ...names.map((name) => join(shared, name))].filter((file) => existsSync(file));
const installed = '/usr/share/sysdig/chisels';

for (const [title, folder, env] of [
  ['bundled chisels', join(root, 'chisels'), {}],
  ["chisels of Debian's sysdig", installed, { SYSDIG_CHISEL_DIR: installed }],
] as const) {
  const skip = existsSync(folder) ? false : `there is no folder ${folder}`;
  const list = skip === false ? chisels(folder) : [];
  describe(title, { skip, concurrency: 2 }, () => {
    it('are as many as they should be', () => assert.ok(list.length >= 53, `${list.length} chisels`));
    for (const { name, words } of list) {
      it(name, async () => {
        for (const capture of captures) {
          for (const options of capture === demo ? [[], ['-pc', '-j']] : [[]]) {
            // The slower tier has to agree on the example.
            const both = all || (options.length === 0 && capture === demo);
            const runs = await Promise.all(
              (both ? ['compiled', 'interpreter'] : ['compiled']).map((tier) =>
                run([`--lua=${tier}`, ...options, '-r', capture, '-c', ...words], { env, timeout: 120 }),
              ),
            );
            const compiled = runs[0]!;
            const interpreted = runs[1] ?? compiled;
            const what = `${name} ${options.join(' ')} ${capture}`;
            const refused = REFUSES[name];
            if (folder !== installed || !PUBLISHED_QUIRKS.has(name)) {
              assert.equal(compiled.status, refused === undefined ? 0 : 1, `${what}: ${compiled.stderr}`);
              if (refused === undefined) assert.equal(compiled.stderr, '', what);
              else assert.match(compiled.stderr, refused, what);
            }
            assert.equal(interpreted.status, compiled.status, what);
            assert.equal(interpreted.stdout, compiled.stdout, what);
          }
        }
      });
    }
  });
}
