/** The addon's plain system calls: sockets for Lua modules, and giving up rights for good. */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, it } from 'node:test';
import { addonPaths, loadAddon, type NativeAddress } from '../../src/capture/addon.js';
import { cannotCapture } from './privileged.js';

const AF = { unix: 1, inet: 2, inet6: 10 };
const SOCK = { stream: 1, dgram: 2 };
const POLLIN = 1;
const built = addonPaths().some((p) => existsSync(p));

describe('synchronous sockets', { skip: !built && 'needs the native addon: run probe/build.sh' }, () => {
  const { system } = built ? loadAddon() : ({} as ReturnType<typeof loadAddon>);
  const at = (v: number | NativeAddress): NativeAddress => {
    assert.ok(typeof v === 'object', `errno ${v}`);
    return v;
  };

  for (const [name, family, address] of [
    ['IPv4', AF.inet, '127.0.0.1'],
    ['an abstract unix name', AF.unix, `@burin-test-${process.pid}`],
  ] as const)
    it(`talk over ${name}`, () => {
      const server = system.socket(family, SOCK.stream, 0);
      assert.ok(server >= 0);
      assert.equal(system.bind(server, address, 0), 0);
      assert.equal(system.listen(server, 4), 0);
      const here = at(system.getsockname(server));
      assert.equal(here.address, address);
      const client = system.socket(family, SOCK.stream, 0);
      assert.equal(system.connect(client, here.address, here.port), 0);
      const ready = Int32Array.from([server, POLLIN, 0]);
      assert.equal(system.poll(ready, 1000), 1);
      assert.equal(ready[2], POLLIN);
      const peer = system.accept(server);
      assert.ok(typeof peer === 'object');
      assert.equal(system.send(client, Buffer.from('question'), 0), 8);
      const buffer = new Uint8Array(100);
      assert.equal(system.recv(peer.fd, buffer, 0), 8);
      assert.equal(Buffer.from(buffer.subarray(0, 8)).toString(), 'question');
      assert.equal(system.shutdown(client, 1), 0);
      assert.equal(system.recv(peer.fd, buffer, 0), 0);
      for (const fd of [peer.fd, client, server]) assert.equal(system.close(fd), 0);
    });

  it('send datagrams and tell who sent them', () => {
    const a = system.socket(AF.inet, SOCK.dgram, 0);
    const b = system.socket(AF.inet, SOCK.dgram, 0);
    system.bind(a, '127.0.0.1', 0);
    system.bind(b, '127.0.0.1', 0);
    const to = at(system.getsockname(a));
    assert.equal(system.sendto(b, Buffer.from('hi'), 0, to.address, to.port), 2);
    const got = system.recvfrom(a, new Uint8Array(10), 0);
    assert.ok(typeof got === 'object');
    assert.equal(got.length, 2);
    assert.equal(got.port, at(system.getsockname(b)).port);
    system.close(a);
    system.close(b);
  });

  it('fail with an errno, never a signal or an exception', () => {
    const fd = system.socket(AF.inet, SOCK.stream, 0);
    assert.equal(system.connect(fd, '127.0.0.1', 1), -constants.errno.ECONNREFUSED);
    assert.equal(system.connect(fd, 'not an address', 1), -constants.errno.EINVAL);
    assert.equal(system.send(fd, new Uint8Array(1), 0), -constants.errno.EPIPE);
    system.close(fd);
    assert.equal(system.close(fd), -constants.errno.EBADF);
  });

  it('resolve names, and say why not', () => {
    const list = system.resolve('127.0.0.1', '80', 0);
    assert.ok(Array.isArray(list) && list[0]!.address === '127.0.0.1' && list[0]!.port === 80);
    assert.equal(typeof system.resolve('no.such.host.invalid', '80', 0), 'string');
  });
});

describe('rights', { skip: cannotCapture() }, () => {
  /** Runs a line with the addon in a process of its own. */
  const run = (code: string) => {
    const script = `const { loadAddon } = await import('./src/capture/addon.ts'); const { readFileSync, readdirSync } = await import('node:fs');
      const { system, Probe } = loadAddon(); ${code}`;
    const r = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    assert.equal(r.status, 0, r.stderr);
    return r.stdout;
  };

  it('are given up on every thread, and the probe goes on', () => {
    const out = run(`
      const p = new Probe(); if (p.open(1 << 20)) throw new Error('open'); p.setWanted(new Uint8Array(520).fill(3));
      p.attach(['sys_enter', 'sys_exit', 'sched_process_exit']); p.set('on', 1);
      await import('node:fs/promises').then((f) => f.readFile('/etc/hostname'));
      console.log(system.keepCapabilities(0, 0));
      for (const t of readdirSync('/proc/self/task')) console.log(/CapEff:\\s*(\\S+)/.exec(readFileSync('/proc/self/task/' + t + '/status', 'utf8'))[1]);
      await new Promise((r) => setTimeout(r, 300));
      console.log('events', p.drain(new Uint8Array(1 << 20), 0, 0) > 0);`);
    const [result, ...rest] = out.trim().split('\n');
    assert.equal(result, '0');
    assert.equal(rest.pop(), 'events true');
    assert.ok(rest.length > 3);
    for (const caps of rest) assert.match(caps, /^0+$/);
  });

  it('are given up with the user', () => {
    const out = run(`console.log(system.setUser(65534, 65534, []));
      for (const t of readdirSync('/proc/self/task')) console.log(/Uid:\\s*(.*)/.exec(readFileSync('/proc/self/task/' + t + '/status', 'utf8'))[1].trim());
      console.log(system.setUser(0, 0, []));`);
    const lines = out.trim().split('\n');
    assert.equal(lines.shift(), '0');
    assert.equal(lines.pop(), String(-constants.errno.EPERM));
    for (const l of lines) assert.match(l, /^65534\s+65534\s+65534/);
  });
});
