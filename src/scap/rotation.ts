/**
 * Captures broken into several files: when the file in use has reached its size, age or number of events, the next one is
 * begun, with a header of its own, so that each can be read alone.
 */
import fs from 'node:fs';
import type { OutputOptions } from './capture-output.js';
import { formatTime } from './time-name.js';
import { CaptureWriter } from './writer.js';

export interface RotationOptions {
  /** Largest size of a file in bytes (-C, there in millions). */
  maxBytes?: number;
  /** Seconds of events in a file (-G). */
  maxSeconds?: number;
  /** Events in a file (-e). */
  maxEvents?: number;
  /** Number of files that are kept (-W); older ones are overwritten, or removed where names carry the time. */
  maxFiles?: number;
}

/** True when any limit is set that ends a file. */
export const rotates = (options: RotationOptions): boolean =>
  (options.maxBytes ?? 0) > 0 || (options.maxSeconds ?? 0) > 0 || (options.maxEvents ?? 0) > 0;

/** A capture in one file, or in several. */
export class CaptureFiles {
  private writer: CaptureWriter | null = null;
  private readonly rotating: boolean;
  /** The name has a strftime format in it, used with maxSeconds. */
  private readonly timeName: boolean;
  private fileNumber = 0;
  private begunAt = 0;
  private readonly names: string[] = [];

  /**
   * @param path file name; gets a counter behind it when there are several files, or is formatted as strftime does when
   *   files are cut by time and it has a `%` in it
   */
  constructor(
    private readonly path: string,
    private readonly output: OutputOptions = {},
    private readonly rotation: RotationOptions = {},
  ) {
    this.rotating = rotates(rotation);
    this.timeName = (rotation.maxSeconds ?? 0) > 0 && path.includes('%');
    // A single file is opened at once: if it cannot be written, that is said before anything is read.
    if (!this.rotating) this.writer = new CaptureWriter(path, output);
  }

  /** The file that takes an event of this time (seconds since the epoch); `begin` writes the header of a new one. */
  writerAt(seconds: number, begin: (writer: CaptureWriter) => void): CaptureWriter {
    const writer = this.writer;
    if (writer !== null && (!this.rotating || !this.isFull(writer, seconds))) return writer;
    writer?.close();
    const next = new CaptureWriter(this.nextName(seconds), this.output);
    this.writer = next;
    this.begunAt = seconds;
    begin(next);
    // A first file for one event is none.
    return writer === null && this.rotation.maxEvents === 1 ? this.writerAt(seconds, begin) : next;
  }

  /** The file in use; null before the first event of a capture in several files. */
  get current(): CaptureWriter | null {
    return this.writer;
  }

  private isFull(writer: CaptureWriter, seconds: number): boolean {
    const { maxBytes, maxSeconds, maxEvents } = this.rotation;
    // The event that begins another file is not counted there, but the first file's first one is: it has one less.
    if (maxEvents && writer.events >= maxEvents - (this.fileNumber === 1 ? 1 : 0)) return true;
    if (maxSeconds && seconds - this.begunAt >= maxSeconds) return true;
    return Boolean(maxBytes) && writer.size >= maxBytes!;
  }

  private nextName(seconds: number): string {
    const { maxFiles } = this.rotation;
    const number = this.fileNumber++;
    if (!this.timeName) return `${this.path}${maxFiles ? number % maxFiles : number}`;
    const name = formatTime(this.path, seconds);
    if (!this.names.includes(name)) this.names.push(name);
    if (maxFiles && this.names.length > maxFiles) fs.rmSync(this.names.shift()!, { force: true });
    return name;
  }

  flush(): void {
    this.writer?.flush();
  }

  close(): void {
    this.writer?.close();
    this.writer = null;
  }
}
