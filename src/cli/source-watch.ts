/**
 * Watches files for changes as editors make them: written in place, in pieces, or replaced by a new file of the same
 * name. Folders are watched rather than files, so that a file that is deleted and comes back is noticed.
 */
import { dirname, resolve } from 'node:path';
import type { FSWatcher } from 'chokidar';

/** After a change, how long to wait for the rest of it, in milliseconds. */
const SETTLE_MS = 15;

export class SourceWatch {
  private watcher: FSWatcher | null = null;
  private files = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private readonly changed = new Set<string>();

  /** @param onChange gets the absolute paths of changed files; deleted files are not reported until they are back */
  constructor(private readonly onChange: (files: string[]) => void) {}

  /** Watches exactly these files from now on. */
  async watch(files: Iterable<string>): Promise<void> {
    this.files = new Set([...files].map((file) => resolve(file)));
    const folders = new Set([...this.files].map((file) => dirname(file)));
    if (this.watcher === null) {
      const { watch } = await import('chokidar');
      this.watcher = watch([...folders], { depth: 0, ignoreInitial: true, atomic: false });
      this.watcher.on('add', this.noticed);
      this.watcher.on('change', this.noticed);
      // A folder that cannot be watched is no reason to stop a capture.
      this.watcher.on('error', () => undefined);
      const { watcher } = this;
      await new Promise<void>((ready) => watcher.once('ready', () => ready()));
    } else {
      this.watcher.add([...folders]);
    }
  }

  private readonly noticed = (file: string): void => {
    const path = resolve(file);
    if (!this.files.has(path)) return;
    this.changed.add(path);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const files = [...this.changed];
      this.changed.clear();
      this.onChange(files);
    }, SETTLE_MS);
  };

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.watcher?.close();
  }
}
