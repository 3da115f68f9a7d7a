/** The doctor's verdicts on machines that are made up. */
import assert from 'node:assert';
import { describe, it } from 'node:test';
import { examine, formatFindings, type Machine } from '../../src/capture/doctor.js';

const healthy: Record<string, string> = {
  '/proc/self/status': 'Name:\tburin\nNSpid:\t42\nCapEff:\t000001ffffffffff\n',
  '/proc/self/uid_map': '         0          0 4294967295\n',
  '/proc/sys/kernel/unprivileged_bpf_disabled': '2\n',
  '/sys/kernel/btf/vmlinux': '',
  '/sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
  '/proc/1/cgroup': '0::/init.scope\n',
  '/proc/2/comm': 'kthreadd\n',
  '/proc/stat': 'cpu  1\ncpu0 1\ncpu1 1\n',
  '/proc/meminfo': 'MemAvailable:   8000000 kB\n',
  '/proc/self/cgroup': '0::/user.slice\n',
  '/proc/self/limits': 'Max locked memory         8388608              8388608              bytes\n',
  '/opt/burin.node': '',
};

function machine(files: Record<string, string | undefined> = {}, rest: Partial<Machine> = {}): Machine {
  const all: Record<string, string | undefined> = { ...healthy, ...files };
  return {
    platform: 'linux',
    arch: 'x64',
    release: '6.1.0-18-amd64',
    read: (p) => all[p],
    exists: (p) => all[p] !== undefined,
    addonPaths: ['/opt/burin.node'],
    ...rest,
  };
}

/** Names of the findings with this verdict. */
const with_ = (m: Machine, verdict: string) =>
  examine(m)
    .filter((f) => f.verdict === verdict)
    .map((f) => f.name);

describe('the doctor', () => {
  it('is content with a healthy machine', () => {
    assert.deepEqual(with_(machine(), 'fail'), []);
    assert.deepEqual(with_(machine(), 'warn'), []);
  });
  it('is content with the oldest kernel, which cannot relocate the probe', () => {
    const oldest = machine({}, { release: '5.15.0-91-generic' });
    assert.deepEqual([...with_(oldest, 'fail'), ...with_(oldest, 'warn')], []);
  });
  const cases: [string, Machine, string, string][] = [
    ['an old kernel', machine({}, { release: '4.18.0-305.el8' }), 'fail', 'kernel'],
    ['a kernel that lacks the loader', machine({}, { release: '5.10.0-28-amd64' }), 'fail', 'kernel'],
    ['a kernel that nobody tried', machine({}, { release: '5.14.0-70.el9' }), 'warn', 'kernel'],
    ['a version that says nothing', machine({}, { release: 'unknown' }), 'warn', 'kernel'],
    ['no type information', machine({ '/sys/kernel/btf/vmlinux': undefined }), 'fail', 'type information'],
    ['no BPF', machine({ '/proc/sys/kernel/unprivileged_bpf_disabled': undefined }), 'fail', 'BPF'],
    ['no addon', machine({ '/opt/burin.node': undefined }), 'fail', 'addon'],
    ['an odd processor', machine({}, { arch: 'riscv64' }), 'fail', 'processor'],
    ['no rights', machine({ '/proc/self/status': 'CapEff:\t0000000000000000\n' }), 'fail', 'rights'],
    ['CAP_BPF alone', machine({ '/proc/self/status': `CapEff:\t${(1n << 39n).toString(16)}\n` }), 'fail', 'rights'],
    ['a user namespace', machine({ '/proc/self/uid_map': '0 100000 65536\n' }), 'fail', 'user namespace'],
    [
      'lockdown',
      machine({ '/sys/kernel/security/lockdown': 'none integrity [confidentiality]\n' }),
      'fail',
      'lockdown',
    ],
    ['a pid namespace', machine({ '/proc/2/comm': undefined, '/.dockerenv': '' }), 'warn', 'container'],
    ['little memory', machine({ '/sys/fs/cgroup/user.slice/memory.max': '33554432\n' }), 'warn', 'memory'],
    ['another system', machine({}, { platform: 'darwin' }), 'fail', 'system'],
  ];
  for (const [what, m, verdict, name] of cases)
    it(`finds ${what}, and has a remedy`, () => {
      assert.ok(with_(m, verdict).includes(name));
      for (const f of examine(m)) if (f.verdict !== 'ok') assert.ok(f.remedy, f.name);
      assert.match(formatFindings(examine(m)), /->/);
    });
  it('takes the two capabilities in place of root', () => {
    const two = ((1n << 39n) | (1n << 38n)).toString(16);
    assert.deepEqual(with_(machine({ '/proc/self/status': `CapEff:\t${two}\n` }), 'fail'), []);
    assert.deepEqual(with_(machine({ '/proc/self/status': `CapEff:\t${two}\n` }), 'warn'), ['other processes']);
  });
});
