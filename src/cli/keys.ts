/** Keys on a terminal while a live capture runs: single characters, no Enter. */
import type { ReadStream } from 'node:tty';

/** Key, what it does, in the order of the help text. */
export const KEY_HELP: readonly [key: string, text: string][] = [
  ['?', 'this help'],
  ['r', 'reload the chisels, keeping what they collected'],
  ['R', 'reload, and run the new version over the recorded past'],
  ['w', 'write the recorded past and the next seconds to a capture file'],
  ['p', 'pause the display; counting goes on'],
  ['c', 'clear what the chisels have collected'],
  ['q', 'quit'],
];

export class Keys {
  private readonly input: ReadStream | null;

  /** Listens when standard input is a terminal; Ctrl-C stays what it is. */
  constructor(private readonly actions: Readonly<Record<string, () => void>>) {
    this.input = process.stdin.isTTY ? (process.stdin as ReadStream) : null;
    if (this.input === null) return;
    this.input.setRawMode(true);
    this.input.on('data', this.listen);
    this.input.resume();
  }

  private readonly listen = (data: Buffer): void => {
    for (const key of data.toString('latin1')) {
      if (key === '\x03') process.kill(process.pid, 'SIGINT');
      else this.actions[key]?.();
    }
  };

  close(): void {
    if (this.input === null) return;
    this.input.off('data', this.listen);
    this.input.setRawMode(false);
    this.input.pause();
  }
}
