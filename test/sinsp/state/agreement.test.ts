/** Every scenario, line by line, against sysdig where it is installed; with filters too, which leave some effects out. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { FORMAT, lines } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

const installed = spawnSync('sysdig', ['--version']).status === 0;
const skip = installed ? false : 'sysdig is not installed';

/** What sysdig prints depends on what it printed before: not compared. */
const UNSTABLE: Record<string, RegExp> = {
  // It has no word for podman and repeats the one of the event before; of systemd-nspawn (thread 412) it knows nothing.
  'containers by cgroup': /libpod|[35]123456789ab|nspawned| 412 412 /,
  // Its text of a parameter may be longer than a path.
  'path too long': /yyy/,
};

const FILTERS = ['', 'evt.dir=<', 'evt.type in (read, close, getuid)', 'fd.num>9'];

for (const [name, build] of Object.entries(SCENARIOS)) {
  test(`agrees with sysdig: ${name}`, { skip }, () => {
    const file = build().write();
    const options = { encoding: 'latin1', env: { ...process.env, TZ: 'UTC' } } as const;
    const unstable = UNSTABLE[name];
    const stable = (list: string[]) => (unstable ? list.filter((line) => !unstable.test(line)) : list);
    for (const filter of FILTERS) {
      const want = execFileSync('sysdig', ['-r', file, '-p', FORMAT, filter], options).split('\n').slice(0, -1);
      assert.deepEqual(stable(lines(file, filter)), stable(want), filter);
    }
  });
}
