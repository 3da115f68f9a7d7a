/**
 * Containers: which one a thread is in, told from its cgroups, and what is known of it, told by events of the capture.
 */
import { type Cgroup, parseCgroups } from './nul-lists.js';

/** Container types as numbered in container events. */
export const CONTAINER_TYPES = [
  'docker',
  'lxc',
  'libvirt-lxc',
  'mesos',
  'rkt',
  'custom',
  'cri',
  'containerd',
  'cri-o',
  'bpm',
  'static',
  'podman',
  // No number in container events: told from cgroups alone.
  'systemd-nspawn',
] as const;
const DOCKER = 0;
const LXC = 1;
const LIBVIRT_LXC = 2;
const MESOS = 3;
const CRI = 6;
const BPM = 9;
const PODMAN = 11;
const NSPAWN = 12;

export interface ContainerMount {
  readonly source: string;
  readonly dest: string;
  readonly mode: string;
  readonly rw: boolean;
  readonly propagation: string;
}

export interface HealthProbe {
  readonly kind: 'Healthcheck' | 'LivenessProbe' | 'ReadinessProbe';
  readonly exe: string;
  readonly args: readonly string[];
}

export interface PortMapping {
  readonly hostIp: number;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** What is known of a container. Texts are byte strings; `''` means not known. */
export interface ContainerInfo {
  readonly id: string;
  readonly fullId: string;
  /** Index into CONTAINER_TYPES, and the word there; `''` for a number that nothing here knows. */
  readonly type: number;
  readonly typeName: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly imageRepo: string;
  readonly imageTag: string;
  readonly imageDigest: string;
  readonly privileged: boolean;
  readonly isPodSandbox: boolean;
  /** IPv4 address, unsigned, first octet lowest, as in sockets; 0 when not known. */
  readonly ip: number;
  readonly mounts: readonly ContainerMount[];
  readonly healthProbes: readonly HealthProbe[];
  readonly portMappings: readonly PortMapping[];
  readonly labels: ReadonlyMap<string, string>;
  readonly env: readonly string[];
  /** Seconds since the epoch; 0 when not known. */
  readonly createdTime: number;
  readonly memoryLimit: number;
  readonly swapLimit: number;
  readonly cpuShares: number;
  readonly cpuQuota: number;
  readonly cpuPeriod: number;
  readonly cpusetCpuCount: number;
  /** False when the look-up of its metadata failed or never ended. */
  readonly complete: boolean;
  /** The JSON text it came from, for a capture that is written; `''` when there is none. */
  readonly json: string;
}

/** A container of which only id, type and perhaps a name are known. */
export function bareContainer(id: string, type: number, name = '', image = ''): ContainerInfo {
  return {
    id,
    fullId: '',
    type,
    typeName: CONTAINER_TYPES[type] ?? '',
    name,
    image,
    imageId: '',
    imageRepo: '',
    imageTag: '',
    imageDigest: '',
    privileged: false,
    isPodSandbox: false,
    ip: 0,
    mounts: [],
    healthProbes: [],
    portMappings: [],
    labels: new Map(),
    env: [],
    createdTime: 0,
    memoryLimit: 0,
    swapLimit: 0,
    cpuShares: 1024,
    cpuQuota: 0,
    cpuPeriod: 100000,
    cpusetCpuCount: 0,
    complete: true,
    json: '',
  };
}

/** Where a cgroup path says its threads are. */
export interface ContainerMatch {
  readonly id: string;
  readonly type: number;
  /** Name, where the path has one. */
  readonly name: string;
}

const ID_LENGTH = 64;
const SHOWN_LENGTH = 12;

/** What stands around an id in a cgroup path, by runtime in the order in which they are tried; each over all cgroups. */
const ID_LAYOUTS: readonly (readonly [
  type: number,
  layouts: readonly (readonly [prefix: string, suffix: string])[],
])[] = [
  [PODMAN, [['/libpod-', '.scope']]],
  [
    DOCKER,
    [
      ['/', ''],
      ['/docker-', '.scope'],
    ],
  ],
  [
    CRI,
    [
      ['/crio-', ''],
      ['/cri-containerd-', '.scope'],
      ['/crio-', '.scope'],
      [':cri-containerd:', ''],
    ],
  ],
];

/**
 * The id between the last prefix and the last suffix of a path, if it is 64 digits long. As ever, digits are only looked
 * at in the first 64 characters of the path.
 */
function idIn(path: string, prefix: string, suffix: string): string | null {
  const at = path.lastIndexOf(prefix);
  if (at < 0) return null;
  const start = at + prefix.length;
  const end = suffix === '' ? path.length : path.lastIndexOf(suffix);
  if (end - start !== ID_LENGTH) return null;
  if (!/^[0-9a-fA-F]*$/.test(path.slice(start, ID_LENGTH))) return null;
  return path.slice(start, start + SHOWN_LENGTH);
}

function byId(cgroups: readonly Cgroup[]): ContainerMatch | null {
  for (const [type, layouts] of ID_LAYOUTS) {
    for (const { path } of cgroups) {
      for (const [prefix, suffix] of layouts) {
        const id = idIn(path, prefix, suffix);
        if (id !== null) return { id, type, name: '' };
      }
    }
  }
  return null;
}

/** Up to the next slash. */
const component = (path: string, from: number): string => {
  const slash = path.indexOf('/', from);
  return slash < 0 ? path.slice(from) : path.slice(from, slash);
};

function byName(cgroups: readonly Cgroup[]): ContainerMatch | null {
  for (const { path } of cgroups) {
    for (const prefix of ['/lxc/', '/lxc.payload/', '/lxc.payload.']) {
      const at = path.indexOf(prefix);
      if (at < 0) continue;
      const id = component(path, at + prefix.length);
      return { id, type: LXC, name: id };
    }
  }
  for (const { path } of cgroups) {
    const libvirt = /\/([^/]*)\.libvirt-lxc$/.exec(path) ?? /-lxc\\x2.(.*)\.scope$/.exec(path);
    if (libvirt) return { id: libvirt[1]!, type: LIBVIRT_LXC, name: libvirt[1]! };
    const at = path.indexOf('/libvirt/lxc/');
    if (at >= 0) {
      const id = path.slice(at + '/libvirt/lxc/'.length);
      return { id, type: LIBVIRT_LXC, name: id };
    }
  }
  for (const { path } of cgroups) {
    const bpm = /bpm-([A-Za-z0-9._-]+?)(?:\.scope.*)?$/.exec(path);
    if (bpm) return { id: bpm[1]!, type: BPM, name: bpm[1]! };
  }
  for (const { path } of cgroups) {
    // The service a machine runs in, or the scope that systemd-machined made for it; virtual machines have scopes, too.
    const machine =
      /\/systemd-nspawn@([^/]+)\.service(?:\/|$)/.exec(path) ??
      /\/machine-(?!qemu|lxc)([^/]+)\.scope(?:\/|$)/.exec(path);
    if (machine) {
      const name = machine[1]!.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      return { id: name, type: NSPAWN, name };
    }
  }
  return null;
}

/** The 36-character id of a mesos container; it counts only when a task id is found too. */
function byMesos(cgroups: readonly Cgroup[]): ContainerMatch | null {
  for (const { path } of cgroups) {
    const match = /\/mesos\/([0-9a-fA-F-]{36})$/.exec(path);
    if (match) return { id: match[1]!, type: MESOS, name: match[1]! };
  }
  return null;
}

/** Remembered cgroup texts: many threads share few of them. */
const MEMO_LIMIT = 4096;

interface CgroupKnowledge {
  readonly list: readonly Cgroup[];
  readonly match: ContainerMatch | null;
}

export class Containers {
  private readonly table = new Map<string, ContainerInfo>();
  private readonly memo = new Map<string, CgroupKnowledge>();
  /** Known from the process list of the capture alone, as no event has told of them yet. */
  private readonly unannounced = new Set<string>();

  /** Forgets the containers. */
  clear(): void {
    this.table.clear();
    this.unannounced.clear();
  }

  get(id: string): ContainerInfo | undefined {
    return this.table.get(id);
  }
  /** Adds what an event tells. Containers of the process list are ordered by their first events, not by that list. */
  add(container: ContainerInfo): void {
    if (this.unannounced.delete(container.id)) this.table.delete(container.id);
    this.table.set(container.id, container);
  }
  /** A process of the process list is in this container. */
  inProcessList(id: string): void {
    if (id !== '' && this.table.get(id)?.name === '') this.unannounced.add(id);
  }
  values(): IterableIterator<ContainerInfo> {
    return this.table.values();
  }
  get size(): number {
    return this.table.size;
  }

  private known(cgroups: string): CgroupKnowledge {
    let known = this.memo.get(cgroups);
    if (known === undefined) {
      if (this.memo.size >= MEMO_LIMIT) this.memo.clear();
      const list = parseCgroups(cgroups);
      known = { list, match: byId(list) ?? byName(list) ?? byMesos(list) };
      this.memo.set(cgroups, known);
    }
    return known;
  }

  /** The cgroups of a thread, from its NUL-separated text. */
  cgroupList(cgroups: string): readonly Cgroup[] {
    return this.known(cgroups).list;
  }

  /**
   * The container id for a text of cgroups, `''` for the host. A container seen for the first time gets a bare record,
   * unless its runtime (CRI) cannot be told from its path.
   */
  resolve(cgroups: string): string {
    if (cgroups === '') return '';
    const match = this.known(cgroups).match;
    if (match === null) return '';
    if (match.type !== CRI && !this.table.has(match.id))
      this.table.set(match.id, bareContainer(match.id, match.type, match.name));
    return match.id;
  }
}
