/**
 * A walk with the stepper is the same as one without: the events that are handed over, what is known with each of them,
 * the state in the end, and where and how a damaged capture ends. Random captures of what programs do most, the rules of
 * test/sinsp/state, damaged captures, and recordings.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CaptureError } from '../../../src/capture/event-source.js';
import { FileSource } from '../../../src/capture/file-source.js';
import { IntervalTimer } from '../../../src/chisel/interval.js';
import type { EventCursor } from '../../../src/sinsp/event.js';
import type { FieldContext } from '../../../src/sinsp/fields/field.js';
import { compileFilter } from '../../../src/sinsp/filter/index.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { EVENT_COUNT } from '../../../src/sinsp/schema/index.js';
import { memoryInput, raw, text, u8, u32, u64 } from '../../support/capture-builder.js';
import { Random } from '../../support/random.js';
import { call, SETTINGS, scenario, tuple4 } from '../state/scenario.js';
import { busyCapture } from './busy-capture.js';
import { type Case, damaged, inMemory, made, recordings, rules } from './captures.js';
import { dumpState } from './dump-state.js';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const FILTERS = [
  '',
  '',
  'evt.type=openat or evt.type=open',
  'fd.name contains /tmp and evt.dir=<',
  'evt.type in (read, close) and evt.dir=<',
  'proc.name=bash',
  'proc.name=new and evt.type!=switch',
  'proc.pid=100 and evt.type in (close, write)',
  'thread.tid=101 or proc.name=init',
  'evt.is_io=true',
  'not fd.name contains /tmp',
  'fd.type in (file, ipv4) and (fd.name=/tmp/b or fd.filename=passwd) and evt.type!=close',
  'fd.typechar=f and evt.is_io=true and proc.name!=new',
  'evt.type=read or evt.type=close or evt.type=write',
  'evt.type!=open and proc.name!=bash',
  'not evt.type in (read, open) and evt.dir=<',
  'fd.type=ipv4 and evt.latency>0',
  'fd.port=80',
  'not fd.port in (80, 53) and evt.is_io=true',
  'fd.sip=10.0.0.9 and evt.type!=recvfrom',
  'fd.type in (ipv6, unix) or fd.cport=4000',
  'fd.l4proto=udp and evt.dir=<',
  'fd.typechar=d and evt.type!=read',
  'fd.sport=80 and not fd.name contains /',
  'fd.snet=10.0.0.0/24 and fd.sockfamily=ip',
  'not fd.cproto=4000 and proc.name=bash',
  'evt.type in (accept, recvfrom, sendto, shutdown)',
  'evt.type=tracer',
  'evt.type in (tracer, close) and proc.name!=new',
  'evt.type=write and evt.dir=>',
  'span.tags=a and proc.name=bash',
  'evtin.span.m.id=1',
  'evtin.span.tags=a.b and evt.type in (read, write)',
];

interface Walk {
  readonly events: string[];
  readonly state: string[];
  readonly end: string;
}

/** Walks a capture; `interest`: by event code, which events are looked at; `interval`: fires, 0 never, as a chisel's does. */
function walk(
  open: () => FileSource,
  filter: string,
  interest: Uint8Array,
  stepperAfter: number,
  pause: number,
  interval: bigint,
  maxFds: number,
  /** So many events are passed over after each that the handler looks at. */
  gap: number,
  stepperThreads = 1024,
): Walk {
  const inspector = new Inspector({ maxThreads: 2000, maxFds, stepperAfter, stepperThreads });
  const context: FieldContext = { inspector, settings: SETTINGS };
  if (filter !== '') inspector.setFilter(compileFilter(filter, context));
  const timer = new IntervalTimer();
  timer.setPlain(interval);
  if (interval === 0n) inspector.setInterest(() => interest);
  else
    inspector.setInterest(
      () => interest,
      () => timer,
    );
  const { state } = inspector;
  const events: string[] = [];
  const look = ({ num, tsHigh, tsLow }: EventCursor): void => {
    if (interval === 0n || timer.isCalm(tsHigh, tsLow)) return;
    timer.check((BigInt(tsHigh) << 32n) | BigInt(tsLow), (...when) => events.push(`${num} fired ${when}`));
  };
  // Intervals go by whether the filter lets an event through or not.
  inspector.onRejected = interval === 0n ? null : look;
  const source = open();
  let end = 'whole';
  try {
    while (source.nextBatch()) {
      // A handler that stops now and then, as readers that want one event at a time do.
      const goesOn = () =>
        inspector.walkBatch(source, (event) => {
          look(event);
          if (interest[event.type] === 0 || event.num % (gap + 1) !== 0) return true;
          const { thread, fd } = event;
          events.push(
            `${event.num} ${event.type} ${event.tid} ${event.time} ${event.tsHigh}.${event.tsLow} ${event.cpu} ` +
              `${event.dumpFlags} ${event.paired} ${event.nparams} ${event.blockLength} fd ${event.fdNum} ` +
              `${fd === null ? '-' : `${fd.type} ${state.fdName(fd).text} ${state.fdNameChanged(fd)}`} ` +
              `${Array.from({ length: event.nparams }, (_, i) => event.paramInt64(i)).join()} thread ` +
              `${thread === null ? '-' : `${thread.tid} ${thread.comm.text} ${thread.latency} ${thread.lastFd} ${thread.vmsizeKb}`}`,
          );
          return pause === 0 || events.length % pause !== 0;
        });
      while (!goesOn());
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    end = error.message;
    // What the event before the damage closed may be gone already.
    state.removeScheduled();
  } finally {
    source.close();
  }
  end += ` ${inspector.eventCount} ${state.skippedEvents} ${inspector.event.tsHigh} ${inspector.event.tsLow}`;
  return { events, state: dumpState(state), end };
}

/** Walks with and without the stepper, and compares. Returns the number of events. */
function compare({ open, random, what }: Case): number {
  const filter = random.pick(FILTERS);
  const share = random.pick([0, 0, 4, 20]);
  const interest = Uint8Array.from({ length: EVENT_COUNT }, () => (random.int(20) < share ? 1 : 0));
  const pause = random.pick([0, 0, 1, 3]);
  const interval = random.pick([0n, 0n, 20_000n, 700_000n]);
  const maxFds = random.pick([300, 4096, 4096]);
  const gap = random.pick([0, 0, 1, 4]);
  const plain = walk(open, filter, interest, Number.POSITIVE_INFINITY, pause, interval, maxFds, gap);
  const after = random.pick([0, 0, 5, 40]);
  const stepped = walk(open, filter, interest, after, pause, interval, maxFds, gap, random.pick([4, 1024]));
  const message = `${what}, filter '${filter}', share ${share}, interval ${interval}, gap ${gap}`;
  assert.deepEqual(stepped.events, plain.events, message);
  assert.deepEqual(stepped.state, plain.state, message);
  assert.equal(stepped.end, plain.end, message);
  return plain.events.length;
}

test('random captures of what programs do most', () => {
  let events = 0;
  for (const one of made(600, (random) => busyCapture(random, 200 + random.int(800)))) events += compare(one);
  assert.ok(events > 10_000, `${events} events were compared`);
});

test('the rules of the state', () => {
  for (const one of rules()) compare(one);
});

test('a process list of more threads than there is room for', () => {
  // In a second section, which is read with a stepper at work.
  const builder = scenario();
  call(builder, 'SYSCALL_CLOSE', [u64(5)], [u64(0)]);
  builder.section().processes(Array.from({ length: 600 }, (_, i) => ({ tid: 1000 + i, comm: `p${i}` })));
  for (let tid = 1000; tid < 1600; tid++) call(builder, 'SYSCALL_GETUID', [], [u32(0)], { tid });
  const bytes = builder.build();
  for (let seed = 1; seed <= 6; seed++) compare(inMemory(bytes, new Random(seed), `seed ${seed}`));
});

test('more files that are open at once than the stepper has records for', () => {
  const builder = scenario();
  const pids = Array.from({ length: 40 }, (_, i) => 300 + i);
  builder.section().processes(pids.map((tid) => ({ tid, comm: `p${tid}`, cwd: `/home/${tid}/` })));
  const file = (num: number) => (num % 3 === 0 ? 'here' : `/srv/${num}`);
  for (let round = 0; round < 4; round++) {
    for (const tid of pids) {
      for (let num = 3; num < 63; num++) {
        const path = file(num + round);
        const opened = [u64(num), path, u32(1), u32(0), u32(7), u64(num)];
        call(builder, 'SYSCALL_OPEN', [path, u32(1), u32(0)], opened, { tid });
        // In the end some are read, and some are left as they are.
        if (round < 2 || num % 4 === 0) call(builder, 'SYSCALL_CLOSE', [u64(num)], [u64(0)], { tid });
        else if (round === 3 && num % 4 === 1)
          call(builder, 'SYSCALL_READ', [u64(num), u32(9)], [u64(1), text('a')], { tid });
      }
    }
  }
  const bytes = builder.build();
  for (let seed = 1; seed <= 8; seed++) compare(inMemory(bytes, new Random(seed), `seed ${seed}`));
});

test('copies of more descriptors than are kept for the stepper', () => {
  const builder = scenario();
  const pids = Array.from({ length: 8 }, (_, i) => 300 + i);
  builder.section().processes(pids.map((tid) => ({ tid, comm: `p${tid}`, cwd: `/home/${tid}/` })));
  for (let round = 0; round < 3; round++) {
    for (const tid of pids) {
      for (let num = 3; num < 63; num += 3) {
        const path = `/srv/${round}/${num}`;
        call(builder, 'SYSCALL_OPEN', [path, u32(1), u32(0)], [u64(num), path, u32(1), u32(0), u32(7), u64(num)], {
          tid,
        });
        // One that JavaScript has made, and its copies of copies, of which some are closed.
        call(builder, 'SYSCALL_FCHDIR', [u64(num)], [u64(0)], { tid });
        call(builder, 'SYSCALL_FCNTL', [u64(num), u8(1)], [u64(num + 1)], { tid });
        call(builder, 'SYSCALL_FCNTL', [u64(num + 1), u8(1)], [u64(num + 2)], { tid });
        if (num % 4 === 0) call(builder, 'SYSCALL_CLOSE', [u64(num + 1)], [u64(0)], { tid });
        if (num % 5 === 0) call(builder, 'SYSCALL_READ', [u64(num + 2), u32(9)], [u64(1), text('a')], { tid });
      }
    }
  }
  const bytes = builder.build();
  for (let seed = 1; seed <= 8; seed++) compare(inMemory(bytes, new Random(seed), `seed ${seed}`));
});

/** How often a filter is asked about an event of a capture, from the time on when the stepper is there. */
function asked(bytes: Uint8Array, filter: string): number {
  const inspector = new Inspector({ stepperAfter: 0 });
  const predicate = compileFilter(filter, { inspector, settings: SETTINGS });
  let count = 0;
  const test = (event: EventCursor) => {
    count++;
    return predicate.test(event);
  };
  inspector.setFilter({ ...predicate, test });
  const source = new FileSource('memory', memoryInput(bytes), bytes.length);
  inspector.walk(source, () => true);
  source.close();
  return count;
}

test('a filter is not asked about descriptors that it excludes', () => {
  const builder = scenario();
  const ends = tuple4('10.0.0.5', 4000, '10.0.0.9', 8080);
  for (let i = 0; i < 200; i++) {
    call(builder, 'SYSCALL_OPEN', [`/srv/${i}`, u32(1), u32(0)], [u64(7), `/srv/${i}`, u32(1), u32(0), u32(7), u64(i)]);
    call(builder, 'SYSCALL_READ', [u64(7), u32(9)], [u64(1), text('a')]);
    call(builder, 'SYSCALL_CLOSE', [u64(7)], [u64(0)]);
    if (i === 0) call(builder, 'SOCKET_ACCEPT4_5', [u32(0)], [u64(8), ends, u8(0), u32(0), u32(5)]);
    call(builder, 'SOCKET_RECVFROM', [u64(8), u32(9)], [u64(1), text('a'), ends]);
    call(builder, 'SOCKET_SENDTO', [u64(8), u32(9), raw('')], [u64(1), text('a')]);
  }
  const bytes = builder.build();
  const byPort = asked(bytes, 'fd.port=80');
  assert.ok(byPort < 20, `${byPort} times`);
  // Each of these files is another one.
  const byName = asked(bytes, 'fd.name contains /etc');
  assert.ok(byName < 250, `${byName} times`);
});

test('damaged captures', () => {
  for (const one of damaged(77, 1000)) compare(one);
});

test('recordings', () => {
  let count = 0;
  for (const one of recordings()) {
    compare(one);
    count++;
  }
  assert.ok(count > 0);
});

test('stepper.generated.ts is what stepper.c makes', (t) => {
  if (spawnSync('clang-14', ['--version']).status !== 0) return t.skip('clang-14 is not installed');
  if (spawnSync('wasm-ld-14', ['--version']).status !== 0) return t.skip('lld-14 is not installed');
  const script = fromHere('../../../scripts/generate-stepper.ts');
  const run = spawnSync(process.execPath, ['--import', 'tsx', script, '--check'], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
});
