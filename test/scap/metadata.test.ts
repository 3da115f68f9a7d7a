import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetadataDamage, readMetadataBlock } from '../../src/scap/metadata.js';
import { writeHeaderBlocks } from '../../src/scap/metadata-writer.js';
import type { FdRecord, InterfaceRecord, MetadataVisitor, ProcessRecord, UserRecord } from '../../src/scap/records.js';
import {
  CaptureBuilder,
  fdPayload,
  ip4,
  join,
  raw,
  str16,
  tailA,
  tailB,
  threadEntry,
  u8,
  u16,
  u32,
  u64,
} from '../support/capture-builder.js';

interface Read {
  processes: ProcessRecord[];
  fds: [tid: number, record: FdRecord][];
  interfaces: InterfaceRecord[];
  users: UserRecord[];
  groups: { gid: number; name: string }[];
  hostnames: string[];
  skipped: number;
}

/** All records of a run of blocks. */
function read(bytes: Uint8Array): Read {
  const result: Read = { processes: [], fds: [], interfaces: [], users: [], groups: [], hostnames: [], skipped: 0 };
  const visitor: MetadataVisitor = {
    machine: (record) => result.hostnames.push(record.hostname),
    process: (record) => result.processes.push(record),
    fd: (tid, record) => result.fds.push([tid, record]),
    interface: (record) => result.interfaces.push(record),
    user: (record) => result.users.push(record),
    group: (record) => result.groups.push(record),
    skipped: () => result.skipped++,
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true)) {
    readMetadataBlock(bytes, view, view.getUint32(at, true), at, view.getUint32(at + 4, true), visitor);
  }
  return result;
}

const full = {
  tid: 102,
  pid: 101,
  ptid: 1,
  sid: 7,
  vpgid: 8,
  comm: 'bash',
  exe: '/bin/bash',
  exepath: '/usr/bin/bash',
  args: '-c\0true\0',
  cwd: '/home/x',
  fdlimit: 65536,
  flags: 0x2001,
  uid: 1000,
  gid: 1001,
  vmsize: 10,
  vmrss: 11,
  vmswap: 12,
  pfmajor: 13,
  pfminor: 14,
  env: 'A=1\0',
  vtid: 2,
  vpid: 3,
  cgroups: 'cpu=/x\0',
  root: '/r',
};

test('process lists of versions 1 to 9 give what their version has', () => {
  for (let version = 1; version <= 9; version++) {
    const { processes, skipped } = read(new CaptureBuilder().processes([full, { tid: 5 }], version).build());
    assert.equal(skipped, 0);
    assert.equal(processes.length, 2, `version ${version}`);
    const [first, second] = processes as [ProcessRecord, ProcessRecord];
    assert.equal(second.tid, 5);
    const { comm, exe, args, cwd, fdlimit, flags, uid, gid, tid, pid, ptid } = first;
    assert.deepEqual(
      { comm, exe, args, cwd, fdlimit, flags, uid, gid, tid, pid, ptid },
      Object.fromEntries(
        ['comm', 'exe', 'args', 'cwd', 'fdlimit', 'flags', 'uid', 'gid', 'tid', 'pid', 'ptid'].map((key) => [
          key,
          full[key as keyof typeof full],
        ]),
      ),
    );
    assert.equal(first.pfminor, version >= 2 ? 14 : 0);
    assert.equal(first.vmswapKb, version >= 2 ? 12 : 0);
    assert.equal(first.env, version >= 3 ? 'A=1\0' : '');
    assert.equal(first.vtid, version >= 4 ? 2 : -1);
    assert.equal(first.cgroups, version >= 4 ? 'cpu=/x\0' : '');
    assert.equal(first.root, version >= 5 ? '/r' : '');
    assert.equal(first.sid, version >= 6 ? 7 : -1);
    assert.equal(first.exepath, version >= 7 ? '/usr/bin/bash' : '');
    assert.equal(first.vpgid, version >= 8 ? 8 : -1);
    assert.equal(first.loginuid, 0xffff_ffff);
  }
});

test('the names of early versions are known', () => {
  for (const [alias, version] of [
    [0x8000abcd, 1],
    [0x8013abcd, 2],
    [0x8014abcd, 3],
  ] as const) {
    const { processes } = read(new CaptureBuilder().block(alias, threadEntry(version, full)).build());
    assert.equal(processes[0]?.comm, 'bash');
  }
});

test('both kinds of fields behind version 9, cut off anywhere', () => {
  const old = tailB(1000, 1, [1n, 2n, 3n]);
  const recent = tailA({
    pidnsInitStart: 99n,
    tty: 34816,
    loginuid: 1000,
    exeWritable: 1,
    caps: [1n, 2n, 3n],
    exeUpperLayer: 1,
    exeIno: 77n,
    exeInoCtime: 5n,
    exeInoMtime: 6n,
    exeFromMemfd: 1,
    exeLowerLayer: 1,
    pgid: 55,
  });
  const only = (tail: Uint8Array) => read(new CaptureBuilder().processes([{ ...full, tail }, { tid: 9 }]).build());
  for (let size = 0; size <= old.length; size++) {
    const { processes } = only(old.slice(0, size));
    assert.equal(processes.length, 2);
    assert.equal(processes[0]!.loginuid, size >= 4 ? 1000 : 0xffff_ffff);
    assert.equal(processes[0]!.exeWritable, size >= 5);
    assert.equal(processes[0]!.capEffective, size >= 29 ? 3n : 0n);
    assert.equal(processes[0]!.tty, 0);
  }
  for (let size = old.length + 1; size <= recent.length; size++) {
    const { processes } = only(recent.slice(0, size));
    assert.equal(processes.length, 2);
    assert.equal(processes[0]!.pidnsInitStart, 99n);
    assert.equal(processes[0]!.tty, 34816);
    assert.equal(processes[0]!.loginuid, 1000);
    assert.equal(processes[0]!.pgid, size >= recent.length ? 55 : -1);
  }
  // Fields of the future.
  const { processes } = only(join([recent, raw('something new')]));
  assert.equal(processes[0]!.pgid, 55);
  assert.equal(processes[1]!.tid, 9);
});

test('descriptors of every type, in both versions', () => {
  const six = Uint8Array.from({ length: 16 }, (_, i) => i);
  const fds = [
    { fd: 0, ino: 5, type: 1, payload: fdPayload.named('/dev/null') },
    { fd: 3, ino: 6, type: 3, payload: fdPayload.ipv4('10.0.0.1', 5000, '10.0.0.2', 80, 2) },
    { fd: 4, type: 4, payload: fdPayload.ipv6(six, 1, six, 2, 3) },
    { fd: 5, type: 5, payload: fdPayload.ipv4Server('1.2.3.4', 22, 2) },
    { fd: 6, type: 6, payload: fdPayload.ipv6Server(six, 23, 2) },
    { fd: 7, type: 8, payload: fdPayload.unix(0xffff8800_12345678n, 1n, '/run/s') },
    ...[2, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21].map((type) => ({
      fd: 20 + type,
      type,
      payload: fdPayload.named(`name${type}`),
    })),
    { fd: 50, type: 16, payload: fdPayload.fileV2(3, '/tmp/f') },
  ];
  for (const version of [1, 2] as const) {
    const { fds: got, skipped } = read(new CaptureBuilder().fds(100, fds, version).build());
    assert.equal(skipped, 0);
    assert.deepEqual(
      got.map(([tid, record]) => [tid, record.fd, record.type]),
      fds.map((fd) => [100, fd.fd, fd.type]),
    );
    const by = new Map(got.map(([, record]) => [record.fd, record]));
    assert.equal(by.get(0)!.name, '/dev/null');
    assert.equal(by.get(0)!.ino, 5);
    assert.deepEqual(
      [by.get(3)!.sip, by.get(3)!.sport, by.get(3)!.dip, by.get(3)!.dport, by.get(3)!.l4proto],
      [0x0100000a, 5000, 0x0200000a, 80, 2],
    );
    assert.deepEqual(by.get(4)!.dip6, six);
    assert.deepEqual([by.get(5)!.dip, by.get(5)!.dport], [0x04030201, 22]);
    assert.deepEqual([by.get(6)!.dip6, by.get(6)!.dport], [six, 23]);
    assert.deepEqual([by.get(7)!.unixSourceHigh, by.get(7)!.unixSourceLow], [0xffff8800, 0x12345678]);
    assert.deepEqual([by.get(50)!.openFlags, by.get(50)!.name, by.get(50)!.dev], [3, '/tmp/f', 0]);
  }
  const { fds: withDevice } = read(
    new CaptureBuilder().fds(1, [{ fd: 1, type: 16, payload: fdPayload.fileV2(1, '/f', 0x801) }]).build(),
  );
  assert.equal(withDevice[0]![1].dev, 0x801);
});

test('an unknown descriptor type is kept by name in version 2, and ends the list in version 1', () => {
  const fds = [
    { fd: 1, type: 99, payload: raw('whatever') },
    { fd: 2, type: 2, payload: fdPayload.named('/d') },
  ];
  const two = read(new CaptureBuilder().fds(1, fds, 2).build());
  assert.deepEqual(
    two.fds.map(([, record]) => record.name),
    ['unknown-type:[99]', '/d'],
  );
  assert.equal(two.skipped, 1);
  const one = read(new CaptureBuilder().fds(1, fds, 1).build());
  assert.equal(one.fds.length, 0);
  assert.equal(one.skipped, 1);
});

test('interfaces and users', () => {
  const four = [ip4('10.0.0.1'), ip4('255.0.0.0'), ip4('10.255.255.255')];
  const six = [1, 2, 3].map((n) => new Uint8Array(16).fill(n));
  const entries = [
    join([u16(1), u16(4), ...four, u64(1000), raw('eth0')]),
    join([u16(2), u16(4), ...six, u64(0), raw('eth1')]),
    join([u16(3), u16(2), ...four, raw('lo')]),
    join([u16(4), u16(3), ...six, raw('lo6')]),
  ];
  for (const version of [1, 2] as const) {
    const { interfaces } = read(new CaptureBuilder().interfaces(version, entries).build());
    assert.deepEqual(
      interfaces.map((entry) => [entry.family, entry.name, entry.address.length, entry.linkSpeed]),
      [
        [4, 'eth0', 4, 1000],
        [6, 'eth1', 16, 0],
        [4, 'lo', 4, 0],
        [6, 'lo6', 16, 0],
      ],
    );
    const { users, groups } = read(
      new CaptureBuilder()
        .users(version, [{ uid: 1, gid: 2, name: 'u', homedir: '/h', shell: '/s' }], [{ gid: 2, name: 'g' }])
        .build(),
    );
    assert.deepEqual(users, [{ uid: 1, gid: 2, name: 'u', homedir: '/h', shell: '/s' }]);
    assert.deepEqual(groups, [{ gid: 2, name: 'g' }]);
  }
});

test('limits and lengths are checked', () => {
  const damaged = (bytes: Uint8Array, reason: RegExp) =>
    assert.throws(
      () => read(bytes),
      (error) => error instanceof MetadataDamage && reason.test(error.reason),
    );
  for (const [key, limit] of [
    ['comm', 1024],
    ['cwd', 1024],
    ['args', 4096],
    ['env', 4096],
  ] as const) {
    const thread = { tid: 1, [key]: 'x'.repeat(limit) };
    assert.equal(read(new CaptureBuilder().processes([thread]).build()).processes.length, 1);
    damaged(new CaptureBuilder().processes([{ ...thread, [key]: 'x'.repeat(limit + 1) }]).build(), /longer than/);
  }
  damaged(new CaptureBuilder().block(0x215, u32(0)).build(), /length of 0/);
  damaged(new CaptureBuilder().block(0x215, u32(3)).build(), /length of 3/);
  damaged(new CaptureBuilder().block(0x215, u32(0xffffffff)).build(), /length of 4294967295/);
  damaged(new CaptureBuilder().block(0x219, u32(0xffffffff)).build(), /length of/);
  damaged(new CaptureBuilder().block(0x215, join([u32(20), new Uint8Array(16)])).build(), /beyond/);
  damaged(new CaptureBuilder().block(0x218, u32(1)).build(), /beyond/);
  damaged(new CaptureBuilder().block(0x201, u32(1)).build(), /beyond/);
  damaged(new CaptureBuilder().block(0x206, join([u8(0), u32(0), u32(0), str16('x'.repeat(256))])).build(), /longer/);
});

test('records that are written are read back, in entries 0.29.3 understands', () => {
  const six = Uint8Array.from({ length: 16 }, (_, i) => i);
  const given = read(
    new CaptureBuilder()
      .machine({ hostname: 'box' })
      .users(2, [{ uid: 1, gid: 2, name: 'u', homedir: '/h', shell: '/s' }], [{ gid: 2, name: 'g' }])
      .interfaces(2, [join([u16(2), u16(4), six, six, six, u64(7), raw('eth1')])])
      .processes([
        { ...full, tail: tailB(1000, 1, [1n, 2n, 3n]) },
        { tid: 9, tail: tailA({ tty: 3, exeIno: 4n, pgid: -1 }) },
      ])
      .fds(102, [
        { fd: 3, type: 3, payload: fdPayload.ipv4('10.0.0.1', 5000, '10.0.0.2', 80, 2) },
        { fd: 4, type: 6, payload: fdPayload.ipv6Server(six, 1, 2) },
        { fd: 7, type: 8, payload: fdPayload.unix(0xffff8800_12345678n, 1n, '/run/s') },
        { fd: 8, type: 16, payload: fdPayload.fileV2(3, '/tmp/f', 9) },
        { fd: 9, type: 20, payload: fdPayload.named('memory') },
      ])
      .build(),
  );
  const parts: Uint8Array[] = [];
  writeHeaderBlocks(
    {
      machine: { numCpus: 2, memorySizeBytes: 2 ** 40, maxPid: 5, hostname: 'box', bootTs: 5n, flags: 0n },
      interfaces: given.interfaces,
      users: given.users,
      groups: given.groups,
      processes: given.processes,
      fds: (tid) => given.fds.filter(([of]) => of === tid).map(([, record]) => record),
    },
    (blocks) => parts.push(blocks.slice()),
  );
  const bytes = join(parts);
  const again = read(bytes);
  // 0.29.3 gives up on descriptor types that are newer than itself.
  const expected = structuredClone(given.fds);
  expected.at(-1)![1].type = 10;
  assert.deepEqual(again.fds, expected);
  assert.deepEqual(again.processes, given.processes);
  assert.deepEqual(again.users, given.users);
  assert.deepEqual(again.groups, given.groups);
  assert.deepEqual(again.interfaces, given.interfaces);
  assert.deepEqual(again.hostnames, ['box']);
});
