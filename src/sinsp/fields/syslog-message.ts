/** Messages that programs write to the syslog socket. */
import type { EventCursor } from '../event.js';
import { latin1 } from '../names.js';
import { EF, EVENT_FLAGS } from '../schema/index.js';
import type { State } from '../state/state.js';
import { paramIndexes } from './define.js';

const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const;
const FACILITIES = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'clock', 'authpriv', 'ftp', 'ntp'],
  ...['logaudit', 'logalert', 'cron', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];

export interface SyslogMessage {
  readonly facility: number;
  readonly facilityWord: string;
  readonly severity: number;
  readonly severityWord: string;
  /** All of it; `shown` ends at the first zero byte. */
  readonly text: string;
  readonly shown: string;
}

const DATA = paramIndexes('data');
const CLOSE = 0x3e;
/** Digits that a priority may have. */
const LONGEST_PRIORITY = 15;

/**
 * The message that the exit event of a write to a socket with `/dev/log` in its name carries: `<priority>text`. null for
 * other events and for data of another form.
 */
export function decodeSyslog(state: State, event: EventCursor): SyslogMessage | null {
  const { type, fd } = event;
  if ((EVENT_FLAGS[type]! & EF.WRITES_TO_FD) === 0 || (type & 1) === 0 || fd === null) return null;
  if (!(event.paramInt64(0) >= 0)) return null;
  const index = DATA[type]!;
  if (index < 0 || index >= event.nparams) return null;
  const name = state.fdName(fd);
  if (name.length < 8 || !name.text.includes('/dev/log')) return null;
  const { bytes } = event;
  const from = event.paramOffsets[index]!;
  const end = from + event.paramLengths[index]!;
  let at = from + 1;
  let priority = 0;
  for (; at < end && at - from <= LONGEST_PRIORITY; at++) {
    const byte = bytes[at]!;
    if (byte === CLOSE || byte === 0) break;
    if (byte < 48 || byte > 57) return null;
    // Too many digits wrap, as in 32 bits.
    priority = (Math.imul(priority, 10) + byte - 48) | 0;
  }
  if (at === from + 1 || at >= end || priority === -1) return null;
  let stop = at + 1;
  while (stop < end && bytes[stop] !== 0) stop++;
  const facility = (priority >> 3) >>> 0;
  const severity = priority & 7;
  return {
    facility,
    facilityWord: FACILITIES[facility] ?? '<NA>',
    severity,
    severityWord: SEVERITIES[severity]!,
    text: latin1(bytes, at + 1, end),
    shown: latin1(bytes, at + 1, stop),
  };
}
