/** Properties of filters: printing and parsing are inverse, and compiled predicates agree with a plain interpreter. */
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { openCaptureFile } from '../../../src/capture/file-source.js';
import type { FieldContext } from '../../../src/sinsp/fields/field.js';
import { compile, type Filter, parseFilter, print } from '../../../src/sinsp/filter/index.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { anyFilter, sensibleFilter } from './arbitrary-filters.js';
import { evaluate } from './interpret.js';

const DEMO = path.join(import.meta.dirname, '../../../examples/demo.scap');

/** A tree without positions. */
const bare = (filter: Filter): unknown =>
  JSON.parse(JSON.stringify(filter, (key, value: unknown) => (key === 'at' ? undefined : value)));

test('parsing what was printed gives the same tree', () => {
  fc.assert(
    fc.property(anyFilter, (filter) => {
      const text = print(filter);
      assert.deepEqual(bare(parseFilter(text)), bare(filter), text);
    }),
    { numRuns: 500 },
  );
});

test('printing is stable: what was parsed prints as it was', () => {
  fc.assert(
    fc.property(sensibleFilter, (filter) => {
      const text = print(filter);
      assert.equal(print(parseFilter(text)), text);
    }),
    { numRuns: 300 },
  );
});

test('compiled predicates agree with the interpreter on the events of a capture', () => {
  const inspector = new Inspector();
  const context: FieldContext = {
    inspector,
    settings: { bufferFormat: 'dots', cutBuffers: true, resolvePorts: false, timeFormat: 'h', json: false },
  };
  const filters = fc.sample(sensibleFilter, { numRuns: 300, seed: Number(process.env.SEED ?? 20_26) });
  const pairs = filters.map((filter) => ({ filter, predicate: compile(filter, print(filter), context), matched: 0 }));
  const source = openCaptureFile(DEMO);
  let seen = 0;
  try {
    inspector.walk(source, (event) => {
      // Every event is asked a few of the filters; over the capture each filter meets events of every kind.
      for (let i = seen++ % 61; i < pairs.length; i += 61) {
        const pair = pairs[i]!;
        const expected = evaluate(pair.filter, event, context);
        const { predicate } = pair;
        assert.equal(predicate.test(event), expected, `event ${event.num}: ${print(pair.filter)}`);
        if (expected) {
          pair.matched++;
          assert.equal(
            predicate.eventTypes?.[event.type] ?? 1,
            1,
            `event ${event.num} of a type ruled out: ${print(pair.filter)}`,
          );
        }
      }
      return true;
    });
  } finally {
    source.close();
  }
  assert.ok(seen > 1000, `only ${seen} events`);
  const active = pairs.filter(({ matched }) => matched > 0).length;
  assert.ok(active > pairs.length / 3, `only ${active} filters ever matched: the test says little`);
});
