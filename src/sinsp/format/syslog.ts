/** Messages to the system log, recognised in writes to its socket. */
import type { EventCursor } from '../event.js';
import { EF, EVENT_FLAGS, EVENT_IS_EXIT, EVENTS, FD_TYPE } from '../schema/index.js';
import type { State } from '../state/state.js';
import type { ByteWriter } from './byte-writer.js';

export const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const;

/** By event code: index of the parameter that holds the data written, -1 for others. */
const DATA_PARAM = Int8Array.from(EVENTS, (event) =>
  EVENT_IS_EXIT[event.code] === 1 && (EVENT_FLAGS[event.code]! & EF.WRITES_TO_FD) !== 0
    ? event.params.findIndex((param) => param.name === 'data')
    : -1,
);

export class SyslogMessage {
  facility = 0;
  severity = 0;
  /** Offsets of the text after the priority in the event's window. */
  from = 0;
  to = 0;

  /** Reads the message of an event; false when it is none. */
  read(event: EventCursor, state: State): boolean {
    const index = DATA_PARAM[event.type]!;
    if (index < 0) return false;
    const fd = event.fd;
    if (fd === null || fd.type !== FD_TYPE.UNIX_SOCK) return false;
    const length = event.paramLength(index);
    if (length < 3) return false;
    const name = fd.name ?? state.fdName(fd);
    if (!name.text.includes('/dev/log')) return false;
    const { bytes } = event;
    const from = event.paramOffsets[index]!;
    if (bytes[from] !== 60) return false;
    let priority = 0;
    let at = from + 1;
    const end = from + length;
    for (; at < end && at < from + 5; at++) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) break;
      priority = priority * 10 + digit;
    }
    if (at === from + 1 || at >= end || bytes[at] !== 62) return false;
    this.severity = priority & 7;
    this.facility = priority >> 3;
    this.from = at + 1;
    this.to = end;
    return true;
  }

  /** `syslog sev=<word> msg=<text>` */
  writeSummary(event: EventCursor, writer: ByteWriter): void {
    writer.text('syslog sev=');
    writer.text(SEVERITIES[this.severity]!);
    writer.text(' msg=');
    writer.copy(event.bytes, this.from, this.to);
  }
}
