/**
 * Where events come from: a live probe, a capture file, the flight recorder. A source hands over batches of bytes in
 * capture-file encoding; what they mean is the business of `src/sinsp`.
 */

/** Totals of a source; zero where it has nothing to say. */
export interface SourceStats {
  /** Events seen by the producer, delivered or not. */
  seen: number;
  /** Events lost because a buffer was full. */
  dropped: number;
  /** Blocks or entries skipped because nothing here understands them. */
  skipped: number;
  /** Bytes consumed of the underlying file (compressed where it is), and its size; 0 for streams and live sources. */
  bytesRead: number;
  bytesTotal: number;
}

/** Damage in a capture: everything before it was delivered. */
export class CaptureError extends Error {
  override name = 'CaptureError';
  constructor(
    /** File name as given; `-` for standard input. */
    readonly file: string,
    /** What is wrong, in words, without the file name. */
    readonly reason: string,
    /** Byte offset of the damaged block in the (uncompressed) stream. */
    readonly offset: number,
    /** The capture is of a version that this program cannot read. */
    readonly unsupportedVersion = false,
  ) {
    super(`${file}: ${reason} (at byte ${offset})`);
  }
}

/** Memory for a window, and who can look over event blocks in it quickly. */
export interface WindowHome {
  readonly window: Uint8Array;
  /** Goes over whole event blocks of plain kinds: where they end, and how many they are. */
  frame(offset: number, filled: number): { readonly end: number; readonly events: number };
}

/**
 * A stream of capture-file blocks. `nextBatch` makes `window[start..end)` hold whole blocks, back to back: section
 * headers, metadata blocks and event blocks, in file order, each with its 8-byte header and 4-byte trailer, its
 * length checked (multiple of 4, at least 12, inside the batch). The bytes stay valid until the next call.
 */
export interface EventSource {
  /** Name for messages. */
  readonly name: string;
  readonly isLive: boolean;
  /** Replaced when a block needs more room. */
  window: Uint8Array;
  start: number;
  end: number;
  /** Offset of `window[0]` in the stream, for messages. */
  windowOffset: number;
  /**
   * Fetches the next batch; false at the end of the source. A live source never blocks: it may return true with an
   * empty batch. Throws {@link CaptureError} for damage, after all whole blocks before it have been delivered.
   */
  nextBatch(): boolean;
  /**
   * Offers memory for the window, where events are looked at most quickly; may be called between batches, and need not be
   * accepted. The current batch then lies there.
   */
  moveWindow?(home: WindowHome): void;
  stats(): SourceStats;
  close(): void;
}
