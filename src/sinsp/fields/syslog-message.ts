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
  readonly text: string;
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
  const index = DATA[type]!;
  if (index < 0 || index >= event.nparams) return null;
  const name = state.fdName(fd);
  if (name.length < 8 || !name.text.includes('/dev/log')) return null;
  const from = event.paramOffsets[index]!;
  const end = from + event.paramLengths[index]!;
  let at = from + 1;
  while (at < end && at - from <= LONGEST_PRIORITY && event.bytes[at] !== CLOSE && event.bytes[at] !== 0) at++;
  const digits = latin1(event.bytes, from + 1, Math.min(at, end));
  if (!/^-?\d+$/.test(digits) || end - from < digits.length + 2) return null;
  const priority = Number(digits);
  const facility = priority >> 3;
  const severity = priority & 7;
  return {
    facility,
    facilityWord: FACILITIES[facility] ?? '<NA>',
    severity,
    severityWord: SEVERITIES[severity]!,
    text: latin1(event.bytes, at + 1, end),
  };
}
