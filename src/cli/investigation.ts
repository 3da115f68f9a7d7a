/**
 * A live investigation at a terminal: chisels are reloaded when their files change, keys work, the last row tells what
 * goes on, and the flight recorder keeps the past for replay and snapshots.
 */
import type { EventSource } from '../capture/event-source.js';
import { FlightRecorder } from '../capture/recorder.js';
import { type ReloadMode, reloadChisel } from '../chisel/reload.js';
import { packageRoot } from '../chisel/search-path.js';
import { isEventBlock } from '../scap/event-blocks.js';
import type { EventCursor } from '../sinsp/event.js';
import { compileFilter } from '../sinsp/filter/index.js';
import type { Predicate } from '../sinsp/filter/predicate.js';
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

export class Investigation {
  private readonly recorder: FlightRecorder<InspectorSnapshot> | null;
  private readonly watch: SourceWatch | null;
  private readonly status: StatusLine | null;
  private keys: Keys | null = null;
  private snapshot: { capture: PastCapture; until: number } | null = null;
  private readonly trigger: Predicate | null;
  private triggered = false;
  private lastError = '';
  private lastReload = '';
  private statusAt = 0;
  private eventsAtStatus = 0;
  /** Milliseconds spent with chisels and everything else per event since the last status. */
  private busy = 0;
  /** The user wants to end the run. */
  quit = false;

  constructor(
    private readonly settings: Settings,
    private readonly output: Output,
    private readonly chisels: ChiselSetup,
    private readonly live: LiveSession,
  ) {
    const { recorder } = settings.live;
    const { inspector, host, context } = chisels;
    this.recorder =
      recorder.maxBytes === 0
        ? null
        : new FlightRecorder(() => inspector.snapshot(), { maxBytes: recorder.maxBytes, maxAge: recorder.maxAge });
    const interactive = output.isTerminal;
    const root = packageRoot();
    const own = host.chisels.some((chisel) => !chisel.file.startsWith(root));
    const watching = settings.live.watch ?? (interactive && own);
    this.watch = watching ? new SourceWatch((files) => this.reloadFor(files)) : null;
    this.status = interactive ? new StatusLine(output) : null;
    this.trigger = settings.live.snapshotOn === '' ? null : compileFilter(settings.live.snapshotOn, context);
    host.keepGoing = watching;
    host.takeSnapshot = () => this.takeSnapshot();
  }

  /** Keys, watching and the status line begin. */
  async start(): Promise<void> {
    process.on('SIGUSR1', this.onSignal);
    if (this.watch !== null) await this.watch.watch(this.files());
    if (!this.output.isTerminal) return;
    this.keys = new Keys({
      '?': () => this.help(),
      r: () => this.reloadAll(this.settings.live.reloadMode, false),
      R: () => this.reloadAll('fresh', true),
      c: () => this.reloadAll('fresh', false),
      w: () => this.takeSnapshot(),
      p: () => this.pause(),
      q: () => {
        this.quit = true;
      },
    });
    this.status?.start();
  }

  private readonly onSignal = (): void => this.takeSnapshot();

  private files(): Set<string> {
    return new Set(this.chisels.host.chisels.flatMap((chisel) => [...chisel.files]));
  }

  /** Before a batch is walked. */
  beforeBatch(source: EventSource): void {
    const { window, start, end } = source;
    const first = new DataView(window.buffer, window.byteOffset).getUint32(start, true);
    if (!isEventBlock(first)) return;
    this.chisels.inspector.beginSection();
    this.recorder?.record(window, start, end);
    if (this.snapshot !== null) {
      this.snapshot.capture.add(window, start, end);
      if (Date.now() > this.snapshot.until) this.finishSnapshot();
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
    const now = performance.now();
    if (this.status === null || now - this.statusAt < STATUS_EVERY_MS) return;
    const { eventCount } = this.chisels.inspector;
    const seconds = (now - this.statusAt) / 1000;
    const rate = Math.max(0, Math.round((eventCount - this.eventsAtStatus) / seconds));
    const load = Math.min(100, Math.round(this.busy / (seconds * 10)));
    this.statusAt = now;
    this.eventsAtStatus = eventCount;
    this.busy = 0;
    const lost = this.live.source.stats().dropped;
    const paused = this.chisels.run.held === null ? '' : ' PAUSED |';
    this.status.draw(
      ` burin |${paused} ${rate} events/s | ${lost} lost | busy ${load} %${this.lastReload} | ? for help`,
    );
  }

  // -- reload ---------------------------------------------------------------------------------------------------

  private reloadFor(files: readonly string[]): void {
    const started = performance.now();
    this.chisels.host.chisels.forEach((chisel, index) => {
      if (files.some((file) => this.isOf(chisel.files, file))) {
        this.reload(index, this.settings.live.replay ? 'fresh' : this.settings.live.reloadMode, started);
      }
    });
  }

  private isOf(files: ReadonlySet<string>, changed: string): boolean {
    for (const file of files) if (changed.endsWith(file.replace(/^\.\//, '/')) || file === changed) return true;
    return false;
  }

  private reloadAll(mode: ReloadMode, replay: boolean): void {
    this.chisels.host.chisels.forEach((_, index) => {
      this.reload(index, mode, performance.now(), replay);
    });
  }

  private reload(index: number, mode: ReloadMode, started: number, replay = this.settings.live.replay): void {
    const { host } = this.chisels;
    const { name, file } = host.chisels[index]!;
    this.chisels.run.reloading = true;
    const result = reloadChisel(host, index, mode, started);
    this.chisels.run.reloading = false;
    if (!result.ok) {
      const text = `${result.error!.message}\n${errorExcerpt(result.error!.message, file)}`.trimEnd();
      // The same mistake is told once, however often the file is saved with it.
      if (text !== this.lastError) this.tell(`${text}\n(the version before goes on)`);
      this.lastError = text;
      this.lastReload = ` | ${name}: error, old version runs`;
      return;
    }
    this.lastError = '';
    const replayed = replay ? this.replay(index) : undefined;
    this.live.narrow(this.chisels.wantedTypes());
    void this.watch?.watch(this.files());
    const kept = result.carried.length > 0 ? `, kept ${result.carried.join(' ')}` : '';
    const past = replayed === undefined ? '' : `, ${replayed} past events`;
    const milliseconds = Math.round(performance.now() - started);
    this.lastReload = ` | reloaded ${name} in ${milliseconds} ms${kept}${past}`;
    if (this.status === null) this.tell(`reloaded ${name} in ${milliseconds} ms${kept}${past}`);
    this.output.flush();
  }

  /** Runs a reloaded chisel over the recorded past; the live stream goes on exactly behind it. Returns the events. */
  private replay(index: number): number | undefined {
    const { inspector, host } = this.chisels;
    const past = this.recorder?.past();
    if (past === undefined) return undefined;
    inspector.restore(past.snapshot);
    const before = inspector.eventCount;
    const { onRejected } = inspector;
    inspector.onRejected = null;
    try {
      inspector.walk(past.source, (event) => {
        host.replayEvent(index, event);
        return true;
      });
    } finally {
      inspector.onRejected = onRejected;
    }
    return inspector.eventCount - before;
  }

  // -- snapshots ------------------------------------------------------------------------------------------------

  /** Writes the recorded past to a file, and what comes in the next seconds. */
  takeSnapshot(): void {
    if (this.recorder === null) {
      this.tell('no snapshot: the flight recorder is off (--recorder)');
      return;
    }
    if (this.snapshot !== null) {
      this.tell(`a snapshot is being written already: ${this.snapshot.capture.path}`);
      return;
    }
    const time = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    const path = `burin-${time}.scap`;
    const { past, next } = this.settings.live.snapshot;
    try {
      const capture = new PastCapture(path, this.recorder, past * 1000);
      this.snapshot = { capture, until: Date.now() + next * 1000 };
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
    this.tell(`keys:\n${KEY_HELP.map(([key, text]) => `  ${key}  ${text}`).join('\n')}`);
  }

  private tell(text: string): void {
    this.output.flush();
    process.stderr.write(`burin: ${text}\n`);
  }

  async close(): Promise<void> {
    process.off('SIGUSR1', this.onSignal);
    this.keys?.close();
    this.status?.stop();
    if (this.chisels.run.held !== null) this.pause();
    if (this.snapshot !== null) this.finishSnapshot();
    await this.watch?.close();
  }
}
