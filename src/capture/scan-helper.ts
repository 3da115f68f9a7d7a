/**
 * A process of its own that reads /proc for burin once burin has given up its rights: after events were lost, and for threads
 * that turn up unknown. It keeps the two capabilities that this takes and nothing else, runs no Lua, and answers only burin.
 *
 * When it has started it sends a 32-bit 0. A request is two 32-bit numbers: what, and a thread id; an answer a 32-bit length
 * and blocks of a capture file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { loadAddon } from './addon.js';
import { scanProcesses, scanThread } from './proc-scan/index.js';

/** The hidden command that runs the helper; its descriptor 3 is the connection. */
export const HELPER_COMMAND = '__read-proc';
const CONNECTION = 3;
const ALL = 1;
const ONE = 2;
const REQUEST_BYTES = 8;
/** What the helper sends when it has started. */
const HELLO_BYTES = 4;
const ANSWER_MAX = 1 << 30;
/** A helper that does not answer in this time (ms) is given up. */
const PATIENCE = 3000;
/** CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE. */
const KEPT = (1 << 2) | (1 << 19);
const POLLIN = 1;

/** Serves until burin ends. */
export function runScanHelper(): void {
  // Ctrl-C is for burin, which still needs answers.
  process.on('SIGINT', () => {});
  loadAddon().system.keepCapabilities(KEPT, 0);
  writeSync(CONNECTION, Buffer.alloc(HELLO_BYTES));
  const request = Buffer.alloc(REQUEST_BYTES);
  for (;;) {
    if (readSync(CONNECTION, request, 0, REQUEST_BYTES, null) < REQUEST_BYTES) process.exit(0);
    const answer = request.readUInt32LE(0) === ALL ? scanProcesses() : scanThread(request.readUInt32LE(4));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(answer?.length ?? 0);
    writeSync(CONNECTION, head);
    for (let at = 0; answer !== undefined && at < answer.length; ) at += writeSync(CONNECTION, answer, at);
  }
}

/** The helper as burin sees it. */
export class ScanHelper {
  private readonly child: ChildProcess;
  private readonly socket: number;
  private started = false;
  private gone = false;

  /** Starts it, with the rights that this process has now. Throws an Error when that cannot be. */
  constructor() {
    const pair = loadAddon().system.pair();
    if (typeof pair === 'number') throw new Error(`cannot make a connection: errno ${-pair}`);
    this.socket = pair[0]!;
    this.child = spawn(
      process.execPath,
      [...process.execArgv, process.argv[1]!, HELPER_COMMAND],
      // Its own process group: what the terminal sends to burin is not meant for it.
      { stdio: ['ignore', 'ignore', 'ignore', pair[1]!], detached: true },
    );
    closeSync(pair[1]!);
    this.child.on('error', () => {
      this.gone = true;
    });
    this.child.unref();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** It has started: asking does not wait for that. */
  get ready(): boolean {
    this.started ||= this.readable(0) && this.receive(HELLO_BYTES) !== undefined;
    return this.started;
  }

  /** Process list and FD list blocks of all processes; undefined when the helper is gone. */
  all(): Uint8Array | undefined {
    return this.ask(ALL, 0);
  }

  /** The blocks of a thread's process; undefined when it is gone. */
  one(tid: number): Uint8Array | undefined {
    return this.ask(ONE, tid);
  }

  private ask(what: number, tid: number): Uint8Array | undefined {
    if (this.gone) return undefined;
    const request = Buffer.alloc(REQUEST_BYTES);
    request.writeUInt32LE(what);
    request.writeUInt32LE(tid, 4);
    if (loadAddon().system.send(this.socket, request, 0) !== REQUEST_BYTES) return this.giveUp();
    const head = this.receive(4);
    const length = head?.readUInt32LE(0);
    if (length === undefined || length > ANSWER_MAX) return this.giveUp();
    return length === 0 ? undefined : this.receive(length);
  }

  private receive(length: number): Buffer | undefined {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; ) {
      const n = this.readable(PATIENCE) ? loadAddon().system.recv(this.socket, bytes.subarray(at), 0) : 0;
      if (n <= 0) return this.giveUp();
      at += n;
    }
    return bytes;
  }

  private readable(patience: number): boolean {
    const ready = Int32Array.from([this.socket, POLLIN, 0]);
    for (;;) {
      const result = loadAddon().system.poll(ready, patience);
      // Stopped and continued, or told something: it is asked again.
      if (result !== -constants.errno.EINTR) return result > 0;
    }
  }

  private giveUp(): undefined {
    this.gone = true;
    return undefined;
  }

  close(): void {
    this.gone = true;
    closeSync(this.socket);
  }
}
