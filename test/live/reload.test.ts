/** A chisel that runs live is saved, and its new output comes soon. Figures: test/bench/reload.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measureReloads, median, type Save } from '../bench/reload.js';
import { cannotCapture } from './privileged.js';

describe('saving a chisel that runs live', { skip: cannotCapture() }, () => {
  for (const save of ['in place', 'moved over'] satisfies Save[]) {
    it(save, async (t) => {
      const { latencies, reloads } = await measureReloads(5, save);
      t.diagnostic(`new output after ${median(latencies).toFixed(0)} ms in the median`);
      assert.equal(reloads.length, 5, 'one reload for each time it was saved');
      // A busy machine is slower than a quiet one, where it is well below 100 ms.
      assert.ok(median(latencies) < 1000, `${median(latencies)} ms`);
    });
  }
});
