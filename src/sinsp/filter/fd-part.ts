/** What a filter says of the descriptor alone, whatever the event does with it. */
import type { Filter } from './ast.js';

/** Fields that are the same in all events of a descriptor, where that is known. */
const OF_FD: ReadonlySet<string> = new Set(['fd.name', 'fd.directory', 'fd.filename', 'fd.type', 'fd.typechar']);

/** A filter that holds whenever this one does, made of such fields only; null when there is none. */
export function fdPart(filter: Filter): Filter | null {
  if (isOfFd(filter)) return filter;
  if (filter.kind !== 'and') return null;
  const [first, ...others] = filter.terms.filter(isOfFd);
  if (first === undefined) return null;
  return others.length === 0 ? first : { kind: 'and', terms: [first, ...others] };
}

function isOfFd(filter: Filter): boolean {
  switch (filter.kind) {
    case 'not':
      return isOfFd(filter.term);
    case 'check': {
      const { left, right } = filter;
      const isConstant = right === undefined || right.kind === 'value' || right.kind === 'list';
      return left.kind === 'field' && OF_FD.has(left.text) && isConstant;
    }
    default:
      return filter.terms.every(isOfFd);
  }
}
