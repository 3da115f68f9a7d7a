/** Keys on a terminal while a live capture runs: single characters, no Enter. */
import { readFileSync } from 'node:fs';
import type { ReadStream } from 'node:tty';

/** Key, what it does, in the order of the help text. */
export const KEY_HELP: readonly [key: string, text: string][] = [
  ['?', 'this help; again: hide it'],
  ['r', 'reload the chisels, keeping what they collected'],
  ['R', 'reload, and run the new version over the recorded past'],
  ['w', 'write the recorded past and the next seconds to a capture file'],
  ['p', 'pause the display, and go on with it; counting goes on meanwhile'],
  ['c', 'clear what the chisels have collected'],
  ['q', 'quit'],
];

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
const CTRL_BACKSLASH = '\x1c';

/** In the background of a shell, asking the terminal for anything would stop the program. */
export function inForeground(stat = ownStat()): boolean {
  // pid (comm) state ppid pgrp session tty_nr tpgid ...; comm may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.length < 6 || fields[2] === fields[5];
}

function ownStat(): string {
  try {
    return readFileSync('/proc/self/stat', 'latin1');
  } catch {
    return '';
  }
}

export class Keys {
  private readonly input: ReadStream | null;

  /**
   * Listens when standard input is a terminal; Ctrl-C, Ctrl-Z and Ctrl-\ stay what they are.
   * @param suspend called before the program stops (true) and when it goes on (false)
   */
  constructor(
    private readonly actions: Readonly<Record<string, () => void>>,
    private readonly suspend: (stops: boolean) => void = () => {},
  ) {
    this.input = process.stdin.isTTY && inForeground() ? (process.stdin as ReadStream) : null;
    if (this.input === null) return;
    this.input.setRawMode(true);
    this.input.on('data', this.listen);
    this.input.resume();
    process.on('exit', this.leave);
  }

  private readonly listen = (data: Buffer): void => {
    const text = data.toString('latin1');
    // Arrows and function keys send several characters: none of them is a key of ours.
    if (text.length > 1 && text.startsWith('\x1b')) return;
    for (const key of text) {
      if (key === CTRL_C) process.kill(process.pid, 'SIGINT');
      else if (key === CTRL_Z) this.stopForNow();
      else if (key === CTRL_BACKSLASH) process.exit(131);
      else if (Object.hasOwn(this.actions, key)) this.actions[key]!();
    }
  };

  private stopForNow(): void {
    this.suspend(true);
    this.input?.setRawMode(false);
    process.once('SIGCONT', () => {
      this.input?.setRawMode(true);
      this.suspend(false);
    });
    process.kill(0, 'SIGSTOP');
  }

  private readonly leave = (): void => this.close();

  close(): void {
    if (this.input === null) return;
    process.off('exit', this.leave);
    this.input.off('data', this.listen);
    this.input.setRawMode(false);
    this.input.pause();
  }
}
