/**
 * Watches files for changes as editors make them: written in place, in pieces, or replaced by a new file of the same
 * name; a file that is deleted is missed until it comes back. Links are followed.
 *
 * What tells that a file has changed is its inode, size and time. chokidar tells when to look, quickly; now and then one
 * looks without being told, for file systems that tell nothing, and because a file that is replaced by another one can
 * slip through.
 */
import { type BigIntStats, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { importPackage } from './import-package.js';

/** After a change, how long to wait for the rest of it, in milliseconds. */
const SETTLE_MS = 15;
/** Between two looks without being told, in milliseconds. */
const LOOK_MS = 250;

/** Where a path leads in the end; the path itself while nothing is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Differs when the file was written or replaced; undefined while there is none, or an empty one: it is being written. */
function signature(path: string): string | undefined {
  let stat: BigIntStats | undefined;
  try {
    stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Not there for us.
  }
  if (stat === undefined || stat.size === 0n) return undefined;
  return `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}

export class SourceWatch {
  private watcher: FSWatcher | null = null;
  /** Absolute paths, and what the files looked like when they were last reported. */
  private files = new Map<string, string | undefined>();
  private readonly folders = new Set<string>();
  private settling: NodeJS.Timeout | undefined;
  private looking: NodeJS.Timeout | undefined;
  private changed = new Set<string>();
  private closed = false;

  /** @param onChange gets the absolute paths of changed files */
  constructor(private readonly onChange: (files: string[]) => void) {}

  /** Watches exactly these files from now on. */
  async watch(files: Iterable<string>): Promise<void> {
    const before = this.files;
    this.files = new Map();
    for (const file of files) {
      const path = resolve(file);
      this.files.set(path, before.has(path) ? before.get(path) : signature(path));
    }
    const ends = [...this.files.keys()].flatMap((path) => [path, realPath(path)]);
    const added = [...new Set(ends.map((path) => dirname(path)))].filter((folder) => !this.folders.has(folder));
    for (const folder of added) this.folders.add(folder);
    this.looking ??= setInterval(this.look, LOOK_MS).unref();
    if (this.watcher !== null) {
      if (added.length > 0) this.watcher.add(added);
      return;
    }
    const { watch } = await importPackage<typeof import('chokidar')>('chokidar');
    if (this.closed || this.watcher !== null) return;
    const watcher = watch([...this.folders], { depth: 0, ignoreInitial: true, atomic: false });
    this.watcher = watcher;
    watcher.on('raw', this.look);
    watcher.on('all', this.look);
    // A folder that cannot be watched is no reason to stop a capture.
    watcher.on('error', () => undefined);
    await new Promise<void>((ready) => watcher.once('ready', () => ready()));
  }

  private readonly look = (): void => {
    let found = false;
    for (const [path, known] of this.files) {
      const now = signature(path);
      if (now === undefined || now === known) continue;
      this.files.set(path, now);
      this.changed.add(path);
      found = true;
    }
    if (!found) return;
    clearTimeout(this.settling);
    this.settling = setTimeout(this.settled, SETTLE_MS);
  };

  private readonly settled = (): void => {
    this.settling = undefined;
    // Still being written: another look sets the clock again.
    this.look();
    if (this.settling !== undefined) return;
    const files = [...this.changed];
    this.changed = new Set();
    this.onChange(files);
  };

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.settling);
    clearInterval(this.looking);
    await this.watcher?.close();
  }
}
