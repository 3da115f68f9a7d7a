/**
 * A live source without a kernel: reads of files by a few processes, each event numbered by its timestamp, produced by the
 * clock at a given rate or as fast as they are taken. What comes out can be counted against what went in.
 */
import type { EventSource, SourceStats } from '../../src/capture/event-source.js';
import { EVENTS } from '../../src/sinsp/schema/index.js';
import { CaptureBuilder, capture, fdPayload, u32, u64 } from './capture-builder.js';

/** Timestamp of the event before number 1: seconds since the epoch. */
export const FIRST_SECOND = 1_600_000_000;
/** Nanoseconds between two events. */
export const STEP_NS = 1000;

const code = (name: string): number => EVENTS.find((event) => event.enumName === name)!.code;
const READ_ENTER = code('SYSCALL_READ_E');
const READ_EXIT = code('SYSCALL_READ_X');
const FD_FILE_V2 = 16;
const PROCESSES = 4;
const FILES = 16;

/** Lua that tells the number of the event at hand: `number()`. */
export const NUMBER_LUA = `
local function number()
  local s, ns = evt.get_ts()
  return (s - ${FIRST_SECOND}) * ${1e9 / STEP_NS} + ns / ${STEP_NS}
end
`;

/** Processes 1000 to 1003, called prog0 to prog3, each with files 3 to 18 called /data/P/F. */
export function numberedHeader(): CaptureBuilder {
  const tids = Array.from({ length: PROCESSES }, (_, p) => 1000 + p);
  const builder = capture().processes(tids.map((tid, p) => ({ tid, comm: `prog${p}` })));
  tids.forEach((tid, p) => {
    builder.fds(
      tid,
      Array.from({ length: FILES }, (_, f) => ({
        fd: 3 + f,
        ino: 100 + f,
        type: FD_FILE_V2,
        payload: fdPayload.fileV2(1, `/data/${p}/${f}`, 1),
      })),
    );
  });
  return builder;
}

export interface NumberedOptions {
  /** Events a second by the clock; default: a batch each time one is asked for. */
  rate?: number;
  /** Events in a batch, even; with a rate, the most in one. */
  batch?: number;
  /** Events after which the source ends. */
  total?: number;
  /** Default true. */
  live?: boolean;
}

export class NumberedSource implements EventSource {
  readonly name = 'numbered';
  readonly isLive: boolean;
  window: Uint8Array;
  start = 0;
  end = 0;
  windowOffset = 0;
  /** Events handed over: they have the numbers 1 to `produced`. */
  produced = 0;
  /** What setWanted was called with. */
  readonly wanted: unknown[] = [];
  private readonly template: Uint8Array;
  /** Offsets of the timestamps in the template, and its length behind them. */
  private readonly places: number[] = [];
  private headerSent = false;
  private stopped = false;
  private readonly batch: number;
  private readonly total: number;
  private begun = 0;

  constructor(private readonly options: NumberedOptions = {}) {
    this.isLive = options.live ?? true;
    this.batch = options.batch ?? 1000;
    this.total = options.total ?? Number.POSITIVE_INFINITY;
    const builder = new CaptureBuilder();
    for (let i = 0; i < this.batch; i += 2) {
      const tid = 1000 + ((i >> 1) % PROCESSES);
      const fd = 3 + ((i >> 1) % FILES);
      builder.event(READ_ENTER, [u64(fd), u32(100)], { tid, cpu: tid % 2 });
      builder.event(READ_EXIT, [u64(100), 'abcdefg'], { tid, cpu: tid % 2 });
    }
    this.template = builder.build();
    const view = new DataView(this.template.buffer);
    for (let at = 0; at < this.template.length; at += view.getUint32(at + 4, true)) this.places.push(at + 10);
    this.window = this.template;
  }

  nextBatch(): boolean {
    this.start = 0;
    if (!this.headerSent) {
      this.headerSent = true;
      this.window = numberedHeader().build();
      this.end = this.window.length;
      this.begun = performance.now();
      return true;
    }
    this.window = this.template;
    let count = Math.min(this.batch, this.total - this.produced);
    const { rate } = this.options;
    if (rate !== undefined) {
      const due = Math.floor(((performance.now() - this.begun) * rate) / 1000) - this.produced;
      count = Math.min(count, due - (due % 2));
    }
    if (count <= 0 || this.stopped) {
      this.end = 0;
      return !this.stopped && this.produced < this.total;
    }
    this.number(count);
    return true;
  }

  private number(count: number): void {
    const view = new DataView(this.template.buffer);
    const first = BigInt(FIRST_SECOND) * 1_000_000_000n + BigInt((this.produced + 1) * STEP_NS);
    let low = Number(first & 0xffff_ffffn);
    let high = Number(first >> 32n);
    for (let i = 0; i < count; i++) {
      const at = this.places[i]!;
      view.setUint32(at, low, true);
      view.setUint32(at + 4, high, true);
      low += STEP_NS;
      if (low > 0xffff_ffff) {
        low -= 0x1_0000_0000;
        high++;
      }
    }
    this.produced += count;
    this.end = count < this.places.length ? this.places[count]! - 10 : this.template.length;
  }

  // -- what a live source has besides ----------------------------------------------------------------------------

  waitForEvents(): Promise<void> {
    return new Promise((resolve) => (this.options.rate === undefined ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }

  setWanted(wanted: unknown): void {
    this.wanted.push(wanted);
  }

  setSnaplen(): void {}

  stop(): void {
    this.stopped = true;
  }

  stats(): SourceStats {
    return { seen: this.produced, dropped: 0, skipped: 0, bytesRead: 0, bytesTotal: 0 };
  }

  close(): void {}
}
