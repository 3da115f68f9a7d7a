/** The time at the beginning of a line, in the form chosen with -t. */
import type { EventCursor } from '../event.js';
import type { RenderSettings } from '../fields/field.js';
import { ByteWriter } from './byte-writer.js';
import { writePadded, writeUint } from './numbers.js';
import { localOffset, nanosOf, PreviousTime, secondsOf, writeClock, writeSeconds } from './time.js';

export class OutputTime {
  private readonly offset = localOffset();
  private readonly previous = new PreviousTime();

  constructor(private readonly settings: RenderSettings) {}

  /** The second of the latest time written: its text, and where it begins in nanoseconds below `high`. */
  private readonly clock = new ByteWriter(null, 16);
  private high = -1;
  private begin = 0;

  /** `HH:MM:SS.NNNNNNNNN`; events come many to a second, so its text is kept. */
  private writeTimeOfDay(event: EventCursor, writer: ByteWriter): void {
    const { tsHigh, tsLow } = event;
    let nanos = tsLow - this.begin;
    if (tsHigh !== this.high || nanos < 0 || nanos >= 1e9) {
      const seconds = secondsOf(tsHigh, tsLow);
      nanos = nanosOf(tsLow, seconds);
      this.high = tsHigh;
      this.begin = tsLow - nanos;
      this.clock.length = 0;
      writeClock(this.clock, seconds + this.offset);
      this.clock.byte(46);
    }
    writer.reserve(24);
    const to = writer.view;
    const from = this.clock.view;
    to.setFloat64(writer.length, from.getFloat64(0, true), true);
    writer.bytes[writer.length + 8] = 46;
    writer.length += 9;
    writePadded(writer, nanos, 9);
  }

  write(event: EventCursor, writer: ByteWriter): void {
    switch (this.settings.timeFormat) {
      case 'h':
        this.writeTimeOfDay(event, writer);
        break;
      case 'a': {
        // Not padded: 1.000000005 is written 1.5, as scripts that read this have always seen it.
        const seconds = secondsOf(event.tsHigh, event.tsLow);
        writeUint(writer, seconds);
        writer.byte(46);
        writeUint(writer, nanosOf(event.tsLow, seconds));
        break;
      }
      case 'r':
        writeSeconds(writer, event.time);
        break;
      case 'd':
        writeSeconds(writer, event.thread?.latency ?? 0);
        break;
      case 'D':
        writeSeconds(writer, this.previous.since(event.tsHigh, event.tsLow));
        break;
    }
  }
}
