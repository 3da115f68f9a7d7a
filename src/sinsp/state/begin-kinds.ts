/** What the beginning of an event does with its thread and descriptor, by event code: see State.begin. */
import { EC, EF, EVENT_CATEGORIES, EVENT_COUNT, EVENT_FLAGS, EVENTS, PPME, PT } from '../schema/index.js';

/** Bits of {@link BEGIN}. */
export const SKIP = 1;
export const NO_THREAD = 2;
export const NEVER_CREATES = 4;
export const NO_PAIRING = 8;
export const USES_FD = 16;
/** The exit event names its descriptor itself: see EXIT_FD_PARAM. */
export const EXIT_NAMES_FD = 32;
/** A call of sockets that makes its descriptor, or makes another kind of thing of it. */
export const SOCKET_CALL = 64;

/** For exit events that work on a descriptor: the parameter that names it, in captures that have it; 0 for none. */
export const EXIT_FD_PARAM = Uint8Array.from(EVENTS, (event) => {
  if (!event.isExit || (event.flags & EF.USES_FD) === 0) return 0;
  for (const wanted of ['fd', 'oldfd', 'out_fd', 'fd_in', 'dirfd']) {
    const index = event.params.findIndex((param) => param.name === wanted && param.type === PT.FD);
    // Where 0.29.3 has the parameter too, its descriptor becomes the event's when the event is parsed, not before.
    if (index > 0 && !(event.in0293 && index < event.shown)) return index;
  }
  return 0;
});

const CLONES: ReadonlySet<number> = new Set(
  EVENTS.filter((event) => event.isExit && /^SYSCALL_(CLONE|CLONE3|FORK|VFORK)(_\d+)?_X$/.test(event.enumName)).map(
    (event) => event.code,
  ),
);
const SOCKET_CALLS = /^SOCKET_(CONNECT_E|(SOCKET|SOCKETPAIR|BIND|CONNECT|ACCEPT4?(_\d)?)_X)$/;
/** Events that belong to no thread. */
const THREADLESS: ReadonlySet<number> = new Set([
  PPME.CONTAINER_JSON_E,
  PPME.CONTAINER_JSON_2_E,
  PPME.USER_ADDED_E,
  PPME.USER_DELETED_E,
  PPME.GROUP_ADDED_E,
  PPME.GROUP_DELETED_E,
  PPME.ASYNCEVENT_E,
  PPME.PLUGINEVENT_E,
]);

export const BEGIN = Uint8Array.from({ length: EVENT_COUNT }, (_, type) => {
  const flags = EVENT_FLAGS[type]!;
  let kind = 0;
  if (flags & EF.SKIPPARSERESET) kind |= SKIP;
  if (THREADLESS.has(type) || (EVENT_CATEGORIES[type]! & EC.ITER) !== 0) kind |= NO_THREAD;
  if (CLONES.has(type) || type === PPME.SCHEDSWITCH_6_E) kind |= NEVER_CREATES;
  if (type === PPME.SCHEDSWITCH_6_E) kind |= NO_PAIRING;
  if (flags & EF.USES_FD) kind |= USES_FD;
  if (EXIT_FD_PARAM[type] !== 0) kind |= EXIT_NAMES_FD;
  if (SOCKET_CALLS.test(EVENTS[type]!.enumName)) kind |= SOCKET_CALL;
  return kind;
});
/** Kinds that leave the short way of `begin`. */
export const UNUSUAL = SKIP | NO_THREAD | NO_PAIRING;
