/**
 * Where the raw text stands that was made of a parameter last, whoever asked for it: a path that is empty shows it again,
 * because sysdig's events have one buffer for all of them.
 */
export class RawText {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}
