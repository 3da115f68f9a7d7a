/** The live source by itself: accounting, settings that change while it runs, who is reported, the scan of /proc. */
import assert from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { LiveSource } from '../../src/capture/live.js';
import { scanMachine, scanThread } from '../../src/capture/proc-scan/index.js';
import { blocksOf, callOf, eventsOf, numberOf, type PlainEvent } from './blocks.js';
import { cannotCapture } from './privileged.js';
import { record } from './record.js';

/** Everything the source still has. */
function drain(source: LiveSource): PlainEvent[] {
  const chunks: Buffer[] = [];
  source.stop();
  while (source.nextBatch()) chunks.push(Buffer.from(source.window.subarray(source.start, source.end)));
  return eventsOf(Buffer.concat(chunks));
}

const names = (events: PlainEvent[]) => new Set(events.map(callOf));
const pids = (events: PlainEvent[]) => new Set(events.map((e) => e.tid));

describe('the live source', { skip: cannotCapture() }, () => {
  it('counts exactly when the rings overflow', () => {
    const source = new LiveSource({ scan: false, ringBytes: 65536, only: { children: true } });
    spawnSync('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=20000']);
    const events = drain(source);
    const stats = source.stats();
    source.close();
    assert.ok(stats.dropped > 10000, `only ${stats.dropped} dropped`);
    assert.equal(stats.seen, stats.delivered + stats.skipped + stats.dropped);
    for (const c of stats.cpus) assert.equal(c.seen, c.full + c.submitted);
    assert.equal(events.filter((e) => e.name !== 'drop').length, stats.delivered);
    assert.ok(
      events.some((e) => e.name === 'drop'),
      'no drop marker',
    );
  });

  it('never reports itself', () => {
    const source = new LiveSource({ scan: false });
    for (let i = 0; i < 200; i++) closeSync(openSync('/dev/null', 'r'));
    const events = drain(source);
    source.close();
    assert.ok(!pids(events).has(process.pid));
  });

  it('reports a command with its descendants, orphans too, and nothing else', async () => {
    const other = spawn('sh', ['-c', 'while :; do sleep 0.01; done'], { stdio: 'ignore' });
    const { bytes, pid } = await record('sh', [
      '-c',
      '(sh -c "sleep 0.2; exec cat /dev/null" & ) ; ls / >/dev/null; sleep 0.4',
    ]).finally(() => other.kill());
    const events = eventsOf(bytes);
    const made = new Set([pid]);
    for (const e of events)
      if (/^(clone|fork|vfork|clone3)$/.test(e.name) && e.exit && numberOf(e.params.get('res')!) > 0n)
        made.add(Number(numberOf(e.params.get('res')!)));
    for (const tid of pids(events)) if (tid !== 0) assert.ok(made.has(tid), `${tid} is no descendant`);
    const images = events
      .filter((e) => e.name === 'execve' && !e.exit)
      .map((e) => e.params.get('filename')!.bytes.toString());
    assert.ok(
      images.some((i) => i.includes('cat')),
      'the orphan is missing',
    );
    assert.ok(!pids(events).has(other.pid ?? -1));
  });

  it('ends arguments and environment with a NUL where they are cut', async () => {
    const { bytes } = await record('env', [`LONG=${'e'.repeat(6000)}`, '/bin/echo', ...Array(9).fill('a'.repeat(600))]);
    const [exec] = eventsOf(bytes)
      .filter((e) => e.name === 'execve' && e.exit && numberOf(e.params.get('res')!) === 0n)
      .slice(-1);
    for (const name of ['args', 'env']) {
      const value = exec!.params.get(name)!.bytes;
      assert.ok(value.length > 3000 && value.length < 6000, `${name} has ${value.length} bytes`);
      assert.equal(value.at(-1), 0, name);
    }
  });

  it('changes what is wanted while it runs', () => {
    const source = new LiveSource({ scan: false, only: { children: true }, wanted: { events: new Set([6, 7]) } });
    spawnSync('cat', ['/etc/hostname']);
    source.nextBatch();
    const narrow = names(eventsOf(Buffer.from(source.window.subarray(source.start, source.end))));
    source.setWanted('all');
    spawnSync('cat', ['/etc/hostname']);
    const wide = names(drain(source));
    source.close();
    assert.ok(wide.has('mprotect') && wide.has('arch_prctl') && wide.has('read'));
    assert.ok(!narrow.has('mprotect') && !narrow.has('arch_prctl'));
    // What state needs is there all the same.
    assert.ok(narrow.has('openat') && narrow.has('execve') && narrow.has('close'));
  });

  it('keeps as much of a buffer as it is told', async () => {
    for (const snaplen of [0, 10, 80, 5000, 60000]) {
      const { bytes } = await record('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=65536', 'count=1'], {
        only: { children: true },
        scan: false,
        snaplen,
      });
      const sizes = eventsOf(bytes)
        .filter((e) => e.name === 'read' && e.exit && numberOf(e.params.get('res')!) >= BigInt(snaplen))
        .map((e) => e.params.get('data')!.bytes.length);
      assert.equal(Math.max(...sizes), Math.min(snaplen, 65536), `snaplen ${snaplen}`);
    }
  });

  it('reports page faults and switches on request', async () => {
    const some = eventsOf(
      (await record('true', [], { only: { children: true }, scan: false, pageFaults: true })).bytes,
    );
    const fault = some.find((e) => e.name === 'page_fault');
    if (process.arch === 'x64') assert.ok(fault && fault.params.get('addr')!.bytes.length === 8);
    const none = eventsOf((await record('true', [], { only: { children: true }, scan: false, switches: false })).bytes);
    assert.ok(!none.some((e) => e.name === 'page_fault' || e.name === 'switch'));
  });

  it('can be closed twice and keeps its totals', () => {
    const source = new LiveSource({ scan: false });
    spawnSync('true');
    source.close();
    source.close();
    assert.ok(source.stats().seen > 0);
    assert.equal(source.nextBatch(), false);
  });

  it('sees 32-bit calls', { skip: process.arch !== 'x64' && 'x86 only' }, () => {
    const program = `${tmpdir()}/burin-int80-${process.pid}`;
    // getpid through the 32-bit gate, from a 64-bit program.
    const source =
      'int main(){int r;for(int i=0;i<50;i++)__asm__ volatile("int $0x80":"=a"(r):"a"(20):"memory");return r<=0;}';
    const cc = spawnSync('gcc', ['-x', 'c', '-o', program, '-'], { input: source });
    if (cc.status !== 0) return;
    const live = new LiveSource({ scan: false, only: { children: true } });
    const run = spawnSync(program);
    const events = drain(live);
    live.close();
    if (run.signal) return; // a kernel without the gate
    assert.ok(events.filter((e) => callOf(e) === 'getpid' && !e.exit).length >= 50);
  });
});

describe('the scan of /proc', { skip: process.platform !== 'linux' && 'needs Linux' }, () => {
  it('is whole blocks that hold this process, its descriptors and sockets', async () => {
    const server = createServer(() => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = (server.address() as { port: number }).port;
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    const fd = openSync('/etc/passwd', 'r');
    const bytes = Buffer.from(scanMachine());
    closeSync(fd);
    client.destroy();
    server.close();
    const blocks = [...blocksOf(bytes)];
    assert.deepEqual(
      blocks.slice(0, 5).map((b) => b.type),
      [0x0a0d0d0a, 0x201, 0x219, 0x220, 0x215],
    );
    const fds = blocks.find((b) => b.type === 0x218 && Number(b.body.readBigUInt64LE(0)) === process.pid);
    assert.ok(fds);
    const kinds = new Map<number, Buffer>();
    for (let at = 8; at + 4 <= fds.body.length && fds.body.readUInt32LE(at) > 0; at += fds.body.readUInt32LE(at)) {
      const entry = fds.body.subarray(at, at + fds.body.readUInt32LE(at));
      kinds.set(Number(entry.readBigInt64LE(4)), entry);
    }
    const file = kinds.get(fd)!;
    assert.equal(file[20], 16);
    assert.equal(file.toString('latin1', 27, 27 + file.readUInt16LE(25)), '/etc/passwd');
    const ends = [...kinds.values()].filter(
      (e) => e[20] === 3 && (e.readUInt16LE(29) === port || e.readUInt16LE(31) === port),
    );
    assert.ok(ends.length >= 2, 'both ends of the connection');
    assert.ok(
      [...kinds.values()].some((e) => e[20] === 5 && e.readUInt16LE(25) === port),
      'the listening socket',
    );
    // The thread entries add up to the block.
    const list = blocks[4]!.body;
    let threads = 0;
    let at = 0;
    for (; at + 4 <= list.length && list.readUInt32LE(at) > 0; at += list.readUInt32LE(at)) {
      if (Number(list.readBigUInt64LE(at + 12)) === process.pid) threads++;
    }
    assert.ok(threads > 1, 'all threads of this process');
  });

  it('tells of one process alone, and nothing of one that is gone', () => {
    const blocks = [...blocksOf(Buffer.from(scanThread(process.pid)!))];
    assert.deepEqual(
      blocks.map((b) => b.type),
      [0x215, 0x218],
    );
    assert.equal(scanThread(0x3fffffff), undefined);
  });
});
