/**
 * Capture files as an event source: checks the framing of blocks and their order, and hands whole blocks over in
 * batches of about one window. What is inside the blocks is looked at elsewhere.
 *
 * A file is hostile: a length is believed only when its bytes have arrived, so memory follows what the file holds and
 * never what it claims.
 */
import { BLOCK_SECTION_HEADER, eventBlockKind, isMetadataBlock, LARGE } from '../scap/event-blocks.js';
import { type ByteInput, openBytes } from './byte-input.js';
import { CaptureError, type EventSource, type SourceStats, type WindowHome } from './event-source.js';
import { GzipDamage } from './gzip-inflate.js';
import { type InflateAhead, ROOM_BEFORE_SLOT } from './inflate-ahead.js';

/** Usual size of the window: it should stay in the processor's second cache, larger ones are a little slower. */
const WINDOW = 256 << 10;
/** Read before the first batch: the first lines of a small capture come sooner. */
const FIRST_READ = 128 << 10;
/** Largest block of any kind. The process list of 20,000 threads with full environments takes about 80 MiB. */
const MAX_BLOCK = 96 << 20;
/** Largest event block with 16-bit parameter lengths. */
const MAX_SMALL_EVENT_BLOCK = 65536 + 8;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_SWAPPED = 0x4d3c2b1a;
const SUPPORTED_MAJOR = 1;
const MIN_SECTION_HEADER = 28;

export interface CaptureFileOptions {
  /** Size of the window in bytes, for tests; default 256 KiB. */
  windowSize?: number;
  /** Compressed files from this size on are inflated ahead in a thread, for tests; default by what pays. */
  aheadFrom?: number;
  /** A file without any event is not an error. */
  allowEmpty?: boolean;
}

/**
 * Opens a capture, gzip-compressed or not; `-` is standard input. Throws an Error with a full sentence when the file
 * cannot be opened; damage is thrown by `nextBatch`.
 */
export function openCaptureFile(path: string, options: CaptureFileOptions = {}): EventSource {
  let opened: ReturnType<typeof openBytes>;
  try {
    opened = openBytes(path, options.aheadFrom);
  } catch (error) {
    throw new Error(`cannot open capture ${path}: ${reasonOf(error)}`, { cause: error });
  }
  return new FileSource(path, opened.input, opened.size, options);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return message;
  }
}

export class FileSource implements EventSource {
  readonly isLive = false;
  window: Uint8Array;
  start = 0;
  end = 0;
  windowOffset = 0;

  private view: DataView;
  /** Where the window lies as long as it need not be larger; null: in memory of its own. */
  private home: WindowHome | null = null;
  private readonly windowSize: number;
  /** End of the bytes read into the window. */
  private filled = 0;
  /** Fill the window up to here at most. */
  private fillLimit = FIRST_READ;
  private atEnd = false;
  private failure: Error | null = null;
  private closed = false;
  private eventsInSection = 0;
  private events = 0;
  private skipped = 0;
  private sectionSeen = false;
  /** The thread that brings the rest of the file, once it does: the window is then its slots. */
  private ahead: InflateAhead | null = null;

  constructor(
    readonly name: string,
    private readonly input: ByteInput,
    private readonly size: number,
    private readonly options: CaptureFileOptions = {},
  ) {
    this.windowSize = options.windowSize ?? WINDOW;
    this.window = new Uint8Array(this.windowSize);
    this.view = new DataView(this.window.buffer);
  }

  nextBatch(): boolean {
    if (this.closed) return false;
    if (this.failure) throw this.failure;
    if (this.ahead === null) this.moveRestDown();
    for (;;) {
      if (this.ahead === null) this.fill();
      else this.takeSlot(this.ahead);
      this.frame();
      if (this.end > this.start) return true;
      if (this.failure) throw this.failure;
      if (this.atEnd) return this.finish();
      if (this.ahead === null) this.growWindow();
    }
  }

  stats(): SourceStats {
    return {
      seen: this.events,
      dropped: 0,
      skipped: this.skipped,
      bytesRead: this.input.bytesRead(),
      bytesTotal: this.size,
    };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.start = this.end = 0;
    this.input.close();
  }

  /** Drops the batch that was handed out and moves the begun block behind it to the front. */
  private moveRestDown(): void {
    const rest = this.filled - this.end;
    if (this.window.length > this.windowSize && rest <= this.windowSize / 2) {
      const small = this.smallWindow();
      small.set(this.window.subarray(this.end, this.filled));
      this.setWindow(small);
    } else if (this.end > 0) {
      this.window.copyWithin(0, this.end, this.filled);
    }
    this.windowOffset += this.end;
    this.filled = rest;
    this.start = this.end = 0;
  }

  moveWindow(home: WindowHome): void {
    if (this.ahead !== null || home.window.length < this.windowSize || this.home === home) return;
    this.home = home;
    if (this.window.length !== this.windowSize) return;
    const window = this.smallWindow();
    window.set(this.window.subarray(0, this.filled));
    this.setWindow(window);
  }

  private smallWindow(): Uint8Array {
    return this.home === null ? new Uint8Array(this.windowSize) : this.home.window.subarray(0, this.windowSize);
  }

  private setWindow(window: Uint8Array): void {
    this.window = window;
    this.view = new DataView(window.buffer, window.byteOffset, window.byteLength);
  }

  /** Reads until the window is full, or a slow producer pauses after at least one block may be complete. */
  private fill(): void {
    if (this.atEnd) return;
    const position = this.windowOffset + this.filled;
    const ahead = this.input.ahead?.(position) ?? null;
    const untilSlots = ahead === null ? Number.POSITIVE_INFINITY : ahead.begin(position) - position;
    const limit = Math.min(this.fillLimit, this.window.length, this.filled + untilSlots);
    this.fillLimit = Number.POSITIVE_INFINITY;
    try {
      while (this.filled < limit) {
        const count = this.input.read(this.window, this.filled, limit - this.filled);
        if (count === 0) {
          this.atEnd = true;
          return;
        }
        this.filled += count;
        // A pipe is not waited for: what came is shown.
        if (this.size === 0) return;
      }
    } catch (error) {
      this.inputFailed(error);
    }
    if (this.windowOffset + this.filled === position + untilSlots) this.ahead = ahead;
  }

  private inputFailed(error: unknown): void {
    this.atEnd = true;
    const reason = error instanceof GzipDamage ? error.message : `cannot be read further: ${(error as Error).message}`;
    this.failure = new CaptureError(this.name, reason, this.windowOffset + this.filled);
  }

  /** Makes the next slot the window, with the begun block put before it. */
  private takeSlot(ahead: InflateAhead): void {
    this.start = this.end;
    if (this.atEnd) return;
    let count: number;
    try {
      count = ahead.next();
    } catch (error) {
      this.inputFailed(error);
      return;
    }
    if (count === 0) {
      this.atEnd = true;
      return;
    }
    const { window, end, filled } = this;
    const { memory, at } = ahead;
    const rest = filled - end;
    if (rest <= ROOM_BEFORE_SLOT) {
      const to = at - rest;
      if (window === memory) {
        memory.copyWithin(to, end, filled);
      } else {
        memory.set(window.subarray(end, filled), to);
        this.setWindow(memory);
      }
      this.windowOffset += end - to;
      this.start = this.end = to;
      this.filled = at + count;
    } else {
      this.appendSlot(memory.subarray(at, at + count));
    }
    ahead.release();
  }

  /** A block is longer than the room before a slot: it is put together in a window of its own. */
  private appendSlot(slot: Uint8Array): void {
    const { window, end, filled } = this;
    if (window !== this.ahead?.memory && window.length - filled >= slot.length) {
      window.set(slot, filled);
      this.filled = filled + slot.length;
      return;
    }
    const rest = filled - end;
    const length = this.view.getUint32(end + 4, true);
    const larger = new Uint8Array(Math.max(length, rest) + slot.length);
    larger.set(window.subarray(end, filled));
    larger.set(slot, rest);
    this.setWindow(larger);
    this.windowOffset += end;
    this.start = this.end = 0;
    this.filled = rest + slot.length;
  }

  /** Called when the first block in the window is longer than the window. */
  private growWindow(): void {
    if (this.filled < this.window.length) return;
    const needed = this.filled >= 8 ? this.view.getUint32(4, true) : 0;
    // Whole at once: pages of a large array take no memory before bytes arrive, copying back and forth would.
    const larger = new Uint8Array(Math.max(needed, this.windowSize, this.window.length + 1));
    larger.set(this.window.subarray(0, this.filled));
    this.setWindow(larger);
  }

  /** Moves `end` over the whole blocks in the window; sets `failure` at damage. */
  private frame(): void {
    const view = this.view;
    const filled = this.filled;
    let at = this.end;
    let events = 0;
    if (this.home !== null && this.sectionSeen && this.window.buffer === this.home.window.buffer) {
      const plain = this.home.frame(at, filled);
      at = plain.end;
      events = plain.events;
    }
    while (filled - at >= 8) {
      const type = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      if (length < 12 || (length & 3) !== 0 || length > MAX_BLOCK) {
        this.fail(
          at,
          this.sectionSeen ? `a block of type ${hex(type)} claims a length of ${length}` : this.foreign(at),
        );
        break;
      }
      const kind = eventBlockKind(type);
      if (kind >= 0) {
        if (length > MAX_SMALL_EVENT_BLOCK && (kind & LARGE) === 0) {
          this.fail(at, `an event block claims a length of ${length}, more than an event can have`);
          break;
        }
        if (!this.sectionSeen) {
          this.fail(at, 'an event comes before any section header');
          break;
        }
        if (filled - at < length) break;
        events++;
      } else {
        if (this.sectionSeen === false && type !== BLOCK_SECTION_HEADER) {
          this.fail(at, this.foreign(at));
          break;
        }
        if (this.eventsInSection + events > 0 && type !== BLOCK_SECTION_HEADER) {
          this.fail(at, `a block of type ${hex(type)} stands among the events`);
          break;
        }
        if (filled - at < length) break;
        if (view.getUint32(at + length - 4, true) !== length) {
          this.fail(at, `a block of type ${hex(type)} ends with another length than it begins with`);
          break;
        }
        if (type === BLOCK_SECTION_HEADER) {
          if (!this.checkSection(at, length)) break;
          this.events += events;
          events = 0;
          this.eventsInSection = 0;
          this.sectionSeen = true;
        } else if (!isMetadataBlock(type)) {
          this.skipped++;
        }
      }
      at += length;
    }
    this.end = at;
    this.events += events;
    this.eventsInSection += events;
  }

  private checkSection(at: number, length: number): boolean {
    if (length < MIN_SECTION_HEADER) return this.fail(at, `a section header of ${length} bytes is too short`);
    const magic = this.view.getUint32(at + 8, true);
    if (magic === BYTE_ORDER_SWAPPED) {
      return this.fail(at, 'the capture was written on a machine of the other byte order, which cannot be read');
    }
    if (magic !== BYTE_ORDER_MAGIC) return this.fail(at, 'not a capture: its section header has a wrong magic number');
    const major = this.view.getUint16(at + 12, true);
    if (major > SUPPORTED_MAJOR) {
      return this.fail(at, `the capture has version ${major}, newer than can be read; update burin`, true);
    }
    return true;
  }

  /** What a file is that does not begin with a section header. */
  private foreign(at: number): string {
    const first = this.view.getUint32(at, true);
    let hint = '';
    if (first === 0xa1b2c3d4 || first === 0xd4c3b2a1) hint = ' (it is a pcap file of network packets)';
    else if (first === 0xfd2fb528) hint = ' (it is compressed with zstd: unpack it first)';
    else if (first === 0x587a37fd) hint = ' (it is compressed with xz: unpack it first)';
    return `not a capture: it does not begin with a section header${hint}`;
  }

  private fail(at: number, reason: string, unsupportedVersion = false): false {
    this.failure ??= new CaptureError(this.name, reason, this.windowOffset + at, unsupportedVersion);
    // An error of the input lies behind what is in the window; this one comes first.
    if (this.failure instanceof CaptureError && this.failure.offset > this.windowOffset + at) {
      this.failure = new CaptureError(this.name, reason, this.windowOffset + at, unsupportedVersion);
    }
    return false;
  }

  /** The end of the file: clean, inside a block, or without anything. */
  private finish(): boolean {
    const rest = this.filled - this.start;
    if (rest > 0) {
      const expected = rest >= 8 ? this.view.getUint32(this.start + 4, true) : 8;
      this.fail(
        this.start,
        `the capture is cut off: a block of ${rest >= 8 ? `${expected} bytes` : 'unknown length'} has only ${rest}`,
      );
    } else if (this.windowOffset + this.start === 0) {
      this.fail(0, 'the file is empty');
    } else if (this.events === 0 && !this.options.allowEmpty) {
      this.fail(0, 'there are no events in the capture');
    }
    if (this.failure) throw this.failure;
    return false;
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;
