/**
 * `-r FILE --watch`: the chisels run over the whole capture again each time one of their files changes, and how long that
 * took is told on standard error. Each run begins from nothing; one that fails says where, and the next change is waited
 * for. A change during a run ends that run.
 */
import { ChiselError } from '../chisel/errors.js';
import { forgetOldScripts } from '../chisel/reload.js';
import { standardOutput } from '../sinsp/format/output.js';
import { ChiselSetup } from './chisel-setup.js';
import { errorExcerpt } from './error-excerpt.js';
import { EXIT_ERROR } from './errors.js';
import { Keys } from './keys.js';
import { Reader } from './read.js';
import { type Settings, settingsOf } from './settings.js';
import { SourceWatch } from './source-watch.js';

/** What ended a pause between two runs. */
type Wake = 'change' | 'end';

class Repeater {
  private reader: Reader | null = null;
  private wake: ((why: Wake) => void) | null = null;
  private changed = false;
  private ended = false;
  private readonly watch = new SourceWatch(() => {
    this.changed = true;
    this.reader?.abandon();
    this.wake?.('change');
  });
  private status = 0;

  constructor(
    private readonly argv: readonly string[],
    private readonly early: Settings,
  ) {}

  /** Answers the exit status of the last run. Throws what the first run throws before it has read any file. */
  async run(): Promise<number> {
    const output = standardOutput();
    const keys = output.isTerminal ? new Keys({ q: this.end, r: this.again }) : null;
    // All the time, also between two runs; a run that goes on ends in order by the reader's own handler.
    process.on('SIGINT', this.stop);
    process.on('SIGTERM', this.stop);
    try {
      while (!this.ended) {
        this.changed = false;
        const files = await this.runOnce(keys !== null);
        if (this.ended) break;
        await this.watch.watch(files);
        if (!this.changed && (await this.nextChange()) === 'end') break;
      }
    } finally {
      process.off('SIGINT', this.stop);
      process.off('SIGTERM', this.stop);
      keys?.close();
      await this.watch.close();
    }
    return this.status;
  }

  /** Runs everything once; answers the files to watch. */
  private async runOnce(keys: boolean): Promise<Set<string>> {
    const started = performance.now();
    const setup = ChiselSetup.empty(this.early);
    setup.run.staysAfterExit = true;
    try {
      const line = setup.load(this.argv);
      // Modules count as soon as they are read: a change during the run must not be missed.
      await this.watch.watch(setup.host.files());
      const settings = settingsOf(line);
      setup.settle(settings);
      const reader = new Reader(settings, standardOutput(), setup, null);
      this.reader = reader;
      this.status = await reader.run();
      if (reader.wasInterrupted) this.ended = true;
      else if (!this.changed) this.done(started, keys);
    } catch (error) {
      this.status = EXIT_ERROR;
      if (setup.host.files().size === 0) throw error;
      this.failed(error, [...setup.host.files()][0]!);
    } finally {
      this.reader = null;
      standardOutput().flush();
      setup.host.close();
    }
    return setup.host.files();
  }

  private done(started: number, keys: boolean): void {
    const seconds = ((performance.now() - started) / 1000).toFixed(3);
    process.stderr.write(
      `burin: read ${this.early.files.join(', ')} in ${seconds} s; again when a chisel changes, ` +
        `${keys ? 'q or ' : ''}Ctrl-C ends\n`,
    );
  }

  private failed(error: unknown, file: string): void {
    standardOutput().flush();
    const message = error instanceof Error ? error.message : String(error);
    const at = error instanceof ChiselError ? error.file : undefined;
    const excerpt = errorExcerpt(message, at ?? file);
    process.stderr.write(`burin: ${message}\n${excerpt === '' ? '' : `${excerpt}\n`}burin: waiting for a change\n`);
  }

  private readonly stop = (): void => {
    this.ended = true;
    this.wake?.('end');
  };

  private readonly end = (): void => {
    this.reader?.abandon();
    this.stop();
  };

  private readonly again = (): void => {
    this.changed = true;
    this.reader?.abandon();
    this.wake?.('change');
  };

  private async nextChange(): Promise<Wake> {
    // Nothing else may be open that keeps the program running: folders are watched without that.
    const alive = setInterval(() => {}, 1 << 30);
    try {
      return await new Promise<Wake>((resolve) => {
        this.wake = resolve;
        if (this.changed) resolve('change');
        if (this.ended) resolve('end');
      });
    } finally {
      this.wake = null;
      clearInterval(alive);
    }
  }
}

/**
 * Runs the chisels of a command line over its captures, again and again.
 * @param early settings as far as they are known without chisels
 * @returns the exit status of the last run
 */
export function runWatching(argv: readonly string[], early: Settings): Promise<number> {
  forgetOldScripts();
  return new Repeater(argv, early).run();
}
