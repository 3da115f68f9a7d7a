/** Names that somebody may have meant. */

/** Edits (insert, delete, replace, swap of neighbours) that turn one text into the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** Up to `count` of the names that are close to the word, closest first. */
export function nearest(word: string, names: Iterable<string>, count = 3): string[] {
  const limit = Math.max(2, Math.floor(word.length / 3));
  const last = word.slice(word.lastIndexOf('.') + 1);
  const scored: [number, string][] = [];
  for (const name of names) {
    if (Math.abs(name.length - word.length) > limit && !name.endsWith(`.${last}`)) continue;
    // The right word in the wrong class is a likely mistake: fd.pid for proc.pid.
    const score =
      last.length > 2 && name.endsWith(`.${last}`) ? Math.min(1.5, distance(word, name)) : distance(word, name);
    if (score <= limit) scored.push([score, name]);
  }
  return scored
    .sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1))
    .slice(0, count)
    .map(([, name]) => name);
}
