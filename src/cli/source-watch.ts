/**
 * Watches files for changes as editors make them: written in place, in pieces, or replaced by a new file of the same
 * name. Folders are watched rather than files, so that a file that is deleted and comes back is noticed. A link is
 * watched at both ends.
 */

import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { importPackage } from './import-package.js';

/** After a change, how long to wait for the rest of it, in milliseconds. */
const SETTLE_MS = 15;

/** Where a path leads in the end; the path itself while nothing is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** A file that was cut to nothing is about to be written. */
function isEmpty(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined || stat.size === 0;
}

export class SourceWatch {
  private watcher: FSWatcher | null = null;
  /** What may be reported as changed, to the names under which it was asked for. */
  private names = new Map<string, Set<string>>();
  private readonly folders = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private readonly changed = new Set<string>();
  private closed = false;

  /**
   * @param onChange gets the absolute paths of changed files, as {@link watch} was asked for them; deleted files are
   *   not reported until they are back
   */
  constructor(private readonly onChange: (files: string[]) => void) {}

  /** Watches exactly these files from now on. */
  async watch(files: Iterable<string>): Promise<void> {
    this.names = new Map();
    for (const file of files) {
      const path = resolve(file);
      for (const end of [path, realPath(path)]) {
        const names = this.names.get(end) ?? new Set();
        this.names.set(end, names.add(path));
      }
    }
    const added = [...this.names.keys()].map((path) => dirname(path)).filter((folder) => !this.folders.has(folder));
    for (const folder of added) this.folders.add(folder);
    if (this.watcher !== null) {
      if (added.length > 0) this.watcher.add(added);
      return;
    }
    const { watch } = await importPackage<typeof import('chokidar')>('chokidar');
    if (this.closed) return;
    const watcher = watch([...this.folders], { depth: 0, ignoreInitial: true, atomic: false });
    this.watcher = watcher;
    watcher.on('add', this.noticed);
    watcher.on('change', this.noticed);
    // A folder that cannot be watched is no reason to stop a capture.
    watcher.on('error', () => undefined);
    await new Promise<void>((ready) => watcher.once('ready', () => ready()));
  }

  private readonly noticed = (file: string): void => {
    const names = this.names.get(resolve(file));
    if (names === undefined || isEmpty(file)) return;
    for (const name of names) this.changed.add(name);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const files = [...this.changed];
      this.changed.clear();
      this.onChange(files);
    }, SETTLE_MS);
  };

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.watcher?.close();
  }
}
