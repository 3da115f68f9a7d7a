/**
 * Sorting by count, with equal counts in the order in which sysdig has them. That order is no property of the data but of
 * the sort it uses (introspective sort as in GNU's C++ library: quicksort by the median of three, heaps when it runs too
 * deep, insertion at the end), so the same steps are taken here.
 */

/** Runs up to this length are left to the final insertion sort. */
const SHORT = 16;

/** Sorts indexes in place so that their counts fall. */
export function sortByCount(items: number[], counts: ArrayLike<number>): void {
  const before = (a: number, b: number): boolean => counts[a]! > counts[b]!;
  const swap = (i: number, j: number): void => {
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  };

  const medianToFront = (front: number, a: number, b: number, c: number): void => {
    const [x, y, z] = [items[a]!, items[b]!, items[c]!];
    let median: number;
    if (before(x, y)) median = before(y, z) ? b : before(x, z) ? c : a;
    else median = before(x, z) ? a : before(y, z) ? c : b;
    swap(front, median);
  };

  const partition = (from: number, to: number, pivot: number): number => {
    let low = from;
    let high = to;
    for (;;) {
      while (before(items[low]!, items[pivot]!)) low++;
      high--;
      while (before(items[pivot]!, items[high]!)) high--;
      if (low >= high) return low;
      swap(low, high);
      low++;
    }
  };

  const sink = (from: number, hole: number, length: number, item: number): void => {
    const top = hole;
    let child = hole;
    while (child < (length - 1) >> 1) {
      child = 2 * (child + 1);
      if (before(items[from + child]!, items[from + child - 1]!)) child--;
      items[from + hole] = items[from + child]!;
      hole = child;
    }
    if ((length & 1) === 0 && child === (length - 2) >> 1) {
      child = 2 * child + 1;
      items[from + hole] = items[from + child]!;
      hole = child;
    }
    for (let parent = (hole - 1) >> 1; hole > top && before(items[from + parent]!, item); parent = (hole - 1) >> 1) {
      items[from + hole] = items[from + parent]!;
      hole = parent;
    }
    items[from + hole] = item;
  };

  const heapSort = (from: number, to: number): void => {
    const length = to - from;
    for (let parent = (length - 2) >> 1; parent >= 0; parent--) sink(from, parent, length, items[from + parent]!);
    for (let last = to - 1; last > from; last--) {
      const item = items[last]!;
      items[last] = items[from]!;
      sink(from, 0, last - from, item);
    }
  };

  const divide = (from: number, to: number, depth: number): void => {
    let end = to;
    let left = depth;
    while (end - from > SHORT) {
      if (left-- === 0) {
        heapSort(from, end);
        return;
      }
      medianToFront(from, from + 1, from + ((end - from) >> 1), end - 1);
      const cut = partition(from + 1, end, from);
      divide(cut, end, left);
      end = cut;
    }
  };

  const { length } = items;
  if (length > 1) divide(0, length, 2 * (31 - Math.clz32(length)));
  // Insertion is stable, and what is left to do is near its place.
  for (let i = 1; i < length; i++) {
    const item = items[i]!;
    let at = i;
    for (; at > 0 && before(item, items[at - 1]!); at--) items[at] = items[at - 1]!;
    items[at] = item;
  }
}
