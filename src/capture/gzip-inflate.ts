/**
 * Gunzip, synchronous and in bounded memory, whatever the compressed data claims to expand to.
 *
 * Node has no public call for that: its streams are asynchronous, and the `...Sync` functions want the whole result at
 * once. The handle under its streams has one, `writeSync`, on which those functions rest; it is used here, and a test
 * fails should a version of Node be without it.
 *
 * `createInflater` is also sent as text to a thread (inflate-ahead.ts), so it uses nothing but its arguments.
 */

/** Damage in compressed data. */
export class GzipDamage extends Error {
  override name = 'GzipDamage';
}

/** What an inflater of one file offers; see ByteInput. */
export interface Inflater {
  read(target: Uint8Array, at: number, length: number): number;
  bytesRead(): number;
  close(): void;
}

/** The parts of zlib's handle that are used. */
interface ZlibHandle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLength: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void;
  close(): void;
  onerror: (message: string, errno: number, code: string) => void;
}

/**
 * An inflater of the gzip data behind `fd`, of which `head` has been read already. `seekable` allows a second look at the
 * file, which saves the last bytes before damage. `Damage` is the class of the error to throw.
 */
export function createInflater(
  fd: number,
  head: Uint8Array,
  seekable: boolean,
  Damage: new (message: string) => Error,
  fs: typeof import('node:fs'),
  zlib: typeof import('node:zlib'),
): Inflater {
  const INPUT_SIZE = 64 << 10;
  // Output is asked for in steps of this size: zlib drops what a step made when it then meets damage.
  const STEP = 32 << 10;
  const input = new Uint8Array(INPUT_SIZE);
  const waitCell = new Int32Array(new SharedArrayBuffer(4));
  let position = 0;
  let inputAt = 0;
  let inputEnd = 0;
  let delivered = 0;
  let ended = false;
  let failure: { message: string; code: string } | null = null;
  let pendingError: Error | null = null;
  let tail: Uint8Array | null = null;
  let handle!: ZlibHandle;
  let result!: Uint32Array;

  const open = () => {
    const stream = zlib.createGunzip() as unknown as { _handle?: ZlibHandle; _writeState?: Uint32Array };
    if (typeof stream._handle?.writeSync !== 'function' || !stream._writeState) {
      throw new Error('this version of Node cannot read gzip here; unpack the capture first');
    }
    handle = stream._handle;
    result = stream._writeState;
    handle.onerror = (message, _errno, code) => {
      failure = { message, code };
    };
  };

  const refill = () => {
    inputAt = 0;
    inputEnd = 0;
    if (position < head.length) {
      input.set(head, 0);
      position = inputEnd = head.length;
      return;
    }
    for (;;) {
      try {
        inputEnd = fs.readSync(fd, input, 0, INPUT_SIZE, seekable ? position : null);
        position += inputEnd;
        return;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EOF') return;
        if (code !== 'EAGAIN') throw error;
        Atomics.wait(waitCell, 0, 0, 5);
      }
    }
  };

  /** One call of zlib; returns the number of bytes made, -1 when it met damage, 0 also when it wants more input. */
  const step = (target: Uint8Array, at: number, length: number, last: boolean): number => {
    const available = inputEnd - inputAt;
    handle.writeSync(
      last ? zlib.constants.Z_FINISH : zlib.constants.Z_NO_FLUSH,
      input,
      inputAt,
      available,
      target,
      at,
      length,
    );
    if (failure) return -1;
    inputAt = inputEnd - result[1]!;
    return length - result[0]!;
  };

  /**
   * Inflates again up to the damage, the last step byte by byte, to save what that step had made. The call that fails may
   * have made one more byte: `mark` lies where it would be. Returns what is there in the end.
   */
  const rescue = (mark: number): number => {
    const reached = delivered;
    handle.close();
    open();
    position = inputAt = inputEnd = 0;
    failure = null;
    const scratch = new Uint8Array(STEP);
    const saved = new Uint8Array(STEP + 1);
    let done = 0;
    let kept = 0;
    while (kept < STEP) {
      let last = false;
      if (inputAt === inputEnd) {
        refill();
        last = inputEnd === 0;
      }
      const left = reached - done;
      saved[kept] = mark;
      const made = left > 0 ? step(scratch, 0, Math.min(STEP, left), last) : step(saved, kept, 1, last);
      if (made < 0 || (last && made === 0)) break;
      if (left > 0) done += made;
      else kept += made;
    }
    const end = saved[kept]!;
    tail = saved.subarray(0, end === mark ? kept : kept + 1);
    return end;
  };

  const read = (target: Uint8Array, at: number, length: number): number => {
    for (;;) {
      if (tail !== null && tail.length > 0) {
        const count = Math.min(length, tail.length);
        target.set(tail.subarray(0, count), at);
        tail = tail.subarray(count);
        return count;
      }
      if (pendingError) throw pendingError;
      if (ended) return 0;
      let last = false;
      if (inputAt === inputEnd) {
        refill();
        last = inputEnd === 0;
      }
      const want = Math.min(length, STEP);
      const made = step(target, at, want, last);
      if (made < 0) {
        const { message, code } = failure as unknown as { message: string; code: string };
        // Something that is not gzip after the end of a member is ignored, as gunzip does; the first member has a header.
        if (message === 'incorrect header check' && seekable) ended = true;
        else {
          pendingError = new Damage(
            code === 'Z_BUF_ERROR' ? 'the gzip data is cut off' : `the gzip data is damaged: ${message}`,
          );
        }
        // The byte may be the mark by chance: another mark tells.
        if (seekable && code !== 'Z_BUF_ERROR' && rescue(0x55) === 0x55) rescue(0xaa);
        continue;
      }
      delivered += made;
      // zlib left input alone although it had room for output: the last member has ended.
      if (made < want && inputAt < inputEnd) ended = true;
      if (last && made < want) ended = true;
      if (made > 0) return made;
    }
  };

  open();
  return {
    read,
    bytesRead: () => position - (inputEnd - inputAt),
    close: () => handle.close(),
  };
}
