/** What is wrong with a filter, and where. */

const WIDTH = 100;

export class FilterError extends Error {
  override name = 'FilterError';
  constructor(
    /** What is wrong, in one line. */
    readonly reason: string,
    /** The filter. */
    readonly text: string,
    /** Offset in the filter of what is wrong. */
    readonly position: number,
    /** What could have stood there. */
    readonly expected: string | undefined = undefined,
    /** Known names that may have been meant. */
    readonly suggestions: readonly string[] = [],
  ) {
    super(message(reason, text, position, expected, suggestions));
  }
}

function message(
  reason: string,
  text: string,
  position: number,
  expected: string | undefined,
  suggestions: readonly string[],
): string {
  let first = `filter error at position ${position}: ${reason}`;
  if (expected !== undefined) first += `; expected ${expected}`;
  if (suggestions.length > 0) first += `; did you mean ${suggestions.join(' or ')}?`;
  return `${first}\n${pointer(text, position)}`;
}

/** The line of the filter that holds the position, and a caret under it. */
function pointer(text: string, position: number): string {
  const lineStart = text.lastIndexOf('\n', position - 1) + 1;
  const lineEnd = text.indexOf('\n', position);
  let line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  let column = position - lineStart;
  if (column > WIDTH / 2 && line.length > WIDTH) {
    const cut = column - WIDTH / 2;
    line = `...${line.slice(cut + 3)}`;
    column -= cut;
  }
  if (line.length > WIDTH) line = `${line.slice(0, WIDTH - 3)}...`;
  return `  ${line.replace(/[^\x20-\x7e]/g, '.')}\n  ${' '.repeat(column)}^`;
}
