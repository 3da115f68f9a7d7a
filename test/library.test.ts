/** The library and its example, on the example capture. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CaptureError, FieldError, FilterError, FormatError, openCapture } from '../src/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const DEMO = `${root}examples/demo.scap`;

describe('library', () => {
  it('iterates events with their fields', () => {
    let count = 0;
    let last = 0;
    for (const event of openCapture(DEMO, { filter: 'evt.type = openat and evt.dir = <' })) {
      count++;
      assert.ok(event.num > last);
      last = event.num;
      assert.equal(event.type, 'openat');
      assert.equal(event.isExit, true);
      assert.equal(event.number('evt.num'), event.num);
      assert.equal(event.number('thread.tid'), event.tid);
      assert.equal(event.text('evt.type'), 'openat');
      assert.equal(event.text('evt.dir'), '<');
      assert.equal(event.bigint('evt.rawtime'), event.timestamp);
      assert.equal(typeof event.boolean('evt.failed'), 'boolean');
      assert.match(event.line()!, /^\d+ \d\d:\d\d:\d\d\.\d{9} \d+ .* \(\d+\) < openat fd=/);
      assert.equal(event.line('%evt.num|%evt.type'), `${event.num}|openat`);
    }
    assert.ok(count > 10);
  });

  it('can be left early', () => {
    const capture = openCapture(DEMO);
    for (const event of capture) if (event.num >= 5) break;
    assert.equal(capture.eventCount, 5);
  });

  it('names what is wrong', () => {
    assert.throws(() => openCapture('/nonexistent.scap'), /cannot open capture \/nonexistent.scap: no such file/);
    assert.throws(() => openCapture(DEMO, { filter: 'evt.type =' }), FilterError);
    const event = openCapture(DEMO).next()!;
    assert.throws(() => event.text('evt.nosuch'), FieldError);
    assert.throws(() => event.number('proc.name'), FieldError);
    assert.throws(() => event.line('%nosuch'), FormatError);
    assert.throws(() => [...openCapture(fileURLToPath(import.meta.url))], CaptureError);
  });

  it('has an example that runs', () => {
    const run = spawnSync(process.execPath, ['--import', 'tsx', `${root}examples/read-capture.ts`, DEMO], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stderr);
    assert.equal(run.stdout.trim().split('\n').length, 10);
    assert.match(run.stdout, /^\d+ opened, \d+ failed: \S+ /m);
  });
});
