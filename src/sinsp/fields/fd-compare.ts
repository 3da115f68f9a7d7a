/** How filters compare addresses, networks and ports of descriptors. */
import type { EventCursor } from '../event.js';
import type { FdInfo } from '../state/fd-info.js';
import type { State } from '../state/state.js';
import { type AddressTest, addressEquals, addressInNetwork, isAddress } from './address-values.js';
import { fdOf, IS_IP, IS_LISTENER, IS_V6, NO_ADDRESS, NO_END, type PickEnd, SOURCE } from './fd-views.js';
import { type CustomCompare, FieldError } from './field.js';
import { hostAddresses } from './hosts.js';
import { servicePort } from './services.js';

const testEnd = (fd: FdInfo, end: number, test: AddressTest): boolean =>
  IS_V6[fd.type] === 1
    ? test(0, (end === SOURCE ? fd.sip6 : fd.dip6) ?? NO_ADDRESS)
    : test((end === SOURCE ? fd.sip : fd.dip) >>> 0, null);

const anyOf =
  (tests: readonly AddressTest[]): AddressTest =>
  (v4, v6) => {
    for (const test of tests) if (test(v4, v6)) return true;
    return false;
  };

/** The test for an operator's values, and whether the operator wants it to fail. */
function addressTest(
  what: string,
  make: (text: string) => AddressTest,
  operator: string,
  values: readonly string[],
): { test: AddressTest; negated: boolean } | undefined {
  switch (operator) {
    case 'exists':
      return undefined;
    case '=':
    case '==':
      return { test: make(values[0]!), negated: false };
    case '!=':
      return { test: make(values[0]!), negated: true };
    case 'in':
    case 'intersects':
      return { test: anyOf(values.map(make)), negated: false };
    default:
      throw new FieldError(`'${operator}' does not work on ${what}: use = , != or in`);
  }
}

/** `exists` for fields that stand for either end: the descriptor is an IP socket. */
const isIpSocket = (state: State) => (event: EventCursor) => {
  const fd = fdOf(state, event);
  return fd !== null && IS_IP[fd.type] === 1;
};

/** Compares one end's address with addresses or networks. */
export const compareEnd =
  (pick: PickEnd, what: 'addresses' | 'networks'): CustomCompare =>
  (operator, values, { inspector: { state } }) => {
    const parsed = addressTest(what, what === 'addresses' ? addressEquals : addressInNetwork, operator, values);
    if (parsed === undefined) return undefined;
    const { test, negated } = parsed;
    return (event) => {
      const fd = fdOf(state, event);
      if (fd === null) return false;
      const end = pick(state, fd, event.thread);
      return end !== NO_END && testEnd(fd, end, test) !== negated;
    };
  };

/** Compares both ends' addresses: equal if either is, different if both are. */
export const compareEnds =
  (what: 'addresses' | 'networks'): CustomCompare =>
  (operator, values, { inspector: { state } }) => {
    const parsed = addressTest(what, what === 'addresses' ? addressEquals : addressInNetwork, operator, values);
    if (parsed === undefined) return isIpSocket(state);
    const { test, negated } = parsed;
    return (event) => {
      const fd = fdOf(state, event);
      if (fd === null || IS_IP[fd.type] === 0) return false;
      if (testEnd(fd, 2, test)) return !negated;
      if (IS_LISTENER[fd.type] === 0 && testEnd(fd, SOURCE, test)) return !negated;
      return negated;
    };
  };

/** A port as a number or the name of a service, cut to 16 bits. Throws FieldError. */
export function parsePort(text: string): number {
  // Nothing is port 0; what fits no C int is no number.
  if (/^\d*$/.test(text) && Number(text) < 0x8000_0000) return Number(text) & 0xffff;
  const port = servicePort(text);
  if (port === undefined) throw new FieldError(`"${text}" is neither a port number nor the name of a service`);
  return port;
}

/** Compares both ends' ports: either one decides, but for `!=` both must differ. */
export const comparePorts: CustomCompare = (operator, values, { inspector: { state } }) => {
  if (operator === 'exists') return isIpSocket(state);
  const test = portTest(operator, values);
  const both = operator === '!=';
  return (event) => {
    const fd = fdOf(state, event);
    if (fd === null || IS_IP[fd.type] === 0) return false;
    const dest = test(fd.dport);
    if (IS_LISTENER[fd.type] === 1) return dest;
    return both ? dest && test(fd.sport) : dest || test(fd.sport);
  };
};

function portTest(operator: string, values: readonly string[]): (port: number) => boolean {
  const ports = values.map(parsePort);
  const wanted = ports[0]!;
  switch (operator) {
    case '=':
    case '==':
      return (port) => port === wanted;
    case '!=':
      return (port) => port !== wanted;
    case '<':
      return (port) => port < wanted;
    case '<=':
      return (port) => port <= wanted;
    case '>':
      return (port) => port > wanted;
    case '>=':
      return (port) => port >= wanted;
    case 'in':
    case 'intersects':
      return (port) => ports.includes(port);
    default:
      throw new FieldError(`'${operator}' does not work on ports: use = , != , < , <= , > , >= or in`);
  }
}

/** Compares the host name of one end, by the addresses that the system says the name has. */
export const compareHost =
  (pick: PickEnd): CustomCompare =>
  (operator, values, { inspector: { state } }) => {
    if (operator !== '=' && operator !== '==' && operator !== '!=' && operator !== 'in') return undefined;
    const addresses = values.flatMap((value) => hostAddresses(value));
    const test = anyOf(addresses.map(isAddress));
    const negated = operator === '!=';
    return (event) => {
      const fd = fdOf(state, event);
      // A listening socket is connected to nobody.
      if (fd === null || IS_LISTENER[fd.type] === 1) return false;
      const end = pick(state, fd, event.thread);
      return end !== NO_END && testEnd(fd, end, test) !== negated;
    };
  };
