/**
 * `table.sort`, comparing and exchanging in the same order as PUC Lua's quicksort: rows that compare equal end where
 * they end in the original, and an order function that contradicts itself is found at the same step.
 */
import { KernelError } from './errors.js';

/**
 * Sorts a[1..count] in place. `a[0]` and `a[count + 1]` stand for the neighbours in the table (usually nil): an
 * invalid order function can be called with them.
 */
export function sort<V>(a: (V | undefined)[], count: number, less: (x: V | undefined, y: V | undefined) => boolean) {
  sortRange(a, 1, count, less);
}

function sortRange<V>(
  a: (V | undefined)[],
  from: number,
  to: number,
  less: (x: V | undefined, y: V | undefined) => boolean,
): void {
  let low = from;
  let up = to;
  while (low < up) {
    if (less(a[up], a[low])) swap(a, low, up);
    if (up - low === 1) return;
    const middle = (low + up) >>> 1;
    if (less(a[middle], a[low])) swap(a, middle, low);
    else if (less(a[up], a[middle])) swap(a, middle, up);
    if (up - low === 2) return;
    const pivot = a[middle];
    swap(a, middle, up - 1);
    let i = low;
    let j = up - 1;
    for (;;) {
      while (less(a[++i], pivot)) {
        if (i >= up) throw new KernelError('invalid order function for sorting');
      }
      while (less(pivot, a[--j])) {
        if (j <= low) throw new KernelError('invalid order function for sorting');
      }
      if (j < i) break;
      swap(a, i, j);
    }
    swap(a, up - 1, i);
    // The smaller half by recursion, the larger by looping: the stack stays logarithmic.
    if (i - low < up - i) {
      sortRange(a, low, i - 1, less);
      low = i + 1;
    } else {
      sortRange(a, i + 1, up, less);
      up = i - 1;
    }
  }
}

function swap<V>(a: V[], i: number, j: number): void {
  const kept = a[i]!;
  a[i] = a[j]!;
  a[j] = kept;
}
