/** The time at the beginning of a line, in the form chosen with -t. */
import type { EventCursor } from '../event.js';
import type { RenderSettings } from '../fields/field.js';
import type { ByteWriter } from './byte-writer.js';
import { writeUint } from './numbers.js';
import { localOffset, nanosOf, secondsOf, writeClock, writeFraction, writeSeconds } from './time.js';

export class OutputTime {
  private readonly offset = localOffset();
  /** `time` of the event this was last written for; NaN before the first. */
  private previous = Number.NaN;

  constructor(private readonly settings: RenderSettings) {}

  /** Forgets the previous event: another capture begins. */
  restart(): void {
    this.previous = Number.NaN;
  }

  write(event: EventCursor, writer: ByteWriter): void {
    switch (this.settings.timeFormat) {
      case 'h': {
        const seconds = secondsOf(event.tsHigh, event.tsLow);
        writeClock(writer, seconds + this.offset);
        writeFraction(writer, nanosOf(event.tsLow, seconds));
        break;
      }
      case 'a': {
        // Not padded: 1.000000005 is written 1.5, as scripts that read this have always seen it.
        const seconds = secondsOf(event.tsHigh, event.tsLow);
        writeUint(writer, seconds);
        writer.byte(46);
        writeUint(writer, nanosOf(event.tsLow, seconds));
        break;
      }
      case 'r':
        writeDifference(writer, event.time);
        break;
      case 'd':
        writeSeconds(writer, event.thread?.latency ?? 0);
        break;
      case 'D':
        writeDifference(writer, Number.isNaN(this.previous) ? 0 : event.time - this.previous);
        this.previous = event.time;
        break;
    }
  }
}

/** A difference of times in seconds. Negative ones, from clocks of different CPUs, wrap as unsigned 64-bit numbers do. */
function writeDifference(writer: ByteWriter, nanos: number): void {
  if (nanos >= 0) {
    writeSeconds(writer, nanos);
    return;
  }
  const wrapped = BigInt.asUintN(64, BigInt(nanos));
  writer.text((wrapped / 1_000_000_000n).toString());
  writeFraction(writer, Number(wrapped % 1_000_000_000n));
}
