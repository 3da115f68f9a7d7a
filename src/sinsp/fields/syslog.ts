/** Fields of messages written to syslog: `syslog.*`. */
import { EF, PF, PT } from '../schema/index.js';
import { fieldClass, lazyCodes, paramIndexes } from './define.js';
import type { Field, FieldContext } from './field.js';
import { decodeSyslog, type SyslogMessage } from './syslog-message.js';

const { row, text, number } = fieldClass('syslog');

const DATA = paramIndexes('data');
const onWrites = {
  eventTypes: lazyCodes((info) => info.isExit && (info.flags & EF.WRITES_TO_FD) !== 0 && DATA[info.code]! >= 0),
};

const ofMessage =
  (get: (message: SyslogMessage) => string) =>
  ({ inspector: { state } }: FieldContext) =>
  (event: Parameters<typeof decodeSyslog>[1]) => {
    const message = decodeSyslog(state, event);
    return message === null ? undefined : get(message);
  };

const numberOfMessage =
  (get: (message: SyslogMessage) => number) =>
  ({ inspector: { state } }: FieldContext) =>
  (event: Parameters<typeof decodeSyslog>[1]) => {
    const message = decodeSyslog(state, event);
    return message === null ? Number.NaN : get(message);
  };

export const syslogFields: readonly Field[] = [
  text(
    'syslog.facility.str',
    'who sends the message, as a word: kern, user, mail, daemon, auth, ...',
    ofMessage((message) => message.facilityWord),
    onWrites,
  ),
  number(
    'syslog.facility',
    PT.UINT32,
    PF.DEC,
    'who sends the message, 0 to 23',
    numberOfMessage((message) => message.facility),
    onWrites,
  ),
  text(
    'syslog.severity.str',
    'how grave it is: emerg, alert, crit, err, warn, notice, info or debug',
    ofMessage((message) => message.severityWord),
    onWrites,
  ),
  number(
    'syslog.severity',
    PT.UINT32,
    PF.DEC,
    'how grave it is, from 0 (emerg) to 7 (debug)',
    numberOfMessage((message) => message.severity),
    onWrites,
  ),
  row(
    'syslog.message',
    PT.CHARBUF,
    PF.NA,
    'the message without its priority',
    ({ inspector: { state } }, _, purpose) => ({
      kind: 'text',
      get: (event) => {
        const message = decodeSyslog(state, event);
        return purpose === 'compare' ? message?.shown : message?.text;
      },
      write: (event, writer) => {
        const message = decodeSyslog(state, event);
        if (message === null) return false;
        writer.text(message.shown);
        return true;
      },
    }),
    onWrites,
  ),
];
