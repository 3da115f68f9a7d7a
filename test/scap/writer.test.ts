import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openCaptureFile } from '../../src/capture/file-source.js';
import { formatTime } from '../../src/scap/time-name.js';
import { CaptureDump, type DumpOptions } from '../../src/sinsp/capture-dump.js';
import { Inspector } from '../../src/sinsp/inspector.js';
import { PPME } from '../../src/sinsp/schema/index.js';
import {
  type CaptureBuilder,
  capture,
  fdPayload,
  i32,
  raw,
  temporaryFolder,
  text,
  u16,
  u64,
} from '../support/capture-builder.js';

let files = 0;
const newPath = (): string => path.join(temporaryFolder(), `written-${files++}.scap`);

interface Seen {
  type: number;
  tid: number;
  cpu: number;
  flags: number;
  params: string[];
  ts: string;
}

/** Reads a capture into plain objects; state-only events too. */
function seen(file: string): Seen[] {
  const inspector = new Inspector();
  const list: Seen[] = [];
  inspector.onEvery = (event) => {
    list.push({
      type: event.type,
      tid: event.tid,
      cpu: event.cpu,
      flags: event.dumpFlags,
      ts: `${event.tsHigh}:${event.tsLow}`,
      params: Array.from({ length: event.nparams }, (_, i) =>
        Buffer.from(event.bytes.slice(event.paramOffsets[i], event.paramOffsets[i]! + event.paramLengths[i]!)).toString(
          'hex',
        ),
      ),
    });
  };
  const source = openCaptureFile(file);
  inspector.walk(source, () => true);
  source.close();
  return list;
}

/** Writes what a filter accepts. */
function write(from: string, to: string, options: DumpOptions = {}, accepts?: (type: number) => boolean): void {
  const inspector = new Inspector();
  if (accepts) inspector.setFilter({ test: (event) => accepts(event.type) });
  const dump = new CaptureDump(inspector, to, options);
  const source = openCaptureFile(from);
  inspector.walk(source, (event) => {
    dump.write(event);
    return true;
  });
  dump.close();
  source.close();
}

const OPEN_E = PPME.SYSCALL_OPEN_E;
const OPEN_X = PPME.SYSCALL_OPEN_X;
const READ_E = PPME.SYSCALL_READ_E;
const READ_X = PPME.SYSCALL_READ_X;

function sample(version: 1 | 2): CaptureBuilder {
  const builder = capture()
    .processes([{ tid: 100, comm: 'cat' }])
    .fds(100, [{ fd: 3, type: 2, payload: fdPayload.named('/etc') }]);
  builder.event(OPEN_E, [], { version, cpu: 3 });
  builder.event(OPEN_X, [u64(4), text('/etc/hosts'), i32(1), i32(0)], { version });
  builder.event(READ_E, [u64(4), i32(80)], { version, flags: 0 });
  builder.event(READ_X, [u64(5), raw('12345')], { version });
  builder.event(READ_E, [u64(3), i32(8)], { version, flags: 1 });
  return builder;
}

test('events without a parameter count are written with it', () => {
  const from = sample(1).write();
  const to = newPath();
  write(from, to);
  assert.deepEqual(seen(to), seen(from));
  const bytes = readFileSync(to);
  const types = new Set<number>();
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) types.add(bytes.readUInt32LE(at));
  assert.ok(types.has(0x216) && types.has(0x217));
  assert.ok(!types.has(0x204) && !types.has(0x208));
});

test('copying and walking write the same file, whatever the form of the events', () => {
  const builder = sample(2);
  builder.event(PPME.CONTAINER_JSON_2_E, [text('{"container":{"id":"abc"}}')], { large: true });
  builder.event(READ_X, [u64(5), raw('x'.repeat(300))], { large: true, flags: 0 });
  for (const made of [builder, sample(1)]) {
    const from = made.write();
    const [walked, copied] = [newPath(), newPath()];
    write(from, walked);
    const inspector = new Inspector();
    const dump = new CaptureDump(inspector, copied);
    assert.ok(dump.canCopy);
    const source = openCaptureFile(from);
    assert.equal(dump.copy(source), seen(from).length);
    dump.close();
    source.close();
    assert.deepEqual(readFileSync(copied), readFileSync(walked));
    assert.deepEqual(seen(copied), seen(from));
  }
});

test('a filter leaves out the rest; the fatfile keeps what changes state, out of sight', () => {
  const from = sample(2).write();
  const reads = (type: number) => type === READ_E || type === READ_X;
  const thin = newPath();
  write(from, thin, {}, reads);
  assert.deepEqual(
    seen(thin).map((event) => event.type),
    [READ_E, READ_X],
  );
  const fat = newPath();
  write(from, fat, { fatfile: true }, reads);
  assert.deepEqual(
    seen(fat).map((event) => [event.type, event.flags]),
    [
      [OPEN_E, 1],
      [OPEN_X, 1],
      [READ_E, 0],
      [READ_X, 0],
      [READ_E, 1],
    ],
  );
  // The descriptor is known only thanks to the open.
  const names: string[] = [];
  const inspector = new Inspector();
  const source = openCaptureFile(fat);
  inspector.walk(source, (event) => {
    names.push(event.fd === null ? '' : inspector.state.fdName(event.fd).text);
    return true;
  });
  source.close();
  assert.deepEqual(names, ['/etc/hosts', '/etc/hosts']);
});

test('containers known from the start stay, once each', () => {
  const builder = capture().processes([{ tid: 100 }]);
  for (const name of ['a', 'b', 'c']) {
    const id = name === 'b' ? 'other' : 'same';
    builder.event(PPME.CONTAINER_JSON_E, [text(`{"container":{"id":"${id}","name":"${name}"}}`)], { tid: -1 });
  }
  builder.event(READ_E, [u64(3), i32(8)]).event(READ_X, [u64(1), raw('x')]);
  const to = newPath();
  write(builder.write(), to, {}, (type) => type === READ_X);
  const texts = seen(to).map((event) =>
    event.type === READ_X ? 'read' : Buffer.from(event.params[0]!, 'hex').toString(),
  );
  assert.equal(texts.length, 3);
  assert.match(texts[0]!, /"name":"c"/);
  assert.match(texts[1]!, /"name":"b"/);
  assert.equal(texts[2], 'read');
});

test('the process list can be thinned out', () => {
  const from = capture()
    .processes([
      { tid: 100, comm: 'keep' },
      { tid: 200, comm: 'drop' },
      { tid: 300, comm: 'bare' },
    ])
    .fds(100, [
      { fd: 3, type: 2, payload: fdPayload.named('/shown') },
      { fd: 4, type: 2, payload: fdPayload.named('/hidden') },
    ])
    .fds(200, [{ fd: 3, type: 2, payload: fdPayload.named('/secret') }])
    .event(READ_E, [u64(3), i32(8)])
    .write();
  const to = newPath();
  write(from, to, { wantedFd: (thread, num) => thread.comm.text !== 'drop' && num === 3 });
  const bytes = readFileSync(to).toString('latin1');
  assert.deepEqual(
    ['keep', '/shown', '/hidden', 'drop', '/secret', 'bare'].filter((text) => bytes.includes(text)),
    ['keep', '/shown'],
  );
});

test('gzip, permissions', () => {
  const from = sample(2).write();
  const [plain, packed] = [newPath(), newPath()];
  write(from, plain);
  write(from, packed, { compress: true, mode: 0o600 });
  assert.deepEqual(gunzipSync(readFileSync(packed)), readFileSync(plain));
  assert.equal(statSync(packed).mode & 0o777, 0o600);
});

test('several files: by events, by time, by size; old ones go', () => {
  const builder = capture().processes([{ tid: 100 }]);
  for (let i = 0; i < 10; i++) {
    builder.event(READ_E, [u64(3), i32(8)], { ts: 1_600_000_000_000_000_000n + BigInt(i) * 500_000_000n });
  }
  const from = builder.write();
  const counts = (base: string, limit = 12) =>
    Array.from({ length: limit }, (_, i) => `${base}${i}`)
      .filter((file) => existsSync(file))
      .map((file) => seen(file).length);
  const byEvents = newPath();
  write(from, byEvents, { maxEvents: 3 });
  assert.deepEqual(counts(byEvents), [2, 3, 3, 2], 'the first one has one less');
  const ring = newPath();
  write(from, ring, { maxEvents: 3, maxFiles: 2 });
  assert.deepEqual(counts(ring), [3, 2]);
  const single = newPath();
  write(from, single, { maxEvents: 1 });
  assert.ok(existsSync(`${single}0`), 'a file without events');
  assert.deepEqual(
    Array.from({ length: 10 }, (_, i) => seen(`${single}${i + 1}`).length),
    new Array(10).fill(1),
  );
  const byTime = newPath();
  write(from, byTime, { maxSeconds: 2 });
  assert.deepEqual(counts(byTime), [4, 4, 2]);
  const bySize = newPath();
  write(from, bySize, { maxBytes: 1 });
  assert.deepEqual(counts(bySize), new Array(10).fill(1));
  const named = path.join(temporaryFolder(), 'at-%s.scap');
  write(from, named, { maxSeconds: 2, maxFiles: 2 });
  const exists = [0, 2, 4].map((second) => existsSync(named.replace('%s', String(1_600_000_000 + second))));
  assert.deepEqual(exists, [false, true, true]);
});

test('names from times', () => {
  const { TZ } = process.env;
  process.env['TZ'] = 'UTC';
  assert.equal(formatTime('a%Y%m%d-%H%M%S.%j.%b%%%Q', 1_600_000_000), 'a20200913-122640.257.Sep%%Q');
  if (TZ === undefined) delete process.env['TZ'];
  else process.env['TZ'] = TZ;
});

test('what cannot be written is said in a line', () => {
  assert.throws(() => new CaptureDump(new Inspector(), '/no/such/dir/x'), /cannot write capture .*: no such directory/);
  if (!existsSync('/dev/full')) return;
  const from = sample(2).write();
  assert.throws(() => write(from, '/dev/full'), /cannot write capture \/dev\/full: no space left/);
});

test('sysdig reads what is written from captures of every version', (t) => {
  if (spawnSync('sysdig', ['--version']).status !== 0) {
    t.skip('sysdig is not installed');
    return;
  }
  const print = (file: string) => spawnSync('sysdig', ['-r', file], { encoding: 'utf8' });
  for (const version of [1, 2] as const) {
    const from = sample(version).write();
    const to = newPath();
    write(from, to);
    const { stdout, status, stderr } = print(to);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /< open fd=4\(<f>\/etc\/hosts\)/);
    assert.equal(stdout, print(from).stdout);
  }
});

test('a block too large for the buffer is written whole', () => {
  const big = capture()
    .processes([{ tid: 100 }])
    .event(READ_X, [u64(1), raw('x'.repeat(3 << 20))], { large: true, flags: 0 })
    .event(READ_E, [u64(3), u16(8)]);
  const from = big.write();
  const to = newPath();
  write(from, to);
  assert.deepEqual(seen(to), seen(from));
});
