/** The table of -S: how often each event occurred. */
import type { EventCursor } from '../sinsp/event.js';
import type { ByteWriter } from '../sinsp/format/byte-writer.js';
import { writeUint } from '../sinsp/format/numbers.js';
import { genericCallId } from '../sinsp/generic-call.js';
import { EVENTS, OLD_SYSCALLS, PPME, SYSCALLS } from '../sinsp/schema/index.js';
import { sortByCount } from './introsort.js';

const NAME_WIDTH = 16;
const ROWS = 100;
const RULE = '----------------------\n';

/** Events that sysdig 0.29.3 knows; its table has a row for each of them and for each system call, counted or not. */
const OLD_EVENTS = 336;
const MAX_SYSCALLS = 4096;

export class Summary {
  /** By event code. */
  private readonly events = new Float64Array(EVENTS.length);
  /** Generic events: by twice the id of the system call, one more for exits. */
  private readonly syscalls = new Float64Array(MAX_SYSCALLS * 2);

  /** `onlyOld`: leave out what sysdig 0.29.3 has no row for. */
  constructor(private readonly onlyOld = false) {}

  count(event: EventCursor): void {
    const { type } = event;
    if (type > PPME.GENERIC_X) {
      this.events[type]!++;
      return;
    }
    const id = genericCallId(event, 0);
    if (id < MAX_SYSCALLS) this.syscalls[id * 2 + type]!++;
  }

  write(writer: ByteWriter): void {
    writer.text(`${RULE}Event           #Calls\n${RULE}`);
    const labels: string[] = [];
    const counts: number[] = [];
    const event = (code: number): void => {
      labels.push(`${code & 1 ? '< ' : '> '}${EVENTS[code]!.name.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH)}`);
      counts.push(this.events[code]!);
    };
    const syscall = (index: number): void => {
      const name = SYSCALLS[index >> 1]?.name ?? '<NA>';
      labels.push(`${index & 1 ? '< ' : '> '}${name.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH)}`);
      counts.push(this.syscalls[index]!);
    };
    for (let code = 0; code < OLD_EVENTS; code++) event(code);
    for (let index = 0; index < OLD_SYSCALLS * 2; index++) syscall(index);
    // Newer ones only where they occurred: the order of the others depends on the length of the table.
    const eventEnd = this.onlyOld ? 0 : EVENTS.length;
    const syscallEnd = this.onlyOld ? 0 : this.syscalls.length;
    for (let code = OLD_EVENTS; code < eventEnd; code++) if (this.events[code]! > 0) event(code);
    for (let index = OLD_SYSCALLS * 2; index < syscallEnd; index++) {
      if (this.syscalls[index]! > 0) syscall(index);
    }
    const rows = labels.map((_, i) => i);
    sortByCount(rows, counts);
    for (const row of rows.slice(0, ROWS)) {
      if (counts[row] === 0) break;
      writer.text(labels[row]!);
      writeUint(writer, counts[row]!);
      writer.byte(10);
    }
  }
}
