/**
 * What the kernel leaves out must be nothing that the filter accepts: two probes watch the same workload at the same time, one
 * of them narrowed, and what passes the filter must be the same events.
 */
import assert from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { LiveSource } from '../../src/capture/live.js';
import { compileFilter } from '../../src/sinsp/filter/index.js';
import { Inspector } from '../../src/sinsp/inspector.js';
import { EVENT_COUNT, EVENTS } from '../../src/sinsp/schema/index.js';
import { cannotCapture } from './privileged.js';

/** Files, pipes, sockets of both families, threads, other names, other programs; runs when its input ends. */
const WORKLOAD = `
import ctypes, os, socket, subprocess, sys, threading
print('ready', flush=True)
sys.stdin.read()
prctl = ctypes.CDLL(None).prctl
def files():
    for _ in range(20):
        with open('/etc/hostname') as f: f.read()
def named():
    files()
    prctl(15, b'worker', 0, 0, 0)
    files()
    subprocess.run(['cat', '/etc/hostname'], stdout=subprocess.DEVNULL)
def talk(family, address):
    server = socket.socket(family); server.bind(address); server.listen(1)
    client = socket.socket(family); client.connect(server.getsockname())
    other, _ = server.accept()
    for _ in range(20):
        os.write(client.fileno(), b'question'); os.read(other.fileno(), 100)
    for s in (server, client, other): s.close()
thread = threading.Thread(target=named); thread.start(); thread.join()
talk(socket.AF_INET, ('127.0.0.1', 0))
talk(socket.AF_UNIX, b'\\0burin-filter-%d' % os.getpid())
a, b = os.pipe(); os.write(b, b'x'); os.read(a, 1)
subprocess.run(['sh', '-c', 'ls / | cat; printf other > /proc/self/comm; read x < /etc/hostname; (read x < /etc/hostname)'],
  stdout=subprocess.DEVNULL)
`;

const codes = (types: Uint8Array | undefined): Set<number> => {
  const all = new Set<number>();
  for (let code = 0; code < EVENT_COUNT; code++) if (types?.[code] !== 0) all.add(code);
  return all;
};

/** The events that pass, by thread: codes and parameters. */
function passing(source: LiveSource, text: string): { events: Map<number, string[]>; walked: number } {
  const inspector = new Inspector();
  const context = { inspector, settings: {} } as unknown as Parameters<typeof compileFilter>[1];
  inspector.setFilter(compileFilter(text, context));
  const events = new Map<number, string[]>();
  source.stop();
  while (source.nextBatch())
    inspector.walkBatch(source, (event) => {
      const list = events.get(event.tid) ?? [];
      const { type, nparams, bytes, dataOffset } = event;
      // The first parameter tells results and descriptors; later ones may hold times and memory sizes.
      const first = Buffer.from(bytes.subarray(dataOffset, dataOffset + Math.min(8, event.paramLength(0)))).toString(
        'hex',
      );
      list.push(`${EVENTS[type]!.enumName} ${nparams} ${nparams > 0 ? first : ''}`);
      events.set(event.tid, list);
      return true;
    });
  return { events, walked: inspector.eventCount };
}

const FILTERS: [filter: (pid: number) => string, narrows: boolean][] = [
  [(pid) => `proc.pid=${pid}`, true],
  [(pid) => `thread.tid=${pid} or proc.name=ls`, true],
  [() => 'proc.name in (python3, cat, sh)', false],
  [() => 'proc.name=cat', true],
  [() => 'proc.name=other', true],
  [() => 'proc.name=worker', true],
  [(pid) => `fd.type=ipv4 and proc.pid=${pid}`, true],
  [(pid) => `fd.type in (unix, ipv4) and (proc.pid=${pid} or proc.name=ls)`, true],
  [(pid) => `fd.type in (file, pipe) and evt.type in (read, write) and proc.pid=${pid}`, true],
  [(pid) => `fd.l4proto=tcp and proc.pid=${pid}`, true],
];

describe('a filter in the kernel leaves out nothing that passes', { skip: cannotCapture('python3') }, () => {
  for (const [make, narrows] of FILTERS) {
    it(make(0).replace('=0', '=PID'), { timeout: 60_000 }, async () => {
      const child: ChildProcess = spawn('python3', ['-c', WORKLOAD], { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(child.stdout!, 'data');
      // Both must begin while it waits for its input.
      await setTimeout(100);
      const options = { switches: false, only: { pids: [child.pid!] } };
      const wide = new LiveSource(options);
      const narrow = new LiveSource(options);
      try {
        const text = make(child.pid!);
        const context = { inspector: new Inspector(), settings: {} } as unknown as Parameters<typeof compileFilter>[1];
        const { eventTypes, selection } = compileFilter(text, context);
        // On the running probe, as a chisel that was changed does it.
        narrow.setWanted({ events: codes(eventTypes), who: selection!.who ?? undefined, fds: selection!.fds });
        child.stdin!.end();
        await once(child, 'exit');
        const all = passing(wide, text);
        const some = passing(narrow, text);
        assert.equal(wide.stats().dropped + narrow.stats().dropped, 0, 'events were lost');
        assert.ok(all.events.size > 0, 'nothing passes');
        assert.deepEqual([...some.events], [...all.events]);
        if (narrows) assert.ok(some.walked < all.walked, `${some.walked} of ${all.walked} came up`);
      } finally {
        wide.close();
        narrow.close();
        child.kill();
      }
    });
  }
});
