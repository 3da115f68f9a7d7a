/**
 * Can this machine be captured live? One check for each thing that can be in the way, with the remedy where it is. The
 * checks read files only and change nothing; the machine is passed in, so that tests can make up any.
 */
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { addonPaths } from './addon.js';

export interface Finding {
  /** What was looked at, a word or two. */
  name: string;
  /** `warn`: capture works, with a limit that the text tells. */
  verdict: 'ok' | 'warn' | 'fail';
  /** What was found. */
  text: string;
  /** What to do; only with `warn` and `fail`. */
  remedy?: string;
}

/** What the checks look at. */
export interface Machine {
  platform: string;
  arch: string;
  release: string;
  /** Contents of a file; undefined when it cannot be read. */
  read(path: string): string | undefined;
  exists(path: string): boolean;
  addonPaths: string[];
}

export const thisMachine = (): Machine => ({
  platform: process.platform,
  arch: process.arch,
  release: release(),
  read: (path) => {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return undefined;
    }
  },
  exists: existsSync,
  addonPaths: addonPaths(),
});

/** Before it kernels cannot run the probe's loader, which is a program for them itself. */
const LOADER_KERNEL = [5, 14] as const;
/** The oldest that burin was tried on, and that has all helpers that the probe calls. */
const MIN_KERNEL = [5, 15] as const;
const CAP = { setpcap: 8, sysPtrace: 19, sysAdmin: 21, sysResource: 24, perfmon: 38, bpf: 39 };
/** What a CPU's rings take unless told otherwise: 16 MiB, and a quarter of that where the probe has rings of its own. */
const DEFAULT_RING_BYTES = (process.arch === 'x64' ? 20 : 16) << 20;

const ok = (name: string, text: string): Finding => ({ name, verdict: 'ok', text });
const warn = (name: string, text: string, remedy: string): Finding => ({ name, verdict: 'warn', text, remedy });
const fail = (name: string, text: string, remedy: string): Finding => ({ name, verdict: 'fail', text, remedy });

function older(version: readonly [number, number], than: readonly [number, number]): boolean {
  return version[0] < than[0] || (version[0] === than[0] && version[1] < than[1]);
}

function checkKernel(m: Machine): Finding {
  const v = /^(\d+)\.(\d+)/.exec(m.release);
  const remedy = `use Linux ${MIN_KERNEL.join('.')} or newer; captures can be read with -r`;
  if (!v) return warn('kernel', `version ${m.release} cannot be read`, remedy);
  const version = [Number(v[1]), Number(v[2])] as const;
  if (older(version, LOADER_KERNEL)) return fail('kernel', `Linux ${m.release} is too old`, remedy);
  if (older(version, MIN_KERNEL))
    return warn(
      'kernel',
      `Linux ${m.release} may be too old: burin was tried on ${MIN_KERNEL.join('.')} and newer`,
      remedy,
    );
  return ok('kernel', `Linux ${m.release}`);
}

function checkProcessor(m: Machine): Finding {
  if (m.arch === 'x64') return ok('processor', m.arch);
  if (m.arch === 'arm64')
    return warn('processor', 'arm64: built from the same sources, less tested', 'report what does not work');
  return fail('processor', `${m.arch} has no probe`, 'use x86-64 or arm64; captures can be read with -r');
}

function checkTypes(m: Machine): Finding {
  return m.exists('/sys/kernel/btf/vmlinux')
    ? ok('type information', '/sys/kernel/btf/vmlinux is there')
    : fail(
        'type information',
        'the kernel has no BTF: /sys/kernel/btf/vmlinux is missing',
        'use a kernel that is built with CONFIG_DEBUG_INFO_BTF=y (all current distributions have it); in a container, mount /sys',
      );
}

function capabilities(m: Machine): bigint {
  const line = /^CapEff:\s*([0-9a-f]+)/m.exec(m.read('/proc/self/status') ?? '');
  return BigInt(`0x${line?.[1] ?? '0'}`);
}

function checkCapabilities(m: Machine): Finding[] {
  const caps = capabilities(m);
  const has = (c: number) => (caps >> BigInt(c)) & 1n;
  const admin = has(CAP.sysAdmin);
  const missing = [has(CAP.bpf) || admin ? '' : 'CAP_BPF', has(CAP.perfmon) || admin ? '' : 'CAP_PERFMON'].filter(
    Boolean,
  );
  const out = [
    missing.length > 0
      ? fail('rights', `${missing.join(' and ')} missing`, 'run burin with sudo, or give it CAP_BPF and CAP_PERFMON')
      : ok('rights', admin ? 'CAP_SYS_ADMIN' : 'CAP_BPF and CAP_PERFMON'),
  ];
  if (!has(CAP.sysPtrace))
    out.push(
      warn(
        'other processes',
        'CAP_SYS_PTRACE missing: descriptors and environments of other users stay unknown',
        'run burin with sudo, or give it CAP_SYS_PTRACE',
      ),
    );
  return out;
}

/** A user namespace of one's own gives all capabilities and yet no right to BPF. */
function checkUserNamespace(m: Machine): Finding {
  const map = (m.read('/proc/self/uid_map') ?? '').trim().split(/\s+/).map(Number);
  if (map.length < 3 || (map[0] === 0 && map[1] === 0 && map[2]! >= 4294967295))
    return ok('user namespace', "the machine's own");
  return fail(
    'user namespace',
    'burin runs in a user namespace, where the kernel permits no BPF',
    'run it outside, or in a container without user remapping (docker: --userns=host)',
  );
}

function checkUnprivileged(m: Machine): Finding[] {
  const value = m.read('/proc/sys/kernel/unprivileged_bpf_disabled')?.trim();
  return value === undefined
    ? [
        fail(
          'BPF',
          'the kernel has no BPF: /proc/sys/kernel/unprivileged_bpf_disabled is missing',
          'use a kernel that is built with CONFIG_BPF_SYSCALL=y; in a container, mount /proc',
        ),
      ]
    : [ok('BPF', 'the system call is there')];
}

function checkLockdown(m: Machine): Finding {
  const text = m.read('/sys/kernel/security/lockdown') ?? '';
  const mode = /\[(\w+)\]/.exec(text)?.[1] ?? 'none';
  return mode === 'confidentiality'
    ? fail(
        'lockdown',
        "kernel lockdown is in confidentiality mode, which hides the kernel's memory from BPF",
        'boot with lockdown=integrity, or without secure boot',
      )
    : ok('lockdown', mode);
}

function checkContainer(m: Machine): Finding[] {
  const out: Finding[] = [];
  const pids =
    /^NSpid:\s*(.*)$/m
      .exec(m.read('/proc/self/status') ?? '')?.[1]
      ?.trim()
      .split(/\s+/) ?? [];
  const cgroup = m.read('/proc/1/cgroup') ?? '';
  const inside =
    m.exists('/.dockerenv') ||
    m.exists('/run/.containerenv') ||
    /docker|kubepods|containerd|libpod|lxc/.test(cgroup) ||
    pids.length > 1;
  // In a pid namespace of its own, /proc shows none of the kernel threads, whose first has the number 2.
  const ownPids = pids.length > 1 || !/kthreadd/.test(m.read('/proc/2/comm') ?? '');
  if (!inside && !ownPids) return [ok('container', 'none')];
  if (ownPids)
    out.push(
      warn(
        'container',
        'burin runs in a pid namespace: processes outside of it are captured, but /proc tells nothing about them',
        "share the machine's process ids (docker: --pid=host)",
      ),
    );
  else out.push(ok('container', "inside one, with the machine's process ids"));
  if (!m.exists('/sys/kernel/tracing') && !m.exists('/sys/kernel/debug'))
    out.push(
      warn('tracing', 'neither /sys/kernel/tracing nor /sys/kernel/debug is there', 'mount /sys into the container'),
    );
  return out;
}

function checkMemory(m: Machine): Finding[] {
  const cpus = (m.read('/proc/stat') ?? '').match(/^cpu\d+/gm)?.length ?? 1;
  const needed = cpus * DEFAULT_RING_BYTES;
  const mib = (n: number) => `${Math.round(n / (1 << 20))} MiB`;
  const out: Finding[] = [];
  const available = Number(/^MemAvailable:\s*(\d+)/m.exec(m.read('/proc/meminfo') ?? '')?.[1] ?? Number.NaN) * 1024;
  const path = /^0::(.*)$/m.exec(m.read('/proc/self/cgroup') ?? '')?.[1] ?? '/';
  const limit = Number(
    m.read(`/sys/fs/cgroup${path}/memory.max`) ??
      m.read('/sys/fs/cgroup/memory.max') ??
      m.read('/sys/fs/cgroup/memory/memory.limit_in_bytes'),
  );
  const room = Math.min(
    Number.isNaN(available) ? Number.POSITIVE_INFINITY : available,
    Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit,
  );
  out.push(
    room < 2 * needed
      ? warn(
          'memory',
          `rings of ${cpus} CPUs take ${mib(needed)}, and only ${mib(room)} are there`,
          'use smaller rings, or raise the limit',
        )
      : ok('memory', `rings of ${cpus} CPUs take ${mib(needed)}`),
  );
  const lock = /^Max locked memory\s+(\S+)/m.exec(m.read('/proc/self/limits') ?? '')?.[1];
  const v = /^(\d+)\.(\d+)/.exec(m.release);
  const charged = v !== null && older([Number(v[1]), Number(v[2])], [5, 11]);
  if (charged && lock !== 'unlimited')
    out.push(warn('locked memory', `limited to ${lock} bytes`, 'run `ulimit -l unlimited` first'));
  return out;
}

function checkAddon(m: Machine): Finding {
  const path = m.addonPaths.find((p) => m.exists(p));
  return path
    ? ok('addon', path)
    : fail(
        'addon',
        'the native addon is not there',
        'run probe/build.sh, or install a package that carries it for this system',
      );
}

/** All checks, in the order in which they matter. Live capture can work when none of them fails. */
export function examine(m: Machine = thisMachine()): Finding[] {
  if (m.platform !== 'linux')
    return [fail('system', `${m.platform} cannot be captured live`, 'use Linux; captures can be read here with -r')];
  return [
    checkKernel(m),
    checkProcessor(m),
    checkAddon(m),
    ...checkUnprivileged(m),
    checkTypes(m),
    ...checkCapabilities(m),
    checkUserNamespace(m),
    checkLockdown(m),
    ...checkContainer(m),
    ...checkMemory(m),
  ];
}

/** The findings as lines of text, remedies indented below what they mend. */
export function formatFindings(findings: readonly Finding[]): string {
  const mark = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };
  return findings
    .map((f) => `${mark[f.verdict]}  ${f.name}: ${f.text}\n${f.remedy ? `      -> ${f.remedy}\n` : ''}`)
    .join('');
}
