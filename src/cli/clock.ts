/** Milliseconds from some fixed time. `performance.now()` does the same, but loading it takes a few of them at start. */
export function clockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
