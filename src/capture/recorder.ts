/**
 * The flight recorder: the last megabytes (or seconds) of a live capture, whole, in capture-file encoding, in memory.
 *
 * Events lie in segments. Each segment begins with a snapshot of the state as it was before its first event, so that
 * the oldest segment can be dropped and what remains is still understood. A batch is copied once, and never split.
 */
import type { EventSource, SourceStats } from './event-source.js';

const SEGMENT_BYTES = 4 << 20;

interface Segment<Snapshot> {
  bytes: Uint8Array;
  used: number;
  snapshot: Snapshot;
  /** Wall-clock milliseconds of the latest batch. */
  latest: number;
}

export interface RecorderOptions {
  /** Bytes of events kept; default 64 MiB. At least two segments are kept. */
  maxBytes?: number;
  /** Milliseconds kept, where that is less. */
  maxAge?: number;
}

export class FlightRecorder<Snapshot> {
  private segments: Segment<Snapshot>[] = [];
  private spare: Uint8Array | null = null;
  private readonly segmentBytes: number;
  private readonly maxSegments: number;

  /** @param takeSnapshot copies the state as it is now, before the batch that is recorded next is walked */
  constructor(
    private readonly takeSnapshot: () => Snapshot,
    private readonly options: RecorderOptions = {},
  ) {
    const maxBytes = options.maxBytes ?? 64 << 20;
    this.segmentBytes = Math.max(1 << 16, Math.min(SEGMENT_BYTES, maxBytes >> 2));
    this.maxSegments = Math.max(2, Math.floor(maxBytes / this.segmentBytes));
  }

  /** Bytes of events held. */
  get size(): number {
    return this.segments.reduce((total, segment) => total + segment.used, 0);
  }

  /** Copies the blocks of a batch. Call it before the batch is walked. */
  record(window: Uint8Array, start: number, end: number, now = Date.now()): void {
    const length = end - start;
    if (length <= 0) return;
    let segment = this.segments[this.segments.length - 1];
    if (segment === undefined || segment.used + length > segment.bytes.length) segment = this.open(length, now);
    segment.bytes.set(window.subarray(start, end), segment.used);
    segment.used += length;
    segment.latest = now;
    this.dropOld(now);
  }

  private open(length: number, now: number): Segment<Snapshot> {
    if (this.segments.length >= this.maxSegments) this.drop();
    const size = Math.max(this.segmentBytes, length);
    const bytes = this.spare !== null && this.spare.length >= size ? this.spare : new Uint8Array(size);
    this.spare = null;
    const segment = { bytes, used: 0, snapshot: this.takeSnapshot(), latest: now };
    this.segments.push(segment);
    return segment;
  }

  private drop(): void {
    const segment = this.segments.shift();
    if (segment !== undefined && segment.bytes.length === this.segmentBytes) this.spare = segment.bytes;
  }

  private dropOld(now: number): void {
    const { maxAge } = this.options;
    if (maxAge === undefined) return;
    while (this.segments.length > 1 && now - this.segments[0]!.latest > maxAge) this.drop();
  }

  /**
   * The recorded past.
   * @param age milliseconds to go back at least, where the recorder reaches that far; default: everything
   * @returns the state before the first recorded event and a source of all events since; undefined when nothing is held
   */
  past(age = Number.POSITIVE_INFINITY, now = Date.now()): { snapshot: Snapshot; source: EventSource } | undefined {
    let first = 0;
    while (first < this.segments.length - 1 && now - this.segments[first]!.latest > age) first++;
    const segment = this.segments[first];
    if (segment === undefined) return undefined;
    const parts = this.segments.slice(first).map(({ bytes, used }) => ({ bytes, used }));
    return { snapshot: segment.snapshot, source: new RecordedSource(parts) };
  }

  clear(): void {
    this.segments = [];
  }
}

/** Hands over recorded segments, each as one batch. */
class RecordedSource implements EventSource {
  readonly name = 'recorder';
  readonly isLive = false;
  window: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  windowOffset = 0;
  private next = 0;
  private bytesRead = 0;

  constructor(private readonly parts: readonly { bytes: Uint8Array; used: number }[]) {}

  nextBatch(): boolean {
    const part = this.parts[this.next++];
    if (part === undefined) return false;
    this.windowOffset += this.end;
    this.window = part.bytes;
    this.start = 0;
    this.end = part.used;
    this.bytesRead += part.used;
    return true;
  }

  stats(): SourceStats {
    const bytesTotal = this.parts.reduce((total, part) => total + part.used, 0);
    return { seen: 0, dropped: 0, skipped: 0, bytesRead: this.bytesRead, bytesTotal };
  }

  close(): void {}
}
