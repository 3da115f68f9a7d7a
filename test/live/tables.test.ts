/** The tables of the probe are what the recipes say. */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { liveCalls } from '../../src/capture/live-calls.js';
import { eventTable } from './blocks.js';

describe('the tables of the probe', () => {
  it('are up to date', () => {
    const script = fileURLToPath(new URL('../../scripts/generate-probe-tables.ts', import.meta.url));
    const run = spawnSync(process.execPath, ['--import', 'tsx', script, '--check'], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
  });
  it('name events that exist, an enter and an exit for each call, on both processors', () => {
    for (const arch of ['x64', 'arm64']) {
      const calls = liveCalls[arch]!;
      assert.equal(calls.length % 5, 0);
      assert.ok(calls.length / 5 > 280);
      for (let i = 0; i < calls.length; i += 5) {
        assert.equal(eventTable.get(calls[i + 1]!)?.exit, false);
        assert.equal(eventTable.get(calls[i + 2]!)?.exit, true);
      }
    }
  });
});
