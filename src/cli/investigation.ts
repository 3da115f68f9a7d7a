/**
 * A live investigation at a terminal: chisels are reloaded when their files change, keys work, the last row tells what
 * goes on, and the flight recorder keeps the past for replay and snapshots.
 */
import { existsSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import type { EventSource } from '../capture/event-source.js';
import { FlightRecorder } from '../capture/recorder.js';
import type { Chisel } from '../chisel/chisel.js';
import { ChiselError } from '../chisel/errors.js';
import { forgetOldScripts, type ReloadMode, type ReloadResult, reloadChisel } from '../chisel/reload.js';
import { replayPast } from '../chisel/replay.js';
import { packageRoot } from '../package-root.js';
import { isEventBlock } from '../scap/event-blocks.js';
import type { EventCursor } from '../sinsp/event.js';
import { compileFilter } from '../sinsp/filter/index.js';
import type { Predicate } from '../sinsp/filter/predicate.js';
import { EVERYTHING, either, selectionKey } from '../sinsp/filter/selection.js';
import type { Output } from '../sinsp/format/output.js';
import type { InspectorSnapshot } from '../sinsp/inspector.js';
import { PastCapture } from '../sinsp/past-capture.js';
import type { ChiselSetup } from './chisel-setup.js';
import { errorExcerpt } from './error-excerpt.js';
import { KEY_HELP, Keys } from './keys.js';
import type { LiveSession } from './live.js';
import type { Settings } from './settings.js';
import { SourceWatch } from './source-watch.js';
import { StatusLine } from './status-line.js';

const STATUS_EVERY_MS = 500;

/** A chisel's name without its folder: rows are short. */
const shortName = (name: string): string => basename(name, '.lua');

/** Why the newest version of a chisel does not run. */
interface Problem {
  /** The error and its place in the source, as it was told. */
  text: string;
  /** Files that the failed version has read: mending one of them is a change, too. */
  files: ReadonlySet<string>;
}

export class Investigation {
  private readonly recorder: FlightRecorder<InspectorSnapshot> | null;
  private readonly watch: SourceWatch | null;
  private readonly status: StatusLine | null;
  private keys: Keys | null = null;
  private snapshot: { capture: PastCapture; until: number } | null = null;
  private readonly trigger: Predicate | null;
  private triggered = false;
  /** The error of each chisel's newest version, until it is mended. */
  private readonly problems = new Map<number, Problem>();
  private lastReload = '';
  private helpShown = false;
  private closed = false;
  private statusAt = 0;
  private eventsAtStatus = 0;
  /** Milliseconds of work since the last status. */
  private busy = 0;
  /** Files of all chisels when they were last told to the watch: modules may be required at any time. */
  private filesKnown = 0;
  /** What the kernel lets through, by event code; null: everything. */
  private wanted: Uint8Array | null = null;
  /** The processes and descriptors that the kernel was told last; `''` before. */
  private selected = '';
  /** The recorder holds events of a time when the kernel let less through than now. */
  private pastIsNarrow = false;
  private replaying = false;
  /** The user wants to end the run. */
  quit = false;

  constructor(
    private readonly settings: Settings,
    private readonly output: Output,
    private readonly chisels: ChiselSetup,
    private readonly live: LiveSession,
  ) {
    const { recorder } = settings.live;
    const { inspector, host, context, run } = chisels;
    this.recorder =
      recorder.maxBytes === 0
        ? null
        : new FlightRecorder(() => inspector.snapshot(), { maxBytes: recorder.maxBytes, maxAge: recorder.maxAge });
    // A command that is run has the terminal to itself.
    const interactive = output.isTerminal && settings.live.command === undefined;
    const root = packageRoot();
    // All its files count: a chisel that hands over to a bundled one with chisel.exec is its author's all the same.
    const own = host.chisels.some(({ files }) => [...files].some((file) => !resolve(file).startsWith(root + sep)));
    const watching = settings.live.watch ?? (interactive && own);
    this.watch = watching ? new SourceWatch((files) => this.reloadFor(files)) : null;
    if (interactive) this.chisels.run.cleared = false;
    this.status = interactive
      ? new StatusLine(output, (rows) => {
          run.reservedRows = rows;
        })
      : null;
    this.trigger = settings.live.snapshotOn === '' ? null : compileFilter(settings.live.snapshotOn, context);
    if (watching || interactive) forgetOldScripts();
    host.keepGoing = watching || interactive;
    host.takeSnapshot = this.recorder === null ? null : () => this.takeSnapshot();
  }

  /** Keys, watching and the status line begin. */
  async start(): Promise<void> {
    process.on('SIGUSR1', this.onSignal);
    this.watchTriggers();
    this.narrow();
    if (this.watch !== null) await this.watchFiles();
    if (this.status === null) return;
    this.keys = new Keys(
      {
        '?': () => this.help(),
        r: () => this.reloadAll(this.settings.live.reloadMode, false),
        R: () => this.reloadAll('fresh', true),
        c: () => this.reloadAll('fresh', false),
        w: () => this.takeSnapshot(),
        p: () => this.pause(),
        q: () => {
          this.quit = true;
        },
      },
      (stops) => (stops ? this.status?.stop() : this.status?.start()),
    );
    this.status.start();
  }

  private readonly onSignal = (): void => this.takeSnapshot();

  /** Tells the kernel what chisels, filter and trigger can want now. */
  private narrow(): void {
    let wanted = this.chisels.wantedTypes();
    if (wanted !== null && this.trigger !== null) {
      const types = this.trigger.eventTypes;
      wanted = types === undefined ? null : wanted.map((value, code) => value | types[code]!);
    }
    let selection = this.chisels.wantedSelection();
    if (this.trigger !== null) selection = either(selection, this.trigger.selection ?? EVERYTHING);
    const before = this.wanted;
    if (before !== null && (wanted === null || wanted.some((value, code) => value > before[code]!))) {
      this.pastIsNarrow = true;
    }
    this.wanted = wanted;
    const key = selectionKey(selection);
    if (this.selected !== '' && this.selected !== key && this.selected !== selectionKey(EVERYTHING)) {
      this.pastIsNarrow = true;
    }
    this.selected = key;
    // What is written with -w is not the chisels' business alone.
    if (this.settings.write !== undefined) return;
    try {
      this.live.narrow(wanted, selection);
    } catch (error) {
      this.tell(`the kernel side stays as it was, start again to see everything: ${(error as Error).message}`);
    }
  }

  /** The trigger looks at all events, those that the command line's filter rejects, too. */
  private watchTriggers(): void {
    const { trigger, chisels } = this;
    if (trigger === null) return;
    const { inspector } = chisels;
    const { onRejected } = inspector;
    inspector.onRejected = (event) => {
      if (!this.triggered && trigger.test(event)) this.triggered = true;
      onRejected?.(event);
    };
  }

  private async watchFiles(): Promise<void> {
    const files = new Set(this.chisels.host.chisels.flatMap((chisel) => [...chisel.files]));
    this.filesKnown = this.countFiles();
    for (const problem of this.problems.values()) for (const file of problem.files) files.add(file);
    await this.watch?.watch(files);
  }

  private countFiles(): number {
    let count = 0;
    for (const chisel of this.chisels.host.chisels) count += chisel.files.size;
    return count;
  }

  /** Before a batch is walked. */
  beforeBatch(source: EventSource): void {
    const { window, start, end } = source;
    const first = new DataView(window.buffer, window.byteOffset).getUint32(start, true);
    if (!isEventBlock(first)) return;
    this.chisels.inspector.beginSection();
    this.recorder?.record(window, start, end);
    if (this.snapshot === null) return;
    try {
      this.snapshot.capture.add(window, start, end);
    } catch (error) {
      this.tell((error as Error).message);
      this.snapshot = null;
    }
  }

  /** Wraps what is done with each event when a filter can trigger a snapshot. */
  handler(inner: (event: EventCursor) => boolean): (event: EventCursor) => boolean {
    const { trigger } = this;
    if (trigger === null) return inner;
    return (event) => {
      if (!this.triggered && trigger.test(event)) this.triggered = true;
      return inner(event);
    };
  }

  /** After each turn of the loop, with events or without. */
  afterTurn(milliseconds: number): void {
    this.busy += milliseconds;
    if (this.triggered) {
      this.triggered = false;
      if (this.snapshot === null) this.takeSnapshot();
    }
    if (this.snapshot !== null && Date.now() > this.snapshot.until) this.finishSnapshot();
    if (this.watch !== null && this.countFiles() !== this.filesKnown) void this.watchFiles();
    if (this.status === null) return;
    const { run } = this.chisels;
    const now = performance.now();
    if (now - this.statusAt >= STATUS_EVERY_MS) this.showStatus(now);
    else if (run.cleared) this.status.redraw();
    run.cleared = false;
  }

  private showStatus(now: number): void {
    const { eventCount } = this.chisels.inspector;
    const seconds = (now - this.statusAt) / 1000;
    const rate = this.statusAt === 0 ? 0 : Math.max(0, Math.round((eventCount - this.eventsAtStatus) / seconds));
    const load = Math.min(100, Math.round(this.busy / (seconds * 10)));
    this.statusAt = now;
    this.eventsAtStatus = eventCount;
    this.busy = 0;
    const lost = this.live.source.stats().dropped;
    const paused = this.chisels.run.held === null ? '' : ' PAUSED |';
    this.status?.draw(`${paused} ${rate} events/s | ${lost} lost | busy ${load} %${this.lastReload} | ? help`);
  }

  // -- reload ---------------------------------------------------------------------------------------------------

  private reloadFor(files: readonly string[]): void {
    const started = performance.now();
    const changed = new Set(files);
    const { replay, reloadMode } = this.settings.live;
    this.chisels.host.chisels.forEach((chisel, index) => {
      const read = [...chisel.files, ...(this.problems.get(index)?.files ?? [])];
      if (!read.some((file) => changed.has(resolve(file)))) return;
      this.reload(index, replay ? 'fresh' : reloadMode, started, replay);
    });
  }

  private reloadAll(mode: ReloadMode, replay: boolean): void {
    this.chisels.host.chisels.forEach((_, index) => {
      this.reload(index, mode, performance.now(), replay);
    });
  }

  private reload(index: number, mode: ReloadMode, started: number, replay: boolean): void {
    const { host, run } = this.chisels;
    const { file } = host.chisels[index]!;
    run.reloading = true;
    const result = reloadChisel(host, index, {
      mode,
      started,
      replay: replay ? (chisel) => this.replay(chisel) : undefined,
    });
    run.reloading = false;
    if (result.ok) this.reloaded(index, result, started);
    else this.failed(index, file, result);
    void this.watchFiles();
    this.output.flush();
    if (this.status !== null) this.showStatus(performance.now());
  }

  /** What the user asked for, which may have handed over to another chisel. */
  private nameOf(index: number): string {
    return shortName(this.chisels.host.origins[index]!.name);
  }

  private failed(index: number, file: string, result: ReloadResult): void {
    const { message } = result.error!;
    const at = result.error instanceof ChiselError ? result.error.file : undefined;
    const name = this.nameOf(index);
    // A complaint of the API says more than the error it raised.
    const lines = [...result.complaints, message.replace(/\[string "[^\n]*"\]:(?=\d+:)/, `${basename(at ?? file)}:`)];
    const excerpt = errorExcerpt(message, at ?? file);
    if (excerpt !== '') lines.push(excerpt);
    const text = lines.join('\n');
    const before = this.problems.get(index)?.text;
    this.problems.set(index, { text, files: result.files });
    this.lastReload = ` | ${name}: error, the version before runs`;
    if (this.status !== null) this.showProblems();
    // The same mistake is told once, however often the file is saved with it.
    else if (text !== before) this.tell(`${text}\n(the version before goes on)`);
  }

  private reloaded(index: number, result: ReloadResult, started: number): void {
    this.problems.delete(index);
    const name = this.nameOf(index);
    this.narrow();
    const { carried, replayed } = result;
    const kept = carried.length > 0 ? `, kept ${carried.join(' ')}` : '';
    const gaps = replayed !== undefined && this.pastIsNarrow ? ' (only what was captured then)' : '';
    const past = replayed === undefined ? '' : `, ${replayed} past events${gaps}`;
    const milliseconds = Math.round(performance.now() - started);
    const text = `reloaded ${name} in ${milliseconds} ms${kept}${past}`;
    this.lastReload = ` | ${text}`;
    if (this.status === null) this.tell(text);
    else this.showProblems();
  }

  /** Errors stay in sight until they are mended: a chisel that redraws its screen would wipe them away. */
  private showProblems(): void {
    this.helpShown = false;
    this.status?.tell([...this.problems.values()].flatMap((problem) => problem.text.split('\n')));
  }

  private replay(chisel: Chisel): number | undefined {
    this.replaying = true;
    try {
      return replayPast(this.chisels.host, chisel, this.recorder?.past());
    } finally {
      this.replaying = false;
    }
  }

  // -- snapshots ------------------------------------------------------------------------------------------------

  /** Writes the recorded past to a file, and what comes in the next seconds. */
  takeSnapshot(): void {
    // What a chisel asks for while it looks at the past is past, too.
    if (this.replaying) return;
    if (this.recorder === null) {
      this.tell('no snapshot: the flight recorder is off (--recorder)');
      return;
    }
    if (this.snapshot !== null) {
      this.tell(`a snapshot is being written already: ${this.snapshot.capture.path}`);
      return;
    }
    const time = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    let path = `burin-${time}.scap`;
    for (let n = 2; existsSync(path); n++) path = `burin-${time}-${n}.scap`;
    const { past, next } = this.settings.live.snapshot;
    try {
      const capture = new PastCapture(path, this.recorder, past * 1000);
      this.snapshot = { capture, until: Date.now() + next * 1000 };
      if (this.status !== null) this.tell(`writing the past and the next ${next} s to ${path}`);
    } catch (error) {
      this.tell((error as Error).message);
    }
  }

  private finishSnapshot(): void {
    const { capture } = this.snapshot!;
    this.snapshot = null;
    try {
      capture.close();
      this.tell(`wrote ${capture.events} events to ${capture.path}`);
    } catch (error) {
      this.tell((error as Error).message);
    }
  }

  // -- the display ----------------------------------------------------------------------------------------------

  private pause(): void {
    const { run } = this.chisels;
    if (run.held === null) {
      run.held = '';
      return;
    }
    const text = run.held;
    run.held = null;
    this.output.writer.text(text);
    this.output.flush();
  }

  private help(): void {
    if (this.helpShown) {
      this.showProblems();
      return;
    }
    this.helpShown = true;
    this.status?.tell(KEY_HELP.map(([key, text]) => `  ${key}  ${text}`));
  }

  /** Something for the user: in the status rows where there are some, else on standard error. */
  private tell(text: string): void {
    if (this.status !== null && this.keys !== null && !text.includes('\n')) {
      this.lastReload = ` | ${text}`;
      this.showStatus(performance.now());
      return;
    }
    if (this.closed) {
      this.live.lastWords.push(text);
      return;
    }
    this.output.flush();
    process.stderr.write(`burin: ${text}\n`);
  }

  async close(): Promise<void> {
    // What chisels print at the end may clear the screen: it must not take these words with it.
    this.closed = true;
    this.keys?.close();
    this.status?.stop();
    this.keys = null;
    for (const { text } of this.problems.values()) this.tell(`${text}\n(the version before ran on)`);
    if (this.chisels.run.held !== null) this.pause();
    if (this.snapshot !== null) this.finishSnapshot();
    process.off('SIGUSR1', this.onSignal);
    await this.watch?.close();
  }
}
