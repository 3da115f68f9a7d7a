/** The default line is the one that its format gives, field by field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.js';
import type { FieldContext } from '../../../src/sinsp/fields/field.js';
import { ByteWriter } from '../../../src/sinsp/format/byte-writer.js';
import { DefaultLine } from '../../../src/sinsp/format/default-line.js';
import { FormatLine } from '../../../src/sinsp/format/format-line.js';
import { parseFormat } from '../../../src/sinsp/format/format-parser.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { memoryInput } from '../../support/capture-builder.js';
import { Random } from '../../support/random.js';
import { SETTINGS } from '../state/scenario.js';
import { anyCapture } from '../stepper/any-capture.js';

const FORMAT = '*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info';

test('random events of every code', () => {
  let events = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const random = new Random(seed);
    const bytes = anyCapture(random, 500).build();
    const timeFormat = random.pick(['h', 'a', 'r', 'd'] as const);
    const inspector = new Inspector({ stepperAfter: Number.POSITIVE_INFINITY });
    const context: FieldContext = { inspector, settings: { ...SETTINGS, timeFormat, cutBuffers: random.int(2) === 0 } };
    const writers = [new ByteWriter(), new ByteWriter()] as const;
    const line = new DefaultLine(context, writers[0], false);
    const fields = new FormatLine(parseFormat(FORMAT), context, writers[1]);
    inspector.walk(new FileSource('memory', memoryInput(bytes), bytes.length), (event) => {
      const { rawText } = inspector;
      const { bytes: last, start, end } = rawText;
      line.print(event);
      rawText.set(last, start, end);
      fields.print(event);
      events++;
      return true;
    });
    const [made, expected] = writers.map((writer) =>
      Buffer.from(writer.bytes.subarray(0, writer.length)).toString('latin1'),
    );
    assert.deepEqual(made!.split('\n'), expected!.split('\n'), `seed ${seed}`);
  }
  assert.ok(events > 5000);
});
