/**
 * Every function, callback and rule of the chisel API, in burin and in sysdig 0.29.3: small chisels must print the same, end
 * with the same status and complain of the same. Where sysdig is not installed, what it did on the example capture is on
 * record (api/record.ts).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { differences, inBurin, inSysdig, type Kept, ownDifferences } from './api/agree.js';
import { API } from './api/api.js';
import { CASES } from './api/index.js';
import { LIFECYCLE } from './api/lifecycle.js';
import { LUA_SIDE } from './api/lua-side.js';
import { demo, root } from './run-burin.js';

const haveSysdig = spawnSync('sysdig', ['--version'], { encoding: 'utf8' }).stdout?.includes('0.29.3') ?? false;
const recorded = JSON.parse(readFileSync(new URL('api/expected.json', import.meta.url), 'utf8')) as Record<
  string,
  Kept
>;
const expected = new Map(Object.entries(recorded));

it('names of cases are unique, and there is a record of each', () => {
  assert.equal(new Set(CASES.map((test) => test.name)).size, CASES.length);
  const judged = CASES.filter((test) => test.own === undefined).map((test) => test.name);
  assert.deepEqual([...expected.keys()].sort(), judged.sort());
});

/** Cases in which sysdig is no judge, or burin is known to differ, by the beginning of their names. */
const KNOWN: readonly (readonly [beginning: string, why: string])[] = [
  [
    'values 12: ',
    'a text argument of no length shows what sysdig rendered last, whatever argument that was; burin remembers texts only',
  ],
  ['values 13: ', 'sysdig crashes at an event whose thread is not known'],
  ['values 14: ', 'two runs of sysdig differ: the device of a socket is uninitialised memory'],
  ['values 15: ', 'sysdig takes a part of pidns_init_start_ts for the login id in process lists of newer libraries'],
];
const known = (name: string): string | false => KNOWN.find(([beginning]) => name.startsWith(beginning))?.[1] ?? false;

const IN_BOTH_TIERS = new Set([...LIFECYCLE, ...LUA_SIDE]);

for (const tier of ['compiled', 'interpreter']) {
  describe(`chisel API on the example capture, ${tier} tier`, { concurrency: 2 }, () => {
    for (const test of CASES) {
      // Where it is Lua that matters more than events, the slower tier has to agree, too.
      if (tier !== 'compiled' && !IN_BOTH_TIERS.has(test)) continue;
      it(test.own === undefined ? test.name : `${test.name} (unlike sysdig: ${test.own.why})`, {
        skip: known(test.name),
      }, async () => {
        const ours = await inBurin(test, demo, tier);
        const lines =
          test.own === undefined ? differences(test, ours, expected.get(test.name)!) : ownDifferences(test, ours);
        assert.deepEqual(lines, []);
      });
    }
  });
}

const captures = ['falco-cat_write', 'libs-single_ipv6_conn'].map((name) =>
  join(root, `../shared/captures/${name}.scap`),
);
const skip = !haveSysdig
  ? 'sysdig 0.29.3 is not installed'
  : !captures.every((capture) => existsSync(capture))
    ? 'there is no folder ../shared/captures'
    : false;

describe('chisel API beside sysdig, on captures of others', { skip, concurrency: 2 }, () => {
  for (const capture of captures) {
    for (const test of API) {
      if (test.own !== undefined) continue;
      it(`${test.name}, ${capture.split('/').at(-1)}`, { skip: known(test.name) }, async () => {
        const [ours, theirs] = await Promise.all([inBurin(test, capture, 'compiled'), inSysdig(test, capture)]);
        assert.deepEqual(differences(test, ours, theirs), []);
      });
    }
  }
});
