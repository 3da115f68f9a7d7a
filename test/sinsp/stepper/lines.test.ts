/**
 * Lines that the stepper writes are those of the printers, byte for byte and in their order: in the default form, in JSON,
 * and in formats of their pieces; of events of every code with random parameters, of captures of busy programs, of damaged
 * ones, and of recordings; with and without a filter.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureError } from '../../../src/capture/event-source.js';
import type { FileSource } from '../../../src/capture/file-source.js';
import type { FieldContext } from '../../../src/sinsp/fields/field.js';
import { compileFilter } from '../../../src/sinsp/filter/index.js';
import { ByteWriter } from '../../../src/sinsp/format/byte-writer.js';
import { DefaultLine } from '../../../src/sinsp/format/default-line.js';
import { FormatLine } from '../../../src/sinsp/format/format-line.js';
import { parseFormat } from '../../../src/sinsp/format/format-parser.js';
import { JsonLine } from '../../../src/sinsp/format/json-line.js';
import type { Printer } from '../../../src/sinsp/format/printer.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { SETTINGS } from '../state/scenario.js';
import { anyCapture } from './any-capture.js';
import { busyCapture } from './busy-capture.js';
import { type Case, damaged, made, recordings, rules } from './captures.js';

const DEFAULT = '*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info';
/** undefined: the default line. */
const FORMATS = [
  undefined,
  undefined,
  '*%evt.num %proc.name %evt.type %fd.name',
  '%evt.num %proc.name %fd.name',
  '%evt.rawtime %evt.time %proc.pid %evt.args',
  '*%evt.dir%evt.cpu é %thread.tid\t%evt.info|%fd.name|',
];
const FILTERS = [
  '',
  '',
  '',
  'evt.dir=<',
  'proc.name=bash',
  'evt.type in (read, write, open, close)',
  'fd.name contains /',
  'evt.type!=open',
  'not evt.type in (read, open) and evt.dir=<',
];

interface Form {
  readonly format: string | undefined;
  readonly json: boolean;
  readonly cutBuffers: boolean;
}

function makePrinter({ format, json }: Form, context: FieldContext, writer: ByteWriter): Printer {
  if (json) return new JsonLine(parseFormat(format ?? DEFAULT), context, writer);
  return format === undefined
    ? new DefaultLine(context, writer, false)
    : new FormatLine(parseFormat(format), context, writer);
}

interface Printed {
  readonly text: string;
  /** Events that the printer was called for. */
  readonly calls: number;
  readonly events: number;
}

/** Prints a capture; `stepperAfter` Infinity: the printer does all of it. */
function print(
  open: () => FileSource,
  form: Form,
  filter: string,
  stepperAfter: number,
  stepperThreads: number,
): Printed {
  const inspector = new Inspector({ maxThreads: 2000, maxFds: 300, stepperAfter, stepperThreads });
  const settings = { ...SETTINGS, json: form.json, cutBuffers: form.cutBuffers };
  const context: FieldContext = { inspector, settings };
  const parts: Buffer[] = [];
  const writer = new ByteWriter((bytes) => parts.push(Buffer.from(bytes)), 1 << 14);
  const printer = makePrinter(form, context, writer);
  if (filter !== '') inspector.setFilter(compileFilter(filter, context));
  assert.ok(printer.form !== null);
  inspector.setLines(printer.form);
  const source = open();
  let calls = 0;
  let end = '';
  try {
    inspector.walk(source, (event) => {
      calls++;
      printer.print(event);
      return true;
    });
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    end = error.message;
  } finally {
    source.close();
  }
  writer.flush();
  return { text: Buffer.concat(parts).toString('latin1') + end, calls, events: inspector.eventCount };
}

/** Events, and those of them of which the stepper wrote the lines. */
const counts = { events: 0, written: 0 };

function compare({ open, random, what }: Case): void {
  const form = { format: random.pick(FORMATS), json: random.int(3) === 0, cutBuffers: random.int(4) > 0 };
  const filter = random.pick(FILTERS);
  const plain = print(open, form, filter, Number.POSITIVE_INFINITY, 1024);
  const stepped = print(open, form, filter, random.pick([0, 0, 30]), random.int(8) === 0 ? 8 : 1024);
  if (stepped.text !== plain.text) {
    const [lines, others] = [plain.text.split('\n'), stepped.text.split('\n')];
    const at = lines.findIndex((line, i) => line !== others[i]);
    const message = `${what}, ${JSON.stringify(form)}, filter '${filter}', line ${at + 1}`;
    assert.equal(others[at], lines[at], message);
    assert.fail(message);
  }
  counts.events += filter === '' ? plain.events : 0;
  counts.written += filter === '' ? plain.calls - stepped.calls : 0;
}

/** At least this share of the events of unfiltered captures was written by the stepper. */
function assertWritten(share: number): void {
  assert.ok(counts.events > 1000, `${counts.events} events without a filter`);
  assert.ok(counts.written > share * counts.events, `${counts.written} of ${counts.events} lines`);
  counts.events = 0;
  counts.written = 0;
}

test('events of every code', () => {
  for (const one of made(150, (random) => anyCapture(random, 300 + random.int(700)))) compare(one);
  assertWritten(0.2);
});

test('captures of what programs do most', () => {
  for (const one of made(150, (random) => busyCapture(random, 200 + random.int(800)))) compare(one);
  assertWritten(0.15);
});

test('the rules of the state', () => {
  for (const one of rules()) compare(one);
});

test('damaged captures', () => {
  for (const one of damaged(78, 600)) compare(one);
});

test('recordings', () => {
  counts.events = 0;
  counts.written = 0;
  for (const one of recordings()) compare(one);
  assertWritten(0.5);
});
