/**
 * Gzip, synchronous and piece by piece; see gzip-inflate.ts on the call of Node's zlib handle that this rests on.
 */

/** A gzip stream under way. */
export interface Deflater {
  write(bytes: Uint8Array, from: number, to: number): void;
  /** Ends the stream; the rest of it is handed over. */
  end(): void;
  close(): void;
}

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
  onerror: (message: string) => void;
}

const OUTPUT = 128 << 10;
const NOTHING = new Uint8Array(0);

/** A gzip stream whose compressed bytes are handed to `put`, which must use them before it returns. */
export function createDeflater(
  zlib: typeof import('node:zlib'),
  put: (bytes: Uint8Array, length: number) => void,
): Deflater {
  const stream = zlib.createGzip() as unknown as { _handle?: ZlibHandle; _writeState?: Uint32Array };
  const handle = stream._handle;
  const result = stream._writeState;
  if (typeof handle?.writeSync !== 'function' || !result) {
    throw new Error('this version of Node cannot compress here; write without -z and use gzip');
  }
  let failure: string | null = null;
  handle.onerror = (message) => {
    failure = message;
  };
  const output = new Uint8Array(OUTPUT);
  let filled = 0;
  const run = (flush: number, bytes: Uint8Array, from: number, to: number) => {
    let at = from;
    for (;;) {
      handle.writeSync(flush, bytes, at, to - at, output, filled, OUTPUT - filled);
      if (failure !== null) throw new Error(`compression failed: ${failure}`);
      at = to - result[1]!;
      filled = OUTPUT - result[0]!;
      if (filled < OUTPUT) return;
      filled = 0;
      put(output, OUTPUT);
    }
  };
  return {
    write: (bytes, from, to) => run(zlib.constants.Z_NO_FLUSH, bytes, from, to),
    end() {
      run(zlib.constants.Z_FINISH, NOTHING, 0, 0);
      if (filled > 0) put(output, filled);
      filled = 0;
    },
    close: () => handle.close(),
  };
}
