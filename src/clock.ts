/** Clocks of this process. */

/** Milliseconds from some fixed time. `performance.now()` does the same, but loading it takes a few of them at start. */
export function clockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

const sleepCell = new Int32Array(new SharedArrayBuffer(4));

/** Does nothing for some milliseconds, or parts of one. */
export function sleepMs(milliseconds: number): void {
  Atomics.wait(sleepCell, 0, 0, milliseconds);
}

let waited = 0;

/**
 * The same for limits: it stands still while somebody else is waited for, such as a pager that does not read on. What a
 * chisel prints in one call may be looked at for an hour.
 */
export const workMs = (): number => clockMs() - waited;

/** Runs what may have to wait for another process. */
export function waiting<T>(run: () => T): T {
  const begun = clockMs();
  try {
    return run();
  } finally {
    waited += clockMs() - begun;
  }
}
