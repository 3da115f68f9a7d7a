/**
 * What Lua's `io` library does to files: C's buffered streams over file descriptors, synchronous.
 *
 * Node has no `lseek`, so a stream on a regular file keeps its own position and reads and writes with explicit
 * offsets; anything else (pipe, terminal) is read and written where it stands. Streams given to popen are FIFOs opened
 * without blocking and polled, so that a time limit can interrupt the wait.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdtempSync,
  constants as open,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleepMs, waiting } from '../../clock.js';
import { cString } from './c-string.js';
import { errnoFailure, type FileFailure, fileFailure } from './errors.js';
import { stringToNumber } from './numbers.js';

const BUFFER_SIZE = 65536;
/** Longest the process sleeps at once while it waits for a pipe. */
const LONGEST_NAP_MS = 5;

export type BufferMode = 'full' | 'line' | 'no';

/** What to read: a number, a line without or with its end, everything, or so many bytes. */
export type ReadFormat = 'n' | 'l' | 'L' | 'a' | number;

/** The format that a string argument of `read` names, with or without `*`; undefined when it names none. */
export function readFormat(text: string): ReadFormat | undefined {
  const letter = text[text.startsWith('*') ? 1 : 0];
  return letter === 'n' || letter === 'l' || letter === 'L' || letter === 'a' ? letter : undefined;
}

/** Things a stream needs from whoever runs it. */
export interface FileHost {
  /** Called before a wait for input or for a child, so that pending output is seen first. */
  flush?: () => void;
  /** Called now and then while waiting; may throw to end the wait. */
  checkpoint?: () => void;
}

/** Blocks the thread, `host.checkpoint` allowing, with naps that grow to a few milliseconds. */
export class Patience {
  private nextMs = 0.05;
  constructor(private readonly host: FileHost) {}
  nap(): void {
    this.host.checkpoint?.();
    sleepMs(this.nextMs);
    this.nextMs = Math.min(this.nextMs * 2, LONGEST_NAP_MS);
  }
  rested(): void {
    this.nextMs = 0.05;
  }
}

/** Every stream that is open, so that those with unwritten bytes can be flushed at the end of the process. */
const openFiles = new Set<LuaFile>();

/** Writes what open streams still hold; the process is about to end. */
export function flushAllFiles(): void {
  for (const file of openFiles) file.flush();
}

type StreamKind = 'file' | 'pipe' | 'standard';

/**
 * One stream. Methods return either their result or the error triple nil, "reason", errno; they never throw for
 * errors of the system.
 */
export class LuaFile {
  private input = Buffer.alloc(0);
  private inputAt = 0;
  private atEnd = false;
  private output: Buffer[] = [];
  private outputSize = 0;
  private mode: BufferMode = 'full';
  private bufferSize = BUFFER_SIZE;
  /** Offset of the next byte to read from or write to the descriptor; undefined where there are no offsets. */
  private position: number | undefined;
  private failure: FileFailure | undefined;
  private closed = false;

  constructor(
    private readonly fd: number,
    readonly kind: StreamKind,
    private readonly access: { read: boolean; write: boolean; append: boolean },
    private readonly host: FileHost = {},
    /** Run when the stream is closed, after the descriptor; for a pipe it waits for the child. */
    private readonly onClose?: () => void,
    /** Where written bytes go instead of the descriptor. */
    private readonly sink?: (bytes: string) => void,
  ) {
    if (sink === undefined) this.position = startOffset(fd, kind);
    if (fd === 2) this.mode = 'no';
    openFiles.add(this);
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** A number that tells streams apart, for `tostring`. */
  get descriptor(): number {
    return this.fd;
  }

  // ---- reading

  /**
   * Reads by the given formats, one line when there are none. The result of the first that fails is nil and the last.
   */
  read(formats: readonly ReadFormat[]): (string | number | undefined)[] | FileFailure {
    this.failure = undefined;
    this.atEnd = false;
    if (!this.access.read) return errnoFailure('EBADF');
    this.flush();
    const results: (string | number | undefined)[] = [];
    for (const format of formats.length === 0 ? (['l'] as const) : formats) {
      const result = this.readOne(format);
      if (this.failure) return this.failure;
      results.push(result);
      if (result === undefined) break;
    }
    return results;
  }

  private readOne(format: ReadFormat): string | number | undefined {
    if (typeof format === 'number') {
      if (format > 0) return this.readBytes(format);
      return this.available() ? '' : undefined;
    }
    switch (format) {
      case 'l':
        return this.readLine(false);
      case 'L':
        return this.readLine(true);
      case 'a':
        return this.readAll();
      case 'n':
        return this.readNumber();
    }
  }

  /** One line; `keepEnd` leaves its newline on. undefined at the end of the file. */
  readLine(keepEnd: boolean): string | undefined {
    const parts: string[] = [];
    while (this.available()) {
      const end = this.input.indexOf(10, this.inputAt);
      if (end >= 0) {
        parts.push(this.input.toString('latin1', this.inputAt, keepEnd ? end + 1 : end));
        this.inputAt = end + 1;
        return parts.length === 1 ? parts[0] : parts.join('');
      }
      parts.push(this.input.toString('latin1', this.inputAt));
      this.inputAt = this.input.length;
    }
    return parts.length === 0 ? undefined : parts.join('');
  }

  private readAll(): string {
    const parts: string[] = [];
    while (this.available()) {
      this.host.checkpoint?.();
      parts.push(this.input.toString('latin1', this.inputAt));
      this.inputAt = this.input.length;
    }
    return parts.join('');
  }

  private readBytes(count: number): string | undefined {
    const parts: string[] = [];
    let left = count;
    while (left > 0 && this.available()) {
      const taken = Math.min(left, this.input.length - this.inputAt);
      parts.push(this.input.toString('latin1', this.inputAt, this.inputAt + taken));
      this.inputAt += taken;
      left -= taken;
    }
    return parts.length === 0 ? undefined : parts.join('');
  }

  private peek(): string {
    return this.available() ? String.fromCharCode(this.input[this.inputAt]!) : '';
  }

  /** A numeral as C's `scanf("%lf")` takes it: the longest start of one, whatever follows. */
  private readNumber(): number | undefined {
    while (/[ \t\n\v\f\r]/.test(this.peek())) this.inputAt++;
    let text = '';
    const take = (allowed: RegExp, limit = 200): boolean => {
      const before = text.length;
      while (text.length < limit && text.length - before < limit) {
        const char = this.peek();
        if (char === '' || !allowed.test(char)) break;
        text += char;
        this.inputAt++;
      }
      return text.length > before;
    };
    const once = (allowed: RegExp): boolean => {
      const char = this.peek();
      if (char === '' || !allowed.test(char)) return false;
      text += char;
      this.inputAt++;
      return true;
    };
    once(/[+-]/);
    if (/[in]/i.test(this.peek())) {
      take(/[a-z]/i, 9);
      return /^[+-]?(inf|infinity|nan)$/i.test(text) ? stringToNumber(text) : undefined;
    }
    let digits = /\d/;
    let exponent = /[eE]/;
    let found = false;
    if (once(/0/)) {
      if (once(/[xX]/)) {
        digits = /[0-9a-fA-F]/;
        exponent = /[pP]/;
      } else {
        found = true;
      }
    }
    if (take(digits)) found = true;
    if (once(/\./) && take(digits)) found = true;
    if (!found) return undefined;
    if (once(exponent)) {
      once(/[+-]/);
      if (!take(/\d/)) return undefined;
    }
    return stringToNumber(text);
  }

  /** True when at least one byte waits in the buffer, after reading some if need be. */
  private available(): boolean {
    if (this.inputAt < this.input.length) return true;
    if (this.atEnd) return false;
    const chunk = Buffer.allocUnsafe(BUFFER_SIZE);
    const size = this.fill(chunk);
    this.input = chunk.subarray(0, size);
    this.inputAt = 0;
    if (size === 0) this.atEnd = true;
    return size > 0;
  }

  private fill(chunk: Buffer): number {
    if (this.position === undefined) this.host.flush?.();
    const patience = new Patience(this.host);
    for (;;) {
      try {
        const size = readSync(this.fd, chunk, 0, chunk.length, this.position ?? null);
        if (this.position !== undefined) this.position += size;
        return size;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EAGAIN') {
          patience.nap();
          continue;
        }
        if (code === 'EINTR') continue;
        // A terminal that went away reads as the end of input.
        if (code === 'EOF') return 0;
        this.failure = fileFailure(error);
        return 0;
      }
    }
  }

  // ---- writing

  /** Appends bytes; true, or the error triple. */
  write(bytes: string): true | FileFailure {
    if (!this.access.write) return errnoFailure('EBADF');
    if (this.sink) {
      this.sink(bytes);
      return true;
    }
    if (bytes.length === 0) return true;
    this.dropInput();
    this.output.push(Buffer.from(bytes, 'latin1'));
    this.outputSize += bytes.length;
    if (this.mode === 'no' || this.outputSize >= this.bufferSize || (this.mode === 'line' && bytes.includes('\n'))) {
      return this.flush();
    }
    return true;
  }

  /** Writes out what is buffered. */
  flush(): true | FileFailure {
    if (this.sink) {
      this.host.flush?.();
      return true;
    }
    if (this.outputSize === 0) return true;
    const bytes = this.output.length === 1 ? this.output[0]! : Buffer.concat(this.output);
    this.output = [];
    this.outputSize = 0;
    const patience = new Patience(this.host);
    let at = 0;
    while (at < bytes.length) {
      try {
        const size = waiting(() =>
          writeSync(this.fd, bytes, at, bytes.length - at, this.access.append ? null : this.position),
        );
        at += size;
        if (this.position !== undefined) {
          this.position = this.access.append ? fstatSync(this.fd).size : this.position + size;
        }
        patience.rested();
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EAGAIN') patience.nap();
        else if (code !== 'EINTR') return fileFailure(error);
      }
    }
    return true;
  }

  /** `file:setvbuf`. Buffers stay bounded whatever `size` says. */
  setvbuf(mode: BufferMode, size?: number): true | FileFailure {
    const flushed = this.flush();
    this.mode = mode;
    if (size !== undefined && size > 0) this.bufferSize = Math.min(size, 2 ** 20);
    return flushed;
  }

  /** Forgets what was read ahead, so that the next write lands where reading stopped. */
  private dropInput(): void {
    if (this.position !== undefined) this.position -= this.input.length - this.inputAt;
    this.input = Buffer.alloc(0);
    this.inputAt = 0;
  }

  // ---- position and end

  /** The new offset from the start of the file. */
  seek(whence: 'set' | 'cur' | 'end', offset: number): number | FileFailure {
    const flushed = this.flush();
    if (flushed !== true) return flushed;
    if (this.position === undefined) return errnoFailure('ESPIPE');
    let base = 0;
    try {
      if (whence === 'cur') base = this.position - (this.input.length - this.inputAt);
      else if (whence === 'end') base = fstatSync(this.fd).size;
    } catch (error) {
      return fileFailure(error);
    }
    const target = base + Math.trunc(offset);
    if (!(target >= 0 && target <= Number.MAX_SAFE_INTEGER)) return errnoFailure('EINVAL');
    this.input = Buffer.alloc(0);
    this.inputAt = 0;
    this.atEnd = false;
    this.position = target;
    return target;
  }

  /** Flushes and closes; a pipe waits for its child. */
  close(): true | FileFailure {
    const flushed = this.flush();
    this.closed = true;
    openFiles.delete(this);
    try {
      if (this.fd > 2 || this.kind !== 'standard') closeSync(this.fd);
    } catch (error) {
      return fileFailure(error);
    } finally {
      this.onClose?.();
    }
    return flushed;
  }

  /** Writes what is held and forgets the stream: its state is gone, the descriptor belongs to the program. */
  release(): void {
    this.flush();
    openFiles.delete(this);
  }

  /** Makes the bytes written so far survive a crash of the machine. */
  sync(): void {
    this.flush();
    fsyncSync(this.fd);
  }
}

/** Where a descriptor stands, or undefined when it has no offsets. */
function startOffset(fd: number, kind: StreamKind): number | undefined {
  if (kind === 'pipe') return undefined;
  // Others write there, too, and what is written at an offset does not move theirs.
  if (kind === 'standard' && fd !== 0) return undefined;
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() && !stat.isBlockDevice() && !stat.isDirectory()) return undefined;
    if (kind === 'file') return 0;
    // Somebody else may have used a standard stream before.
    const info = /^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'));
    return info ? Number(info[1]) : undefined;
  } catch {
    return undefined;
  }
}

/** Standard input, output or error. `sink` takes the bytes written in place of the descriptor. */
export function standardFile(fd: 0 | 1 | 2, host: FileHost, sink?: (bytes: string) => void): LuaFile {
  return new LuaFile(fd, 'standard', { read: fd === 0, write: fd !== 0, append: false }, host, undefined, sink);
}

const MODE = /^([rwa])([+bxcme]*)/;

/** `io.open`: a stream or the error triple. Modes are those of C's fopen with glibc. */
export function openFile(path: string, mode: string, host: FileHost = {}): LuaFile | FileFailure {
  const parts = MODE.exec(mode);
  if (!parts) return errnoFailure('EINVAL', path);
  const letter = parts[1]!;
  const plus = parts[2]!.includes('+');
  let flags = plus ? open.O_RDWR : letter === 'r' ? open.O_RDONLY : open.O_WRONLY;
  if (letter !== 'r') flags |= open.O_CREAT | (letter === 'a' ? open.O_APPEND : open.O_TRUNC);
  if (parts[2]!.includes('x')) flags |= open.O_EXCL;
  try {
    const fd = openSync(pathBytes(path), flags, 0o666);
    return new LuaFile(
      fd,
      'file',
      { read: letter === 'r' || plus, write: letter !== 'r' || plus, append: letter === 'a' },
      host,
    );
  } catch (error) {
    return fileFailure(error, path);
  }
}

/** A byte string as a path: it ends at the first NUL, as in C. */
export function pathBytes(path: string): Buffer {
  return Buffer.from(cString(path), 'latin1');
}

/** A file without a name, gone when it is closed. */
export function temporaryFile(host: FileHost = {}): LuaFile | FileFailure {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'lua-'));
    const path = join(folder, 'file');
    const fd = openSync(path, open.O_RDWR | open.O_CREAT | open.O_EXCL, 0o600);
    rmSync(folder, { recursive: true });
    return new LuaFile(fd, 'file', { read: true, write: true, append: false }, host);
  } catch (error) {
    return fileFailure(error);
  }
}

/** Loaded when a chisel starts a program: loading takes a while, and few do. */
const childProcess = () => process.getBuiltinModule('node:child_process');

/** `io.popen`: a stream to or from a shell command, or the error triple. */
export function openPipe(command: string, mode: string, host: FileHost = {}): LuaFile | FileFailure {
  const letter = mode[0];
  if (letter !== 'r' && letter !== 'w') return errnoFailure('EINVAL', command);
  host.flush?.();
  flushAllFiles();
  const reading = letter === 'r';
  let ends: { ours: number; theirs: number };
  try {
    ends = makePipe(reading);
  } catch (error) {
    return fileFailure(error, command);
  }
  const child = childProcess().spawn('/bin/sh', ['-c', commandText(command)], {
    argv0: 'sh',
    stdio: reading ? ['inherit', ends.theirs, 'inherit'] : [ends.theirs, 'inherit', 'inherit'],
  });
  child.on('error', () => {});
  child.unref();
  closeSync(ends.theirs);
  const { pid } = child;
  return new LuaFile(ends.ours, 'pipe', { read: reading, write: !reading, append: false }, host, () => {
    if (pid !== undefined) waitForExit(pid, host);
  });
}

/** Shell commands are bytes to Lua but text to Node, which encodes as UTF-8: undo that for what is UTF-8 already. */
export function commandText(command: string): string {
  return Buffer.from(cString(command), 'latin1').toString('utf8');
}

/** A FIFO that nobody else can open, as two descriptors: ours does not block, the child's does. */
function makePipe(reading: boolean): { ours: number; theirs: number } {
  const folder = mkdtempSync(join(tmpdir(), 'lua-'));
  try {
    const path = join(folder, 'pipe');
    const made = childProcess().spawnSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' });
    if (made.error) throw made.error;
    // A reader that does not block comes first: without one a writer would wait, or fail, on opening.
    const reader = openSync(path, open.O_RDONLY | open.O_NONBLOCK);
    if (reading) return { ours: reader, theirs: openSync(path, open.O_WRONLY) };
    const writer = openSync(path, open.O_WRONLY | open.O_NONBLOCK);
    const blocking = openSync(path, open.O_RDONLY);
    closeSync(reader);
    return { ours: writer, theirs: blocking };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until a child has ended. Node reaps it later, so "ended" includes a zombie. */
function waitForExit(pid: number, host: FileHost): void {
  const patience = new Patience(host);
  while (isRunning(pid)) patience.nap();
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    if (process.platform === 'linux') return false;
    const state = childProcess().spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'latin1' }).stdout;
    return !!state && !state.trim().startsWith('Z') && state.trim() !== '';
  }
}
