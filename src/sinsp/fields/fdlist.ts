/** Fields of lists of descriptors, as poll has them: `fdlist.*`. */
import type { EventCursor } from '../event.js';
import { ipv4Text, ipv6Text } from '../format/addresses.js';
import { FD_TYPE, PF, PPME } from '../schema/index.js';
import type { FdInfo } from '../state/fd-info.js';
import type { State } from '../state/state.js';
import { fieldClass, lazyCodes } from './define.js';
import { IS_CONNECTION, IS_LISTENER, IS_V6, NO_ADDRESS } from './fd-views.js';
import type { Field } from './field.js';

const { text } = fieldClass('fdlist');

const ENTRY_SIZE = 10;

/** Parameter that holds the list; -1 where there is none. */
function listParam(type: number): number {
  if (type === PPME.SYSCALL_POLL_E || type === PPME.SYSCALL_PPOLL_E) return 0;
  return type === PPME.SYSCALL_POLL_X || type === PPME.SYSCALL_PPOLL_X ? 1 : -1;
}

/** What to say of one descriptor; undefined leaves it out. */
type Item = (fd: FdInfo | undefined, number: number, state: State) => string | undefined;

function list(name: string, description: string, item: Item, format: number = PF.NA): Field {
  return text(
    name,
    description,
    ({ inspector: { state } }) =>
      (event: EventCursor) => {
        const index = listParam(event.type);
        if (index < 0 || index >= event.nparams || event.thread === null) return undefined;
        const length = event.paramLength(index);
        const at = event.paramOffsets[index]!;
        if (length < 2) return undefined;
        const count = Math.min(event.view.getUint16(at, true), Math.floor((length - 2) / ENTRY_SIZE));
        const table = state.fdTable(event.thread);
        const items: string[] = [];
        for (let i = 0; i < count; i++) {
          const number = event.view.getInt32(at + 2 + i * ENTRY_SIZE, true);
          const said = item(table.get(number), number, state);
          if (said !== undefined) items.push(said);
        }
        return items.length === 0 ? undefined : items.join(',');
      },
    { format, eventTypes: lazyCodes((info) => listParam(info.code) >= 0) },
  );
}

const addressOf = (fd: FdInfo, source: boolean): string | undefined => {
  if (IS_V6[fd.type] === 0) return ipv4Text((source ? fd.sip : fd.dip) >>> 0);
  const bytes = source ? fd.sip6 : fd.dip6;
  return bytes === null ? undefined : ipv6Text(bytes);
};

const client: Item = (fd) => (fd !== undefined && IS_CONNECTION[fd.type] === 1 ? addressOf(fd, true) : undefined);
const server: Item = (fd) => {
  if (fd === undefined) return undefined;
  // Of an IPv6 socket that listens, sysdig shows the first four bytes as if they were all of it.
  if (fd.type === FD_TYPE.IPV6_SERVSOCK) return (fd.dip6 ?? NO_ADDRESS).subarray(0, 4).join('.');
  return IS_CONNECTION[fd.type] === 1 || IS_LISTENER[fd.type] === 1 ? addressOf(fd, false) : undefined;
};

export const fdlistFields: readonly Field[] = [
  list(
    'fdlist.nums',
    'numbers of the descriptors a poll waits for, with commas between them',
    (_, number) => String(number),
    PF.ID,
  ),
  list('fdlist.names', 'their names', (fd, _, state) => {
    const name = fd === undefined ? '' : state.fdName(fd).text;
    return name === '' ? '<NA>' : name;
  }),
  list('fdlist.cips', 'addresses of the clients of those that are connections', client),
  list('fdlist.sips', 'addresses of the servers of those that are sockets', server),
  list(
    'fdlist.cports',
    'ports of the clients of those that are connections',
    (fd) => (fd !== undefined && IS_CONNECTION[fd.type] === 1 ? String(fd.sport) : undefined),
    PF.DEC,
  ),
  list(
    'fdlist.sports',
    'ports of the servers of those that are connections',
    (fd) => (fd !== undefined && IS_CONNECTION[fd.type] === 1 ? String(fd.dport) : undefined),
    PF.DEC,
  ),
];
