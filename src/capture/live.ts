/**
 * Events of the running system: the probe in the kernel, started before the machine is scanned and drained after, so
 * that what happens during the scan is not lost. Batches are the same bytes as in a capture file: first the metadata
 * blocks of the scan, then event blocks, oldest first.
 */
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { loadAddon, type NativeFailure, type NativeProbe } from './addon.js';
import type { EventSource, SourceStats } from './event-source.js';
import { FD_ANY } from './fd-kinds.js';
import { liveCalls } from './live-calls.js';
import { writeCpuTimes } from './proc-scan/cpu-times.js';
import { scanMachine, scanProcesses, scanThread } from './proc-scan/index.js';
import type { ScanHelper } from './scan-helper.js';

const WINDOW_BYTES = 1 << 20;
/** Events younger than this stay in the rings: an older one of another CPU may still be on its way. */
const HORIZON_NS = 100_000;
const EVENT_NUMBERS = 520;
const NR = { switch: 512, procexit: 513, signal: 514, faultUser: 515, faultKernel: 516 };
const CODE = { generic: 0, genericExit: 1, switch: 152, signal: 232, procinfo: 234, fault: 290 };
/** Between two samples of CPU times: a second, as thread.cpu is percent. */
const SAMPLE_MS = 1000;
const CALL_FIELDS = 5;
const BOTH_SIDES = 3;
/** Bits of what is wanted of a call: of every process; only on descriptors of the kinds that are set. */
const ALWAYS = 4;
const ON_DESCRIPTOR = 8;
/** What the table says of a call. */
const CHANGES_STATE = 1;
const USES_DESCRIPTOR = 2;
/** Poll intervals while nothing happens. */
const IDLE_MIN_MS = 1;
const IDLE_MAX_MS = 25;
/** So that a machine full of unknown threads does not turn capture into reading /proc. */
export const LOOKUPS_PER_SECOND = 200;
/** How often losses are looked for (ms), and mended; the time between is this many times that of the mending. */
const MEND_CHECK_MS = 100;
const MEND_EVERY_MS = 1000;
const MEND_SHARE = 20;
/** Bytes in the rings that mending waits for to be fetched. */
const MEND_WAITING = 256 << 10;
/** The most that one data buffer may hold, so that an event always fits a block. */
export const SNAPLEN_MAX = 60_000;

/** Why live capture cannot start, and what to do about it. */
export class LiveError extends Error {
  override name = 'LiveError';
  constructor(
    message: string,
    /** Name of the errno, as `EPERM`. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** What the probe shall report. Whatever changes processes and descriptors is reported besides. */
export interface LiveWanted {
  /** Event codes, enter or exit. */
  events: ReadonlySet<number>;
  /** Native numbers of the calls wanted as generic events (codes 0 and 1); all when left out. */
  calls?: ReadonlySet<number>;
  /** Processes and threads by the kernel's ids, and names of threads; everybody when left out. */
  who?: { pids: Iterable<number>; tids: Iterable<number>; names: Iterable<string> };
  /**
   * Kinds of descriptors for calls that work on one: bits for no socket (1), sockets of the internet (2), unix sockets (4)
   * and other sockets (8); all when left out.
   */
  fds?: number;
}

export interface LiveOptions {
  /** Bytes of a data buffer that are kept, up to {@link SNAPLEN_MAX}; 80 when left out. */
  snaplen?: number;
  /**
   * Bytes of each CPU's ring buffer, rounded up to a power of two; 16 MiB when left out. On x86-64 there is another one
   * of a quarter of that besides, for events without data.
   */
  ringBytes?: number;
  /** Report page faults, which are many. */
  pageFaults?: boolean;
  /** Report context switches; true when left out. */
  switches?: boolean;
  wanted?: LiveWanted | 'all';
  /** Report only descendants of this process (burin itself for what it will start), and these running processes. */
  only?: { children?: boolean; pids?: readonly number[] };
  /** Leave the scan of /proc out: the stream then holds a section header and events. */
  scan?: boolean;
  /** Gets one line for each hook that this kernel lacks. */
  onWarning?: (line: string) => void;
  /** For tests: fail at a stage (`load`, `ring`, or the name of a hook) with this errno. */
  inject?: { stage: string; errno: number };
}

/** Counters of one CPU. `seen = full + submitted`. */
export interface CpuCounters {
  seen: number;
  /** Lost: the ring was full. */
  full: number;
  /** Delivered without a part that could not be copied from the traced program's memory. */
  copyFailed: number;
  /** Delivered without a part that would have made the event too large. */
  tooLarge: number;
  submitted: number;
}

export interface LiveStats extends SourceStats {
  /** Events handed over in batches. */
  delivered: number;
  /** Bytes in the rings, not yet fetched. */
  waiting: number;
  cpus: CpuCounters[];
}

/** One line: what failed, and the remedy. */
export function explainFailure(f: NativeFailure): string {
  const doctor = 'see "burin doctor"';
  if (f.code === 'EACCES' && f.what === 'load the probe')
    return `this kernel (${release()}) refuses the probe (${f.what}: EACCES): use another one; BURIN_VERIFIER_LOG=1 shows its reasons, which are worth a report; ${doctor}`;
  if (f.code === 'EPERM' || f.code === 'EACCES')
    return `live capture is not permitted (${f.what}: ${f.code}): run burin with sudo, or give it CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE; ${doctor}`;
  if (f.code === 'ENOMEM')
    return `not enough memory for live capture (${f.what}: ENOMEM): use smaller rings, or raise the memory limit of this container; ${doctor}`;
  if (f.code === 'ENOSYS')
    return `this kernel (${release()}) has no BPF (${f.what}: ENOSYS): use one that is built with CONFIG_BPF_SYSCALL; ${doctor}`;
  if (!existsSync('/sys/kernel/btf/vmlinux'))
    return `this kernel (${release()}) has no type information (${f.what}: ${f.code}): use one that is built with CONFIG_DEBUG_INFO_BTF; ${doctor}`;
  return `live capture failed to start (${f.what}: ${f.code}) on kernel ${release()}: the probe needs Linux 5.15 or newer; ${doctor}`;
}

function powerOfTwo(n: number): number {
  let p = 4096;
  while (p < n) p *= 2;
  return p;
}

export class LiveSource implements EventSource {
  readonly name = 'live';
  readonly isLive = true;
  window: Uint8Array = new Uint8Array(WINDOW_BYTES);
  start = 0;
  end = 0;
  windowOffset = 0;
  readonly #probe: NativeProbe;
  readonly #batch = this.window;
  #metadata: Uint8Array | undefined;
  #stopped = false;
  #closed = false;
  #idleMs = IDLE_MIN_MS;
  readonly #lacking = new Set<string>();
  readonly #scans: boolean;
  #pageFaults: boolean;
  #switches: boolean;
  /** New names of threads are noticed in the kernel. */
  #seesRenames = true;
  #lastStats: LiveStats | undefined;
  /** CPU times of processes are asked for, where /proc shows the ids of the events; when next; time of the last event. */
  #wantsCpuTimes = false;
  #nextSample = 0;
  #lastTsLow = 0;
  #lastTsHigh = 0;
  #lookupSecond = 0;
  #lookups = 0;
  #helper: ScanHelper | undefined;
  /** Losses that the state was mended after; the time (ms) before which it is not looked at again. */
  #mended = 0;
  #nextMend = 0;
  readonly #onWarning: (line: string) => void;

  /** Loads and attaches the probe and scans /proc. Throws {@link LiveError}. */
  constructor(options: LiveOptions = {}) {
    this.#onWarning = options.onWarning ?? (() => {});
    this.#pageFaults = options.pageFaults ?? false;
    this.#switches = options.switches ?? true;
    // A capture of some processes only, or without /proc, says nothing of all the others.
    this.#scans = options.scan !== false && options.only === undefined;
    let addon: ReturnType<typeof loadAddon>;
    try {
      addon = loadAddon();
    } catch (e) {
      throw new LiveError((e as Error).message, 'ENOENT');
    }
    this.#probe = new addon.Probe();
    const { stage, errno } = options.inject ?? { stage: '', errno: 0 };
    const failure = this.#probe.open(powerOfTwo(options.ringBytes ?? 16 << 20), stage, errno);
    if (failure) throw new LiveError(explainFailure(failure), failure.code);
    try {
      this.setSnaplen(options.snaplen ?? 80);
      if (options.only) this.#only(options.only);
      this.#attach(
        ['sys_enter', 'sys_exit', 'sched_process_exit', 'sched_process_fork', 'task_rename', 'signal_deliver'],
        stage,
        errno,
      );
      this.setWanted(options.wanted ?? 'all');
      if (this.kernelPid !== process.pid)
        this.#onWarning("burin runs in a pid namespace: events carry the machine's process ids, /proc shows others");
      this.#probe.set('on', 1);
      this.#metadata = options.scan === false ? undefined : scanMachine().slice();
    } catch (e) {
      this.#probe.close();
      throw e;
    }
  }

  #attach(hooks: string[], stage = '', errno = 0): void {
    const result = this.#probe.attach(hooks, stage, errno);
    if (!Array.isArray(result)) throw new LiveError(explainFailure(result), result.code);
    for (const line of result) {
      if (/^(task_rename|sched_process_fork):/.test(line)) this.#seesRenames = false;
      // Said once, however often the hook is asked for.
      if (this.#lacking.has(line)) continue;
      this.#lacking.add(line);
      this.#onWarning(`this kernel cannot report some events: ${line}`);
    }
  }

  #only(only: NonNullable<LiveOptions['only']>): void {
    // The probe knows processes by the kernel's ids; in a pid namespace only one's own is known.
    if (only.children) this.#follow(this.kernelPid);
    for (const pid of only.pids ?? []) this.follow(pid);
    this.#probe.set('follow', 1);
  }

  /** burin's own process id as the kernel counts, which a pid namespace hides. */
  get kernelPid(): number {
    return this.#probe.get('self') ?? process.pid;
  }

  /**
   * Reports process `pid` and what it will start, where only some processes are reported. Throws {@link LiveError} in a
   * pid namespace, where the kernel's id of `pid` cannot be known.
   */
  follow(pid: number): void {
    if (this.kernelPid !== process.pid)
      throw new LiveError(
        "cannot follow a running process from inside a pid namespace: share the machine's process ids",
        'EINVAL',
      );
    this.#follow(pid);
  }

  #follow(pid: number): void {
    const failure = this.#probe.follow(pid, true);
    if (failure) throw new LiveError(explainFailure(failure), failure.code);
  }

  setSnaplen(bytes: number): void {
    this.#probe.set('snaplen', Math.max(0, Math.min(SNAPLEN_MAX, Math.trunc(bytes))));
  }

  /** Changes what is reported, from the next event on. */
  setWanted(wanted: LiveWanted | 'all'): void {
    const bytes = new Uint8Array(EVENT_NUMBERS);
    const all = wanted === 'all';
    const calls = liveCalls[process.arch] ?? [];
    const has = (code: number) => all || wanted.events.has(code);
    const genericWanted = has(CODE.generic) || has(CODE.genericExit);
    for (let i = 0; i < calls.length; i += CALL_FIELDS) {
      const nr = calls[i]!;
      const enter = calls[i + 1]!;
      const kind = calls[i + 4];
      const asked =
        enter === CODE.generic
          ? genericWanted && (all || (wanted.calls?.has(nr) ?? true))
          : has(enter) || has(calls[i + 2]!);
      if (kind === CHANGES_STATE) bytes[nr] = BOTH_SIDES | ALWAYS;
      else if (asked) bytes[nr] = kind === USES_DESCRIPTOR ? BOTH_SIDES | ON_DESCRIPTOR : BOTH_SIDES;
    }
    // Calls that are newer than the table.
    if (genericWanted && (all || !wanted.calls))
      for (let nr = 0; nr < NR.switch; nr++) if (!knows(calls, nr)) bytes[nr] = BOTH_SIDES;
    bytes[NR.procexit] = BOTH_SIDES | ALWAYS;
    this.#wantsCpuTimes = has(CODE.procinfo) && this.#scans && this.kernelPid === process.pid;
    const switches = this.#switches && has(CODE.switch);
    const faults = this.#pageFaults && has(CODE.fault);
    if (switches) bytes[NR.switch] = BOTH_SIDES;
    if (has(CODE.signal)) bytes[NR.signal] = BOTH_SIDES;
    if (faults) bytes[NR.faultUser] = bytes[NR.faultKernel] = BOTH_SIDES;
    this.#probe.setWanted(bytes);
    this.#probe.set('fds', all ? FD_ANY : (wanted.fds ?? FD_ANY));
    this.#select(all ? undefined : wanted.who);
    // Hooks that run often cost something even when nothing is wanted of them.
    const often = { sched_switch: switches, page_fault_user: faults, page_fault_kernel: faults };
    for (const [hook, on] of Object.entries(often)) if (!on) this.#probe.detach(hook);
    const on = Object.entries(often).flatMap(([hook, yes]) => (yes ? [hook] : []));
    if (on.length > 0) this.#attach(on);
  }

  /** Who is reported. The probe lets everybody pass while that changes, and when it fails. */
  #select(who: LiveWanted['who']): void {
    const names = [...(who?.names ?? [])];
    // Without the hook on new names, a thread that takes another one would be lost.
    const decidable = who !== undefined && (names.length === 0 || this.#seesRenames);
    const [pids, tids] = decidable ? [[...who.pids], [...who.tids]] : [[], []];
    // Nobody at all is a process that cannot be.
    if (decidable && pids.length + tids.length + names.length === 0) pids.push(0xffffffff);
    // Kernels before 5.19 refuse it once rights are given up: everybody passes then, and the filter decides after.
    this.#probe.select(pids, tids, decidable ? names : []);
  }

  nextBatch(): boolean {
    if (this.#closed) return false;
    if (this.#metadata) {
      this.window = this.#metadata;
      this.#metadata = undefined;
      this.start = 0;
      this.end = this.window.length;
      return true;
    }
    this.windowOffset += this.end;
    this.window = this.#batch;
    this.start = 0;
    this.end = this.#probe.drain(this.#batch, 0, this.#stopped ? 0 : HORIZON_NS);
    if (this.end > 0) this.#idleMs = IDLE_MIN_MS;
    this.#sampleCpuTimes();
    return this.end > 0 || !this.#stopped;
  }

  /** Once a second, adds the CPU times of all processes behind the events of the batch. */
  #sampleCpuTimes(): void {
    if (this.end > 0) {
      const view = new DataView(this.#batch.buffer);
      const last = this.end - view.getUint32(this.end - 4, true);
      this.#lastTsLow = view.getUint32(last + 10, true);
      this.#lastTsHigh = view.getUint32(last + 14, true);
    }
    const now = performance.now();
    if (!this.#wantsCpuTimes || this.#stopped || this.#lastTsHigh === 0 || now < this.#nextSample) return;
    // A full batch has no room for all of them: later then.
    if (this.end > WINDOW_BYTES / 2) return;
    this.#nextSample = now + SAMPLE_MS;
    this.end = writeCpuTimes(this.#batch, this.end, this.#lastTsLow, this.#lastTsHigh);
  }

  /** Processes that the probe leaves out besides burin itself. */
  useHelper(helper: ScanHelper): void {
    this.#helper = helper;
    this.#probe.set('helper', helper.pid);
  }

  /**
   * After events were lost, and once what came before is fetched: what /proc says of all processes now, to mend the state
   * with. Undefined when nothing was lost or it is too early: no more than a twentieth of the time goes into this.
   */
  afterLoss(): Uint8Array | undefined {
    const now = performance.now();
    if (now < this.#nextMend || this.kernelPid !== process.pid) return undefined;
    this.#nextMend = now + MEND_CHECK_MS;
    if (this.#helper?.ready === false) return undefined;
    const { dropped, waiting } = this.stats();
    // While it cannot keep up, more would be lost by looking; and what waits is older than what /proc says.
    if (dropped === this.#mended || waiting > MEND_WAITING) return undefined;
    this.#mended = dropped;
    const blocks = this.#helper === undefined ? scanProcesses() : this.#helper.all();
    this.#nextMend = now + Math.max(MEND_EVERY_MS, MEND_SHARE * (performance.now() - now));
    return blocks;
  }

  /**
   * What /proc says of a thread that turned up without having been seen to start: process list and FD list blocks of its
   * process. Undefined when it is gone, and when there were too many questions: at most {@link LOOKUPS_PER_SECOND}.
   */
  lookup(tid: number): Uint8Array | undefined {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#lookupSecond) {
      this.#lookupSecond = second;
      this.#lookups = 0;
    }
    if (this.kernelPid !== process.pid || ++this.#lookups > LOOKUPS_PER_SECOND) return undefined;
    // Until the helper has started, what burin itself may read has to do.
    return this.#helper?.ready ? this.#helper.one(tid) : scanThread(tid);
  }

  /**
   * Resolves when it is worth asking again: at once after a well-filled batch, else after an interval that grows while
   * nothing happens, up to `maxMs`.
   */
  waitForEvents(maxMs = IDLE_MAX_MS): Promise<void> {
    if (this.end > WINDOW_BYTES / 4) return new Promise((resolve) => setImmediate(resolve));
    const wait = Math.min(this.#idleMs, maxMs);
    this.#idleMs = Math.min(IDLE_MAX_MS, this.#idleMs * 2);
    return new Promise((resolve) => setTimeout(resolve, wait));
  }

  /** Ends recording; what is in the rings is still delivered, then `nextBatch` returns false. */
  stop(): void {
    this.#probe.set('on', 0);
    this.#stopped = true;
  }

  stats(): LiveStats {
    if (this.#closed && this.#lastStats) return this.#lastStats;
    const v = this.#probe.stats();
    const cpus: CpuCounters[] = [];
    for (let i = 3; i + 4 < v.length; i += 5)
      cpus.push({ seen: v[i]!, full: v[i + 1]!, copyFailed: v[i + 2]!, tooLarge: v[i + 3]!, submitted: v[i + 4]! });
    const sum = (key: keyof CpuCounters) => cpus.reduce((n, c) => n + c[key], 0);
    return {
      seen: sum('seen'),
      dropped: sum('full'),
      skipped: v[1]!,
      bytesRead: 0,
      bytesTotal: 0,
      delivered: v[0]!,
      waiting: v[2]!,
      cpus,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#lastStats = this.stats();
    this.#closed = true;
    this.#probe.close();
    this.start = this.end = 0;
  }
}

function knows(calls: readonly number[], nr: number): boolean {
  for (let i = 0; i < calls.length; i += CALL_FIELDS) if (calls[i] === nr) return true;
  return false;
}
