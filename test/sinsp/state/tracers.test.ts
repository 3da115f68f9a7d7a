/**
 * Tracer marks, and the events and spans that are made of them. What is expected is what sysdig shows; where it is installed it
 * is asked again, in many more ways.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCaptureFile } from '../../../src/capture/file-source.js';
import { CaptureDump } from '../../../src/sinsp/capture-dump.js';
import { compileFilter } from '../../../src/sinsp/filter/index.js';
import { ByteWriter } from '../../../src/sinsp/format/byte-writer.js';
import { FormatLine } from '../../../src/sinsp/format/format-line.js';
import { parseFormat } from '../../../src/sinsp/format/format-parser.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { EC, EVENT_CATEGORIES } from '../../../src/sinsp/schema/index.js';
import { SETTINGS } from './scenario.js';
import { manySpans, marksCapture, tracedPrograms } from './tracer-captures.js';

type Case = readonly [pieces: readonly string[], ...shown: string[]];

/** What is written, in how many pieces, and the events that are shown of it. */
const MARKS: readonly Case[] = [
  [['>:12:tag:x=1:'], '> tracer id=12 tags=tag args=x:1'],
  [['<:p:a.b::'], '< tracer id=1001 tags=a.b args='],
  [['>:t:a::'], '> tracer id=1002 tags=a args='],
  [['>:pp:a::'], '> tracer id=900 tags=a args='],
  [['>::a::'], '> tracer id=0 tags=a args='],
  [['>:g:a::'], '> tracer id=0 tags=a args='],
  [['>:-5:a::'], '> tracer id=-5 tags=a args='],
  [['>:-:a::'], '> tracer id=0 tags=a args='],
  [['>:12345678901234567890:a::'], '> tracer id=-6101065172474983726 tags=a args='],
  [['>:1a:a::'], '> tracer id=0 tags=invalid tracer >:1a:a::, len8 args='],
  [['>:+1:a::'], '> tracer id=0 tags=invalid tracer >:+1:a::, len8 args='],
  [['>:tx:a::'], '> tracer id=0 tags=invalid tracer >:tx:a::, len8 args='],
  [['>:1:::'], '> tracer id=1 tags= args='],
  [['>::::'], '> tracer id=0 tags= args='],
  [['>:1:a..b.::'], '> tracer id=1 tags=a..b. args='],
  [['>:1:a>b::'], '> tracer id=0 tags=invalid tracer >:1:a>b::, len9 args='],
  [['>:1:a=b::'], '> tracer id=0 tags=invalid tracer >:1:a=b::, len9 args='],
  [['>:1:a\\>b\\.c\\:\\\\::'], '> tracer id=1 tags=a>b.c:\\ args='],
  [['>:1:a\nb::'], '> tracer id=0 tags=invalid tracer >:1:a\nb::, len9 args='],
  [['>:1:a:x=1,y=2:'], '> tracer id=1 tags=a args=x:1,y:2'],
  [['>:1:a:x=1=y=2:'], '> tracer id=1 tags=a args=x:1,y:2'],
  [['>:1:a:x=a\nb>:'], '> tracer id=1 tags=a args=x:a\nb>'],
  [['>:1:a:x>y=1:'], '> tracer id=0 tags=invalid tracer >:1:a:x>y=1:, len12 args='],
  [['>:1:a:x\\=y=1\\,2\\:3:'], '> tracer id=1 tags=a args=x=y:1,2:3'],
  [['>:1:a:=:'], '> tracer id=1 tags=a args=:'],
  [['>:1:a:none:'], '> tracer id=0 tags=invalid tracer >:1:a:none:, len11 args='],
  [['>:1:a:x=1,:'], '> tracer id=0 tags=invalid tracer >:1:a:x=1,:, len11 args='],
  [['>:1:a:x=1:y=2:'], '> tracer id=1 tags=a args=x:1'],
  [['>:1:a::more'], '> tracer id=1 tags=a args='],
  [['>:1:\xff\xc3\xa9:x=\x01:'], '> tracer id=1 tags=\xff\xc3\xa9 args=x:\x01'],
  [['>x1:a::'], '> tracer id=0 tags=invalid tracer >x1:a::, len7 args='],
  [['x'], '> tracer id=0 tags=invalid tracer x, len1 args='],
  [[''], '> tracer id=0 tags=invalid tracer , len0 args='],
  [['\0>:1:a::'], '> tracer id=0 tags=invalid tracer  args='],
  [['>', ':3:p::'], '> tracer id=3 tags=p args='],
  [['>:3', '3:p', '.q:x', '=1:'], '> tracer id=33 tags=p.q args=x:1'],
  [['>:3:p\\', '.q::'], '> tracer id=3 tags=p.q args='],
  [['>:3:p', 'x>y::', '>:4:q::'], '> tracer id=0 tags=invalid tracer x>y::, len5 args=', '> tracer id=4 tags=q args='],
  [['>:3:p', '', '::'], '> tracer id=3 tags=p args='],
  [['[">", 5, ["a","b"], [{"k":"v"},{"l":"w"}]]'], '> tracer id=5 tags=a.b args=k:v,l:w'],
  [['["<",5,["a","b"],[{"k":"v"}]]'], '< tracer id=5 tags=a.b args=k:v'],
  [['  [">" , 5 , [ "a" ] , [ ] ]'], '> tracer id=5 tags=a args='],
  [['[">","t",["a"],[]]'], '> tracer id=1042 tags=a args='],
  [['[">","pp",["a"],[]]'], '> tracer id=900 tags=a args='],
  [['[">","g",["a"],[]]'], '> tracer id=0 tags=a args='],
  [['[">","zz",["a"],[]]'], '> tracer id=0 tags=invalid tracer [">","zz",["a"],[]], len19 args='],
  [['[">","",["a"],[]]'], '> tracer id=7 tags=a args='],
  [['[">",-3,["a"],[]]'], '> tracer id=-3 tags=a args='],
  [['[">",3.5,["a"],[]]'], '> tracer id=0 tags=invalid tracer [">",3.5,["a"],[]], len18 args='],
  [['["x",3,["a"],[]]'], '< tracer id=3 tags=a args='],
  [['[">",3,[],[]]'], '> tracer id=3 tags= args='],
  [['[">",3,[1,2],[]]'], '> tracer id=0 tags=invalid tracer [">",3,[1,2],[]], len16 args='],
  [['[">",3,["a",1],[]]'], '> tracer id=0 tags=invalid tracer [">",3,["a",1],[]], len18 args='],
  [
    ['[">",3,["a"],[{"k":"v","l":"w"}]]'],
    '> tracer id=0 tags=invalid tracer [">",3,["a"],[{"k":"v","l":"w"}]], len33 args=',
  ],
  [['[">",3,["a"],[{"k":1}]]'], '> tracer id=0 tags=invalid tracer [">",3,["a"],[{"k":1}]], len23 args='],
  [['[">",3,["a"],{"k":"v"}]'], '> tracer id=0 tags=invalid tracer [">",3,["a"],{"k":"v"}], len23 args='],
  [['[">",3,["a"],[{"k"::"v"}]]'], '> tracer id=0 tags=invalid tracer [">",3,["a"],[{"k"::"v"}]], len26 args='],
  [['[">",3,["a"],[]]more'], '> tracer id=3 tags=a args='],
  [['[">",3,["a"],[]}'], '> tracer id=0 tags=invalid tracer [">",3,["a"],[]}, len16 args='],
  [['[1]'], '> tracer id=0 tags=invalid tracer [1], len3 args='],
  [['{"a":1}'], '> tracer id=0 tags=invalid tracer {"a":1}, len7 args='],
  [['[">",3,["a"', '],[{"k":', '"v"}]]'], '> tracer id=3 tags=a args=k:v'],
];
/** The same where it takes what is written after it for its end. */
const CUT: readonly Case[] = [
  [['>:0:a::']],
  [['>:1:0a::']],
  [['>:1:a:none'], '> tracer id=0 tags=invalid tracer <:7:first.second:r=1:, len21 args='],
  [['>:1:a\0b::']],
  [['>:3:p\0', '.q::'], '> tracer id=0 tags=invalid tracer <:7:first.second:r=1:, len21 args='],
  [['[">",3,["a\\"b"],[{"k.":"v\\\\"}]]']],
  [['[">",3,["a"]]'], '> tracer id=0 tags=invalid tracer <:7:first.second:r=1:, len21 args='],
];
const FIRST = '> tracer id=7 tags=first.second args=k:v';
const LAST = '< tracer id=7 tags=first.second args=r:1';

/** The events of a capture in some format, of those that a filter lets through. */
function lines(file: string, format: string, filter = ''): string[] {
  const inspector = new Inspector();
  const context = { inspector, settings: SETTINGS };
  const writer = new ByteWriter();
  const line = new FormatLine(parseFormat(format), context, writer);
  if (filter !== '') inspector.setFilter(compileFilter(filter, context));
  const source = openCaptureFile(file);
  const isInternal = (type: number) => (EVENT_CATEGORIES[type]! & EC.INTERNAL) !== 0;
  inspector.walk(source, ({ type }) => isInternal(type) || line.print(inspector.event) || true);
  source.close();
  return Buffer.from(writer.bytes.subarray(0, writer.length)).toString('latin1').split('\n').slice(0, -1);
}

function shown(cases: readonly Case[]): string[] {
  const file = marksCapture(cases.map(([pieces]) => pieces)).write();
  return lines(file, '*|%proc.name|%evt.dir %evt.type %evt.args');
}

/** Of each case: the beginning of the first write, and what is shown afterwards. */
const expected = (cases: readonly Case[], last: readonly string[]): string[] =>
  cases
    .flatMap(([, ...of], i) =>
      ['> write fd=3(<f>/dev/null) size=21', FIRST, ...of, ...last].map((line) => `|p${i}|${line} `),
    )
    .flatMap((line) => line.split('\n'));

test('texts that are marks, and those that are not', () => {
  assert.deepEqual(shown(MARKS), expected(MARKS, [LAST]));
});

test('texts that wait for their end', () => {
  assert.deepEqual(shown(CUT), expected(CUT, []));
});

const SPANS = '*%evt.num %evt.dir %evt.args|%span.enterargs|%span.duration|%span.rawparenttime';

test('calls that write marks, and the spans they mark', () => {
  assert.deepEqual(lines(tracedPrograms().write(), SPANS, 'evt.type=tracer'), [
    '2 > id=1 tags=listed args=x:1 |x=1|<NA>|<NA>',
    '6 < id=1 tags=listed args= |x=1|20000|<NA>',
    '20 > id=1 tags=a args=k:v,l:w |k=v,l=w|<NA>|<NA>',
    '28 > id=1 tags=a.b args=n:1 |n=1|<NA>|1500000000000101000',
    '36 > id=1 tags=a.b.c args= ||<NA>|1500000000000101000',
    '44 < id=1 tags=a.b.c args= ||40000|1500000000000101000',
    '46 < id=1 tags=a.b args=res:2 |n=1|90000|1500000000000101000',
    '48 < id=2 tags=other args= |<NA>|<NA>|<NA>',
    '50 > id=0 tags=invalid tracer hello again, len11 args= |<NA>|<NA>|<NA>',
    '54 > id=3 tags=failed args= ||<NA>|<NA>',
    '58 < id=1 tags=a args=r:1 |k=v,l=w|190000|<NA>',
    '78 > id=5 tags=dup args= ||<NA>|<NA>',
    '82 < id=5 tags=dup args= ||20000|<NA>',
    '88 > id=6 tags=copied args= ||<NA>|<NA>',
    '90 < id=6 tags=copied args= ||10000|<NA>',
    '98 > id=8 tags=pieces args=k:v |k=v|<NA>|<NA>',
    '100 < id=8 tags=pieces args= |k=v|10000|<NA>',
    '105 > id=200 tags=child args=a:b |a=b|<NA>|<NA>',
    '113 > id=100 tags=child args=c:d |c=d|<NA>|<NA>',
    '127 < id=100 tags=child args= |c=d|70000|<NA>',
    '131 < id=200 tags=child args= |a=b|130000|<NA>',
    '133 > id=101 tags=thread args= ||<NA>|<NA>',
    '139 < id=101 tags=thread args= ||30000|<NA>',
    '142 > id=9 tags=last args= ||<NA>|<NA>',
    '147 < id=9 tags=last args= ||40000|<NA>',
  ]);
});

/** Numbers of the events that a filter lets through. */
const FILTERED: readonly (readonly [filter: string, numbers: readonly number[]])[] = [
  ['evt.type=write', [1, 9, 10, 11, 12, 19, 87, 89, 92, 96, 140, 143, 146]],
  ['evt.type=write and evt.dir=>', [1, 9, 11, 19, 87, 89, 146]],
  [
    'evtin.span.tags=a',
    [
      21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 32, 33, 34, 36, 37, 38, 39, 40, 41, 42, 44, 46, 48, 50, 51, 52, 54, 55,
      56, 58,
    ],
  ],
  ['evtin.span.m.tags=thread', [134, 135, 136, 137, 139]],
  [
    'evtin.span.s.tags exists',
    [103, 105, 106, 107, 108, 109, 110, 111, 113, 114, 115, 116, 117, 118, 119, 127, 128, 129, 131],
  ],
  [
    'evtin.span.arg.name=w',
    [
      21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 32, 33, 34, 36, 37, 38, 39, 40, 41, 42, 44, 46, 48, 50, 51, 52, 54, 55,
      56, 58,
    ],
  ],
  ['span.id=1 and evt.dir=<', [6, 44, 46, 58]],
  ['evt.type=tracer and not span.duration exists', [2, 20, 28, 36, 48, 50, 54, 78, 88, 98, 105, 113, 133, 142]],
];

test('filters see the tracer event, or nothing of it', () => {
  const file = tracedPrograms().write();
  for (const [filter, numbers] of FILTERED) {
    assert.deepEqual(lines(file, '%evt.num', filter).map(Number), numbers, filter);
  }
});

test('when too many spans are open all are forgotten', () => {
  const ends = lines(manySpans().write(), '%evt.num %span.duration', 'span.duration exists').map((line) =>
    Number.parseInt(line, 10),
  );
  assert.deepEqual(ends, Array.from({ length: 11 }, (_, i) => 540 + 2 * i).concat(562));
});

test('what is written to a capture is the write, which says that it was a mark', () => {
  const path = join(tmpdir(), `burin-tracers-${process.pid}.scap`);
  const inspector = new Inspector();
  const dump = new CaptureDump(inspector, path);
  try {
    inspector.setFilter(compileFilter('evt.type=tracer and proc.pid=200', { inspector, settings: SETTINGS }));
    const source = openCaptureFile(tracedPrograms().write());
    inspector.walk(source, (event) => {
      dump.write(event);
      return true;
    });
    source.close();
    dump.close();
    // Nothing is known of the descriptor there, nor of who started the process.
    assert.deepEqual(lines(path, '%evt.dir %evt.type %evt.args'), [
      '> tracer id=200 tags=child args=a:b ',
      '> tracer id=-1 tags=child args=c:d ',
      '< tracer id=-1 tags=child args= ',
      '< tracer id=200 tags=child args= ',
    ]);
    const reader = new Inspector();
    const flags: number[] = [];
    reader.state.tracers.recording = true;
    const again = openCaptureFile(path);
    reader.walk(again, ({ dumpFlags, standsFor }) => flags.push(dumpFlags, standsFor === null ? 0 : 1) > 0);
    again.close();
    assert.deepEqual(flags, [2, 1, 2, 1, 2, 1, 2, 1]);
  } finally {
    rmSync(path, { force: true });
  }
});

test('a capture that is being written has the beginnings of writes, and marks in pieces', () => {
  const inspector = new Inspector();
  inspector.state.tracers.recording = true;
  const source = openCaptureFile(tracedPrograms().write());
  const numbers: number[] = [];
  inspector.walk(source, ({ num }) => numbers.push(num) > 0);
  source.close();
  assert.deepEqual(
    numbers,
    Array.from(numbers, (_, i) => i + 1),
  );
});

test('a copy of the state has its open spans, and marks that are not whole', () => {
  for (const stop of [30, 92, 96, 106, 135]) {
    const inspector = new Inspector();
    const context = { inspector, settings: SETTINGS };
    const writer = new ByteWriter();
    const line = new FormatLine(parseFormat(SPANS), context, writer);
    inspector.setFilter(compileFilter('evt.type=tracer or evt.dir=<', context));
    const source = openCaptureFile(tracedPrograms().write());
    assert.ok(source.nextBatch());
    inspector.walkBatch(source, ({ num }) => num < stop);
    const { start } = source;
    const snapshot = inspector.snapshot();
    const rest = (): string => {
      writer.length = 0;
      source.start = start;
      inspector.walkBatch(source, (event) => line.print(event) || true);
      return Buffer.from(writer.bytes.subarray(0, writer.length)).toString('latin1');
    };
    const first = rest();
    inspector.restore(snapshot);
    assert.equal(rest(), first, `from event ${stop} on`);
    assert.ok(first.includes('|30000|'));
    source.close();
  }
});

const sysdig = spawnSync('sysdig', ['--version']).status === 0;
const FORMATS = [
  '*%evt.num %evt.type %evt.dir %evt.args %evt.arg[0] %evt.arg.id %evt.arg.tags %evt.arg.args %evt.res %evt.buffer %fd.num %fd.name %evt.latency',
  '*%evt.num %span.id %span.time %span.ntags %span.nargs %span.tags %span.tag[0] %span.tag[-1] %span.args %span.arg[0] %span.enterargs %span.enterarg[-1]',
  '*%evt.num %span.duration %span.duration.human %span.duration.fortag[1] %span.count %span.count.fortag[1] %span.childcount.fortag[0] %span.idtag[0] %span.rawtime %span.rawparenttime',
  '*%evt.num %evtin.span.id %evtin.span.ntags %evtin.span.nargs %evtin.span.tags %evtin.span.tag[0] %evtin.span.args %evtin.span.arg[0] %evtin.span.arg.name',
  '*%evt.num %evtin.span.p.id %evtin.span.p.tags %evtin.span.s.id %evtin.span.s.tags %evtin.span.m.id %evtin.span.m.tags %evtin.span.m.tag[-1] %evtin.span.m.arg.res',
];
const FILTERS = [
  '',
  'evt.type=tracer',
  'evt.type!=write',
  'evt.dir=<',
  'proc.pid=100',
  'fd.name=/dev/null',
  'span.nargs exists',
  'span.tags contains a and evt.arg.args contains k',
  'evtin.span.id exists',
  'evtin.span.m.id>1 and evt.type in (read, tracer)',
  'evtin.span.s.ntags=1 or evtin.span.p.tag[0]=a',
];

test('agrees with sysdig', { skip: sysdig ? false : 'sysdig is not installed' }, () => {
  const captures = [marksCapture([...MARKS, ...CUT].map(([pieces]) => pieces)), tracedPrograms(), manySpans()];
  for (const capture of captures) {
    const file = capture.write();
    for (const format of FORMATS) {
      for (const filter of FILTERS) {
        const want = execFileSync('sysdig', ['-r', file, '-p', format, filter], { encoding: 'latin1' })
          .split('\n')
          .slice(0, -1);
        assert.deepEqual(lines(file, format, filter), want, `${format} ${filter}`);
      }
    }
  }
});
