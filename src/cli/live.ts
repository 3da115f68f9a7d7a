/**
 * Live capture from the command line: starts the probe, runs a command to watch or attaches to a process, gives up rights
 * before any Lua runs, and tells at the end what was seen and what was lost.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { loadAddon } from '../capture/addon.js';
import { FD_ANY, FD_INET_SOCKET, FD_NO_SOCKET, FD_OTHER_SOCKET, FD_UNIX_SOCKET } from '../capture/fd-kinds.js';
import { LiveError, LiveSource, type LiveStats } from '../capture/live.js';
import { ScanHelper } from '../capture/scan-helper.js';
import { EVERYTHING, type Selection } from '../sinsp/filter/selection.js';
import { EVENT_COUNT, EVENTS, nativeSyscalls, PPME } from '../sinsp/schema/index.js';
import { addUnknownThreads, refreshState } from '../sinsp/state/refresh.js';
import type { State } from '../sinsp/state/state.js';
import { MARK_CALLS } from '../sinsp/state/tracers.js';
import { UsageError } from './errors.js';

export interface LiveSessionOptions {
  snaplen: number;
  /** Bytes of each CPU's ring; undefined for the default. */
  ringBytes: number | undefined;
  pageFaults: boolean;
  /** A command to run and watch, with everything it starts. */
  command: readonly string[] | undefined;
  /** Running processes to watch, with everything they start. */
  attach: readonly number[];
  /** User to become once everything is open: a name or number, `''` for the one behind sudo. */
  dropTo: string | undefined;
}

/** What was lost and what was seen, at the end of a live capture. */
export function totals(stats: LiveStats, seconds: number): string {
  const rate = seconds > 0 ? Math.round(stats.delivered / seconds) : 0;
  const head = `${stats.delivered} events in ${seconds.toFixed(1)} s (${rate} a second)`;
  const partial = stats.cpus.reduce((sum, cpu) => sum + cpu.copyFailed + cpu.tooLarge, 0);
  const parts = partial > 0 ? `; ${partial} without a part that could not be copied` : '';
  if (stats.dropped === 0) return `${head}, none lost${parts}`;
  const share = ((100 * stats.dropped) / stats.seen).toFixed(2);
  const cpus = stats.cpus.map((cpu, index) => (cpu.full > 0 ? `CPU ${index}: ${cpu.full}` : '')).filter(Boolean);
  return (
    `${head}, ${stats.dropped} of ${stats.seen} LOST (${share} %, ring full; ${cpus.join(', ')})${parts}: ` +
    'use a narrower filter, or larger rings with --ring-size'
  );
}

interface Caller {
  uid: number;
  gid: number;
  groups: number[];
}

const number = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

/** The user behind sudo; undefined when burin was not started through it. */
function sudoCaller(): Caller | undefined {
  const uid = number(process.env['SUDO_UID']);
  const gid = number(process.env['SUDO_GID']);
  return uid === undefined || gid === undefined ? undefined : { uid, gid, groups: groupsOf(uid, gid) };
}

const passwd = (): string[][] => lines('/etc/passwd');
const lines = (file: string): string[][] => {
  try {
    return readFileSync(file, 'latin1')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
};

function groupsOf(uid: number, gid: number): number[] {
  const name = passwd().find((row) => Number(row[2]) === uid)?.[0];
  const groups = lines('/etc/group').filter((row) => name !== undefined && row[3]?.split(',').includes(name));
  return [...new Set([gid, ...groups.map((row) => Number(row[2]))])];
}

function userNamed(text: string): Caller {
  if (text === '') {
    const caller = sudoCaller();
    if (caller === undefined) throw new UsageError('--drop-to: burin was not started with sudo, name the user');
    return caller;
  }
  const row = passwd().find((entry) => entry[0] === text || entry[2] === text);
  if (row === undefined) throw new UsageError(`--drop-to: there is no user ${text}`);
  const uid = Number(row[2]);
  const gid = Number(row[3]);
  return { uid, gid, groups: groupsOf(uid, gid) };
}

const ignore = (): void => {};

export class LiveSession {
  readonly source: LiveSource;
  readonly command: ChildProcess | null = null;
  private readonly helper: ScanHelper | null;
  /** To be told on standard error when all is printed. */
  readonly lastWords: string[] = [];
  private readonly begun = performance.now();
  /** Exit status of the command, when it has ended. */
  private status: number | undefined;
  private readonly dropTo: Caller | undefined;
  private rightsDropped = false;
  private narrowed = false;
  private closed = false;

  /** Starts the probe, and the command. Throws LiveError and UsageError. */
  constructor(options: LiveSessionOptions, complain: (line: string) => void) {
    // Without a listener Node would open a debugger's port: the signal asks for a snapshot, where there is a recorder.
    process.on('SIGUSR1', ignore);
    this.dropTo = options.dropTo === undefined ? undefined : userNamed(options.dropTo);
    const watched = options.command !== undefined || options.attach.length > 0;
    this.source = new LiveSource({
      snaplen: options.snaplen,
      ringBytes: options.ringBytes,
      pageFaults: options.pageFaults,
      only: watched ? { children: options.command !== undefined, pids: options.attach } : undefined,
      onWarning: complain,
    });
    this.helper = this.startHelper();
    if (options.command !== undefined) this.command = this.start(options.command);
  }

  /**
   * Keeps the rights to read /proc that burin itself gives up later; without it, what anybody may read has to do. In a pid
   * namespace /proc shows other ids than the events have.
   */
  private startHelper(): ScanHelper | null {
    if (this.source.kernelPid !== process.pid) return null;
    try {
      const helper = new ScanHelper();
      this.source.useHelper(helper);
      return helper;
    } catch {
      return null;
    }
  }

  /** Runs the command as the user who called burin. */
  private start(words: readonly string[]): ChildProcess {
    const caller = process.geteuid?.() === 0 ? sudoCaller() : undefined;
    loadAddon().system.becomeSubreaper();
    const child = spawn(words[0]!, words.slice(1), {
      stdio: 'inherit',
      ...(caller === undefined ? {} : { uid: caller.uid, gid: caller.gid }),
    });
    child.on('error', (error) => {
      this.status = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : 126;
      process.stderr.write(`burin: cannot run ${words[0]}: ${error.message}\n`);
      this.source.stop();
    });
    child.on('exit', (code, signal) => {
      this.status = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      // Its descendants may outlive it; they are watched until the last one is gone.
      this.waitForDescendants();
    });
    return child;
  }

  /** Stops when nothing that the command started is left; orphans come to us where the kernel allows it. */
  private waitForDescendants(): void {
    if (this.hasDescendants()) setTimeout(() => this.waitForDescendants(), 100);
    else this.source.stop();
  }

  private hasDescendants(): boolean {
    try {
      const own = String(process.pid);
      const children = readFileSync(`/proc/${own}/task/${own}/children`, 'latin1').split(' ').filter(Boolean);
      // Orphans that have ended stay as zombies until burin ends.
      const others = children.filter((pid) => Number(pid) !== this.helper?.pid);
      return others.some((pid) => !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
    } catch {
      return false;
    }
  }

  /**
   * Gives up all rights that are not needed any more, for good. Before any Lua runs.
   * @param output a file that is written later, made now because the other user might not be able to
   */
  dropRights(output?: string): void {
    if (this.rightsDropped) return;
    this.rightsDropped = true;
    const { system } = loadAddon();
    if (this.dropTo !== undefined) {
      const { uid, gid, groups } = this.dropTo;
      if (output !== undefined) {
        closeSync(openSync(output, 'w', 0o600));
        chownSync(output, uid, gid);
      }
      const result = system.setUser(uid, gid, groups);
      if (result < 0) throw new LiveError(`cannot become user ${uid}: errno ${-result}`, 'EPERM');
    }
    const result = system.keepCapabilities(0, 0);
    if (result < 0) throw new LiveError(`cannot give up capabilities: errno ${-result}`, 'EPERM');
  }

  /** Tells the probe which events anybody can want (null: all), and of whom and what. */
  narrow(types: Uint8Array | null, { who, fds }: Selection): void {
    if (types === null && who === null && fds === FD_ANY) {
      // A chisel that was changed may want more than the version before.
      if (this.narrowed) this.source.setWanted('all');
      this.narrowed = false;
      return;
    }
    this.narrowed = true;
    const events = new Set<number>();
    for (let code = 0; code < EVENT_COUNT; code++) if (types?.[code] !== 0) events.add(code);
    // There is nothing else that tracer events are made of.
    if (events.has(PPME.TRACER_E) || events.has(PPME.TRACER_X)) for (const code of MARK_CALLS) events.add(code);
    this.source.setWanted({ events, who: who ?? undefined, fds });
  }

  /** Threads that turn up unknown are looked up in /proc, a bounded number of them. */
  lookUpThreads(state: State): void {
    state.onUnknownThread = (tid) => {
      const bytes = this.source.lookup(tid);
      if (bytes !== undefined) addUnknownThreads(state, bytes);
      return state.threads.get(tid);
    };
  }

  /** After a loss: what is known of processes and descriptors is read anew. */
  mend(state: State): void {
    const blocks = this.source.afterLoss();
    if (blocks !== undefined) refreshState(state, blocks);
  }

  get exitStatus(): number | undefined {
    return this.status;
  }

  totals(): string {
    return totals(this.source.stats(), (performance.now() - this.begun) / 1000);
  }

  close(): void {
    process.off('SIGUSR1', ignore);
    if (this.closed) return;
    this.closed = true;
    this.source.close();
    this.helper?.close();
  }
}

const FD_WORDS: readonly [number, string][] = [
  [FD_NO_SOCKET, 'files, pipes and all else that is no socket'],
  [FD_INET_SOCKET, 'sockets of IPv4 and IPv6'],
  [FD_UNIX_SOCKET, 'unix sockets'],
  [FD_OTHER_SOCKET, 'other sockets'],
];

/** The processes and descriptors of a selection as sentences, without the events that are reported all the same. */
function explainSelection({ who, fds }: Selection): string {
  let text = '';
  if (who !== null) {
    const lists: [string, Iterable<string | number>][] = [
      ['processes', who.pids],
      ['threads', who.tids],
      ['threads named', who.names],
    ];
    const parts = lists.map(([label, items]) => [label, [...items].join(' ')]).filter(([, items]) => items !== '');
    text += `  of these only: ${parts.map((part) => part.join(' ')).join('; ')}\n`;
    if (who.names.size > 0) text += '  (and of threads that changed their name: they are told apart in TypeScript)\n';
  }
  if (fds !== FD_ANY) {
    const kinds = FD_WORDS.filter(([bit]) => (fds & bit) !== 0).map(([, words]) => words);
    text += `  reads, writes and the like only on: ${kinds.join(', ') || 'nothing'}\n`;
  }
  return text;
}

/**
 * What of a filter is decided in the kernel, in words (--explain).
 * @param types by event code, 0 where nothing can match
 */
export function explainKernelFilter(filter: string, types: Uint8Array | undefined, selection = EVERYTHING): string {
  const head = `filter: ${filter === '' ? '(none)' : filter}\n`;
  const selected = explainSelection(selection);
  const allTypes = types === undefined || types.every((wanted) => wanted !== 0);
  if (allTypes && selected === '') {
    return `${head}in the kernel: nothing; every event comes up\nin TypeScript: ${filter === '' ? 'nothing' : 'the whole filter'}\n`;
  }
  const tail = 'in TypeScript: the whole filter, on what comes up\n';
  const intro = 'come up, besides those that change processes and descriptors:\n';
  if (allTypes) return `${head}in the kernel: only these events ${intro}${selected}${tail}`;
  const names = new Set(EVENTS.filter((event) => types[event.code] !== 0).map((event) => event.name));
  const generic = types[0] !== 0 || types[1] !== 0;
  const count = nativeSyscalls(process.arch === 'arm64' ? 'aarch64' : 'x86_64').length;
  names.delete('syscall');
  return (
    `${head}in the kernel: only these events ${intro}` +
    `  ${[...names].sort().join(' ')}${generic ? `\n  and the rest of the ${count} system calls, as generic events` : ''}\n` +
    `${selected}${tail}`
  );
}
