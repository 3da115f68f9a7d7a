/** The two rings of a CPU: laps of a small one, overflow and recovery, and the order of what comes out of both. */
import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { totalmem } from 'node:os';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { LiveError, LiveSource } from '../../src/capture/live.js';
import { callOf, eventsOf, numberOf, type PlainEvent } from './blocks.js';
import { cannotCapture } from './privileged.js';
import { record } from './record.js';

/** A ring buffer, beside which stands a ring of two chunks for records of fixed size. */
const SMALL = 131_072;
/** How many records without arguments fit each. */
const FIT = { kernel: SMALL / 32, own: process.arch === 'x64' ? SMALL / 4 / 24 : 0 };

/**
 * Makes calls with records of every size, in bursts that a small ring can hold: of the arguments and of the head alone
 * in one ring, with data in the other one.
 */
const MIXED = `
import os, sys, time
print(os.getpid(), flush=True)
fd = os.open('/etc/passwd', os.O_RDONLY)
os.sched_yield()
for i in range(int(sys.argv[1])):
    os.lseek(fd, i, 0)
    os.pread(fd, 8, i % 16)
    os.getppid()
    if i % 40 == 39:
        time.sleep(0.004)
`;
/** Makes as many calls as each line says. */
const CALLS_WHEN_TOLD = `
import os, sys
print('ready', flush=True)
for line in sys.stdin:
    for i in range(int(line)): os.getppid()
    print('done', flush=True)
`;
const python = (program: string, n: number) => ['-c', program, String(n)];

/** Everything that is there to fetch. */
function fetch(source: LiveSource): PlainEvent[] {
  const chunks: Buffer[] = [];
  while (source.nextBatch() && source.end > source.start)
    chunks.push(Buffer.from(source.window.subarray(source.start, source.end)));
  return eventsOf(Buffer.concat(chunks));
}

const exact = (source: LiveSource) => {
  const stats = source.stats();
  assert.equal(stats.seen, stats.delivered + stats.skipped + stats.dropped);
  for (const c of stats.cpus) assert.equal(c.seen, c.full + c.submitted);
  return stats;
};

describe('the rings', { skip: cannotCapture('python3') }, () => {
  it('give out whole records in order, over many laps', { timeout: 60_000 }, async () => {
    const rounds = 2000;
    const { bytes, stats, output } = await record('python3', python(MIXED, rounds), {
      only: { children: true },
      scan: false,
      ringBytes: SMALL,
      switches: false,
    });
    const events = eventsOf(bytes).filter((e) => e.name !== 'drop');
    for (let i = 1; i < events.length; i++) assert.ok(events[i]!.ts >= events[i - 1]!.ts, `event ${i} is older`);
    // What starts Python may be a script, with processes of its own. On a busy machine some are lost, and are counted.
    const own = events.filter((e) => e.tid === Number(output));
    const begin = own.findLastIndex((e) => callOf(e) === 'sched_yield');
    assert.ok(begin >= 0 || stats.dropped > 0);
    const calls = own.slice(begin + 1).filter((e) => /^(lseek|pread|getppid)$/.test(callOf(e)));
    let last = -1;
    let whole = 0;
    for (let i = 0; i + 5 < calls.length; i++) {
      const six = calls.slice(i, i + 6);
      const kinds = six.map((e) => `${callOf(e)}${e.exit ? '<' : '>'}`).join(' ');
      if (kinds !== 'lseek> lseek< pread> pread< getppid> getppid<') {
        assert.ok(stats.dropped > 0, `out of order: ${kinds}`);
        continue;
      }
      const [seek, sought, read, data] = six as [PlainEvent, PlainEvent, PlainEvent, PlainEvent];
      const offset = Number(numberOf(seek.params.get('offset')!));
      assert.equal(Number(numberOf(sought.params.get('res')!)), offset);
      assert.equal(Number(numberOf(read.params.get('pos')!)), offset % 16);
      assert.equal(data.params.get('data')!.bytes.length, 8);
      assert.ok(offset > last, `round ${offset} after ${last}`);
      for (let k = 1; k < 6; k++) assert.ok(six[k]!.ts > six[k - 1]!.ts, 'no two events of a thread at the same time');
      last = offset;
      whole++;
      i += 5;
    }
    if (stats.dropped === 0) assert.equal(whole, rounds);
    assert.ok(whole > rounds / 2, `only ${whole} whole rounds`);
  });

  it('count what they have no room for, and have room again', { timeout: 60_000 }, async () => {
    const program = spawn('python3', ['-c', CALLS_WHEN_TOLD], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    await lines.next();
    const source = new LiveSource({ scan: false, ringBytes: SMALL, only: { pids: [program.pid!] }, switches: false });
    /** The calls that it makes when nobody fetches anything until it has ended. */
    const calls = async (n: number): Promise<PlainEvent[]> => {
      program.stdin.write(`${n}\n`);
      await lines.next();
      await setTimeout(5);
      return fetch(source).filter((e) => callOf(e) === 'getppid');
    };
    try {
      assert.equal((await calls(10)).length, 20);
      assert.equal(exact(source).dropped, 0);
      const some = await calls(40_000);
      const { dropped } = exact(source);
      assert.ok(some.length + dropped >= 80_000);
      // As many as fit the rings of the CPU it ran on, or of all that it moved to; a little of the own ring is kept free.
      const fit = FIT.kernel + FIT.own;
      const { length: cpus } = source.stats().cpus;
      assert.ok(some.length > fit - 50 && some.length <= fit * cpus, `${some.length} instead of ${fit}`);
      assert.deepEqual(
        some.slice(0, 1000).map((e) => e.exit),
        some.slice(0, 1000).map((_, i) => i % 2 === 1),
        'the oldest are kept',
      );
      for (let i = 1; i < some.length; i++) assert.ok(some[i]!.ts > some[i - 1]!.ts);
      assert.equal((await calls(100)).length, 200);
      assert.equal(exact(source).dropped, dropped);
    } finally {
      program.kill();
      source.close();
    }
  });

  it('that do not fit the memory are refused with the remedy', () => {
    assert.throws(
      () => new LiveSource({ scan: false, ringBytes: totalmem() * 4 }).close(),
      (e) => e instanceof LiveError && e.code === 'ENOMEM' && /not enough memory.*smaller rings/.test(e.message),
    );
  });
});
