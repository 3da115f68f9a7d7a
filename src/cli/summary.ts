/** The table of -S: how often each event occurred. */
import type { EventCursor } from '../sinsp/event.js';
import type { ByteWriter } from '../sinsp/format/byte-writer.js';
import { eventName } from '../sinsp/format/event-text.js';
import { writeUint } from '../sinsp/format/numbers.js';
import type { Name } from '../sinsp/names.js';

const NAME_WIDTH = 16;
const ROWS = 100;
const RULE = '----------------------\n';

export class Summary {
  /** By name object and direction; names of events are few and shared. */
  private readonly enters = new Map<Name, number>();
  private readonly exits = new Map<Name, number>();

  count(event: EventCursor): void {
    const counts = event.isExit ? this.exits : this.enters;
    const name = eventName(event);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  write(writer: ByteWriter): void {
    writer.text(`${RULE}Event           #Calls\n${RULE}`);
    const rows = new Map<string, number>();
    for (const [sign, counts] of [
      ['> ', this.enters],
      ['< ', this.exits],
    ] as const) {
      for (const [name, count] of counts) rows.set(sign + name.text, (rows.get(sign + name.text) ?? 0) + count);
    }
    const sorted = [...rows].sort((a, b) => b[1] - a[1]).slice(0, ROWS);
    for (const [label, count] of sorted) {
      writer.text(label.slice(0, 2) + label.slice(2, 2 + NAME_WIDTH).padEnd(NAME_WIDTH));
      writeUint(writer, count);
      writer.byte(10);
    }
  }
}
