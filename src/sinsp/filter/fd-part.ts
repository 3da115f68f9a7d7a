/** What a filter says of the descriptor alone, whatever the event does with it. */
import type { Filter } from './ast.js';

/** Fields that are the same in all events of a descriptor, where that is known. Those of its name: */
const OF_NAME: ReadonlySet<string> = new Set(['fd.name', 'fd.directory', 'fd.filename']);
/** And those of its kind and its ends. Which end is the local one depends on the machine and the container too. */
const OF_KIND: ReadonlySet<string> = new Set([
  'fd.type',
  'fd.typechar',
  'fd.l4proto',
  'fd.sockfamily',
  ...['ip', 'cip', 'sip', 'port', 'cport', 'sport', 'net', 'cnet', 'snet', 'proto', 'cproto', 'sproto'].map(
    (end) => `fd.${end}`,
  ),
]);

/** A filter that holds whenever this one does, made of such fields only; null when there is none. */
export function fdPart(filter: Filter): Filter | null {
  if (isOfFd(filter)) return filter;
  if (filter.kind !== 'and') return null;
  const [first, ...others] = filter.terms.filter((term) => isOfFd(term));
  if (first === undefined) return null;
  return others.length === 0 ? first : { kind: 'and', terms: [first, ...others] };
}

/** Such a part says the same of all files, and the same of all directories. */
export const isOfKind = (part: Filter): boolean => isOfFd(part, false);

function isOfFd(filter: Filter, named = true): boolean {
  switch (filter.kind) {
    case 'not':
      return isOfFd(filter.term, named);
    case 'check': {
      const { left, right } = filter;
      const isConstant = right === undefined || right.kind === 'value' || right.kind === 'list';
      return left.kind === 'field' && (OF_KIND.has(left.text) || (named && OF_NAME.has(left.text))) && isConstant;
    }
    default:
      return filter.terms.every((term) => isOfFd(term, named));
  }
}
