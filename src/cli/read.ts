/** Reads captures and prints their events: what `burin -r FILE` does. */
import type { EventSource } from '../capture/event-source.js';
import { openCaptureFile } from '../capture/file-source.js';
import { clockMs } from '../clock.js';
import { leaveProcessorsToWalk } from '../compiler-threads.js';
import type { CaptureDump } from '../sinsp/capture-dump.js';
import type { EventCursor } from '../sinsp/event.js';
import { type FieldContext, unsignedDuration } from '../sinsp/fields/field.js';
import { serviceName } from '../sinsp/fields/services.js';
import type { Predicate } from '../sinsp/filter/predicate.js';
import type { LineForm } from '../sinsp/format/line-form.js';
import type { Output } from '../sinsp/format/output.js';
import type { Printer } from '../sinsp/format/printer.js';
import { Inspector } from '../sinsp/inspector.js';
import { EC, EVENT_CATEGORIES, EVENT_COUNT, EVENTS } from '../sinsp/schema/index.js';
import { L4_TCP, L4_UDP } from '../sinsp/state/fd-info.js';
import type { ChiselSetup } from './chisel-setup.js';
import { EXIT_ERROR, EXIT_LOST, EXIT_OK, UsageError } from './errors.js';
import type { Investigation } from './investigation.js';
import type { LiveSession } from './live.js';
import { makePrinter } from './printers.js';
import { Progress } from './progress.js';
import type { Settings } from './settings.js';
import { Summary } from './summary.js';
import { SuppressedThreads } from './suppressed-threads.js';

/** Time after which a walk lets signals and timers have their turn, in milliseconds. */
const TURN_MS = 20;

/** Walking over so much takes longer than all that goes before. */
const LARGE_BYTES = 16 << 20;

/** Signals that come so soon after one another are one. */
const ONE_SIGNAL_MS = 250;

/** By event code: 1 for events that only -D shows. */
const INTERNAL = Uint8Array.from({ length: EVENT_COUNT }, (_, type) =>
  (EVENT_CATEGORIES[type]! & EC.INTERNAL) !== 0 ? 1 : 0,
);

const portText = (port: number, l4proto: number): string =>
  serviceName(port, l4proto === L4_TCP ? 'tcp' : l4proto === L4_UDP ? 'udp' : '') ?? String(port);

/** By event code: none is wanted. */
const NO_EVENTS = new Uint8Array(EVENT_COUNT);

export class Reader {
  readonly inspector: Inspector;
  readonly context: FieldContext;
  private printer: Printer | null = null;
  /** What ends the output, although nothing may have been printed. */
  private last: Printer | null = null;
  /** The filter of -d. */
  private displayed: Predicate | null = null;
  private readonly summary: Summary | null;
  private readonly progress: Progress | null;
  private readonly begun = clockMs();
  /** Events handed to the printer. */
  private handed = 0;
  private dump: CaptureDump | null = null;
  private suppressed: SuppressedThreads | null = null;
  /** Events of all captures so far, and those of them that passed the filter, which -v tells. */
  private total = 0;
  private captured = 0;
  /** Ctrl-C, -n or -M ended the run. */
  private done = false;
  /** The time that -M gives has passed in this capture. */
  private spanOver = false;
  private interrupted = false;
  private abandoned = false;

  constructor(
    private readonly settings: Settings,
    private readonly output: Output,
    /** Chisels of the command line: they take the place of printing events. */
    private readonly chisels: ChiselSetup | null = null,
    /** The running system, in place of files. */
    private readonly live: LiveSession | null = null,
  ) {
    this.inspector = chisels?.inspector ?? new Inspector({ ignoreUsers: settings.ignoreUsers });
    this.context = chisels?.context ?? { inspector: this.inspector, settings: { ...settings.render } };
    if (settings.render.resolvePorts) this.inspector.state.portText = portText;
    if (settings.onlyOldEvents) this.inspector.codeLimit = EVENTS.findIndex((event) => !event.in0293);
    output.unbuffered = settings.unbuffered;
    this.summary = settings.summary ? new Summary(settings.onlyOldEvents) : null;
    const wanted = settings.progress === 'always' || (settings.progress === 'terminal' && process.stderr.isTTY);
    this.progress = wanted ? new Progress() : null;
  }

  /** Reads all captures. Throws CaptureError for damage, after everything before it was printed. */
  async run(): Promise<number> {
    const { settings, output } = this;
    // Made even when nothing is printed: a bad format is an error then too.
    const printer = makePrinter(settings, this.context, output);
    if (settings.filterProclist && settings.filter === '') {
      throw new UsageError('--filter-proclist: you must specify a filter that it can apply');
    }
    if (this.chisels === null) this.last = printer;
    if (!settings.quiet && settings.write === undefined && this.chisels === null) this.printer = printer;
    if (settings.filter !== '') await this.setFilter();
    if (settings.suppressed.length > 0) this.suppress(new Set(settings.suppressed));
    if (settings.write !== undefined) {
      const { openDump } = await import('./writing.js');
      this.dump = openDump(settings, this.context, settings.write, this.chisels?.run.fatfile ?? settings.fatfile);
    }
    let firstSignal = Number.NaN;
    const stop = () => {
      // A second signal does not wait for the walk. `timeout` sends one to the process and to its group: that is one signal.
      if (clockMs() - firstSignal > ONE_SIGNAL_MS) process.exit(130);
      if (Number.isNaN(firstSignal)) firstSignal = clockMs();
      this.interrupted = true;
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    try {
      if (this.live !== null) await this.readFile('', this.live);
      for (const file of this.settings.files) {
        if (this.done || this.interrupted) break;
        await this.readFile(file, null);
      }
    } finally {
      // After a signal the process is about to end: its twin must not take the last words away.
      if (Number.isNaN(firstSignal)) {
        process.off('SIGINT', stop);
        process.off('SIGTERM', stop);
      }
      this.finish();
    }
    if (this.live !== null) return this.liveStatus(this.live);
    return this.chiselStatus();
  }

  /**
   * Installs the filter of the command line; with -d it is for the lines of events alone, and chisels take the place of those.
   * Throws FilterError.
   */
  private async setFilter(): Promise<void> {
    const { chisels, settings } = this;
    const { compileFilter, compileReadingFilter } = await import('../sinsp/filter/index.js');
    try {
      if (settings.displayFilter) {
        const predicate = compileFilter(settings.filter, this.context);
        if (chisels === null) this.displayed = predicate;
        return;
      }
      const predicate = compileReadingFilter(settings.filter, this.context);
      if (!settings.internal) this.inspector.setFilter(predicate);
      // Internal events that were asked for are shown whatever the filter says.
      else this.inspector.setFilter({ test: (event) => INTERNAL[event.type] === 1 || predicate.test(event) });
    } catch (error) {
      this.chisels?.host.captureEnd();
      throw error;
    }
  }

  /** Ends the run as soon as can be; chisels have no last word. */
  abandon(): void {
    this.abandoned = true;
    this.interrupted = true;
  }

  /** Ctrl-C, or its like, ended the run. */
  get wasInterrupted(): boolean {
    return this.interrupted && !this.abandoned;
  }

  private chiselStatus(): number {
    return this.chisels !== null && this.chisels.host.failures > 0 ? EXIT_ERROR : EXIT_OK;
  }

  /** The watched command's status, if there was one, and what was lost decide. */
  private liveStatus(live: LiveSession): number {
    for (const text of [...live.lastWords, live.totals()]) process.stderr.write(`burin: ${text}\n`);
    if (this.settings.live.failOnDrop && live.source.stats().dropped > 0) return EXIT_LOST;
    return live.exitStatus ?? this.chiselStatus();
  }

  /** Lets no event of programs with these names through (-U). */
  private suppress(names: ReadonlySet<string>): void {
    const { inspector } = this;
    const suppressed = new SuppressedThreads(names);
    this.suppressed = suppressed;
    inspector.holdsBack = (event) => suppressed.holdsBack(event);
    if (this.settings.files.length === 0) inspector.onSection = () => suppressed.addRunning(inspector.state);
  }

  private async readFile(file: string, live: LiveSession | null): Promise<void> {
    const { inspector, chisels } = this;
    const again = this.total > 0;
    // -n counts in each capture anew.
    this.handed = 0;
    if (again) this.suppressed?.restart();
    if (chisels === null) {
      if (again) inspector.restart();
      await this.readSource(file, live);
      return;
    }
    try {
      if (again) chisels.run.nextCapture();
      // on_init still sees how the capture before ended.
      chisels.host.init();
      if (again) inspector.restart();
      chisels.run.sourceFile = file;
      await this.readSource(file, live);
      // Colours that a chisel left switched on end here, before the last word of all of them.
      if (this.output.isTerminal) this.output.writer.text('\x1b[00m');
    } finally {
      // Whatever ended the capture, chisels say what they have found.
      if (!this.abandoned) chisels.host.captureEnd();
    }
  }

  private async readSource(file: string, live: LiveSession | null): Promise<void> {
    const { inspector, chisels } = this;
    const source = live?.source ?? openCaptureFile(file);
    if (chisels !== null) {
      chisels.run.source = source;
      const { onSection, onRejected } = inspector;
      let started = false;
      inspector.onSection = () => {
        onSection?.();
        if (!started) chisels.host.captureStart();
        started = true;
      };
      inspector.onRejected = (event) => {
        onRejected?.(event);
        chisels.host.onRejected(event);
      };
    }
    try {
      if (live !== null) await this.walkLive(live);
      else await this.walk(source);
    } finally {
      this.total += inspector.eventCount;
      source.close();
    }
  }

  private async walk(source: EventSource): Promise<void> {
    const { inspector, output, progress } = this;
    if (this.copies()) {
      this.total += this.dump!.copy(source, () => progress?.tick(source, this.total));
      return;
    }
    const handler = this.handler();
    const host = this.chisels?.host;
    inspector.setInterest(this.interest(), host === undefined ? null : () => host.calm());
    this.offerLines();
    if (source.stats().bytesTotal >= LARGE_BYTES) leaveProcessorsToWalk();
    let turnEnds = clockMs() + TURN_MS;
    while (source.nextBatch()) {
      if (!inspector.walkBatch(source, handler)) {
        this.done = this.handed < this.settings.maxEvents && !this.spanOver;
        return;
      }
      const now = clockMs();
      if (now < turnEnds) continue;
      leaveProcessorsToWalk();
      // The progress line comes between whole lines of the output.
      if (output.isTerminal) progress === null ? output.handOut() : output.flush();
      progress?.tick(source, this.total + inspector.eventCount);
      await new Promise(setImmediate);
      if (this.interrupted) return;
      turnEnds = clockMs() + TURN_MS;
    }
  }

  /** Takes what comes until Ctrl-C, -M, -n, or the end of the watched command; then what is still on its way. */
  private async walkLive(live: LiveSession): Promise<void> {
    const { inspector, chisels } = this;
    const { source } = live;
    const copies = this.copies();
    // With chisels, the investigation tells the kernel what is wanted, whenever that changes.
    if (!copies && this.dump === null && chisels === null) {
      live.narrow(inspector.filterTypes, inspector.filterSelection);
    }
    if (chisels !== null) chisels.run.liveSource = source;
    const investigation = chisels === null ? null : await this.investigate(chisels, live);
    const handler = investigation?.handler(this.handler()) ?? this.handler();
    this.offerLines();
    try {
      await this.liveLoop(live, investigation, handler, copies);
    } finally {
      await investigation?.close();
    }
  }

  private async investigate(chisels: ChiselSetup, live: LiveSession): Promise<Investigation> {
    const { Investigation } = await import('./investigation.js');
    const investigation = new Investigation(this.settings, this.output, chisels, live);
    await investigation.start();
    return investigation;
  }

  private async liveLoop(
    live: LiveSession,
    investigation: Investigation | null,
    handler: (event: EventCursor) => boolean,
    copies: boolean,
  ): Promise<void> {
    const { inspector, output, settings, chisels } = this;
    const { source } = live;
    const { maxSeconds } = settings;
    const { statsSeconds } = settings.live;
    let reported = clockMs();
    let stopped = false;
    if (!copies) live.lookUpThreads(inspector.state);
    while (source.nextBatch()) {
      const turn = clockMs();
      if (source.end > source.start) {
        investigation?.beforeBatch(source);
        if (copies) this.dump!.copyBatch(source);
        else if (!inspector.walkBatch(source, handler)) {
          this.done = true;
          return;
        }
        this.dump?.flush();
      } else {
        chisels?.host.tick();
      }
      if (!copies) live.mend(inspector.state);
      const now = clockMs();
      investigation?.afterTurn(now - turn);
      output.handOut();
      if (statsSeconds > 0 && now - reported > statsSeconds * 1000) {
        reported = now;
        output.flush();
        process.stderr.write(`burin: ${live.totals()}\n`);
      }
      if (!stopped && (this.interrupted || investigation?.quit || now - this.begun > maxSeconds * 1000)) {
        stopped = true;
        source.stop();
      }
      await source.waitForEvents();
    }
  }

  /** Everything goes from one capture to the other, and nobody looks at events on the way. */
  private copies(): boolean {
    const { dump, settings } = this;
    if (dump === null || !dump.canCopy || this.chisels !== null || this.summary !== null) return false;
    if (settings.onlyOldEvents || settings.suppressed.length > 0) return false;
    return settings.maxEvents === Number.POSITIVE_INFINITY && !this.hasSpan;
  }

  /** What is done with each event that passes the filter; made once a capture, without anything that is not asked for. */
  private handler(): (event: EventCursor) => boolean {
    const handler = this.uncountedHandler();
    const { verbose } = this.settings;
    if (!verbose && !this.hasSpan) return handler;
    const counted = (event: EventCursor): boolean => {
      if (verbose) this.captured++;
      return handler(event);
    };
    return this.hasSpan ? this.withinSpan(counted) : counted;
  }

  /** A file is read up to a time: live the clock says when that has come, as events may not. */
  private get hasSpan(): boolean {
    return this.live === null && this.settings.maxSeconds !== Number.POSITIVE_INFINITY;
  }

  /** Ends with the first event that came later than -M after the first one that passed; -w still writes that. */
  private withinSpan(handler: (event: EventCursor) => boolean): (event: EventCursor) => boolean {
    const { dump } = this;
    const span = this.settings.maxSeconds * 1e9;
    let begin = Number.NaN;
    this.spanOver = false;
    return (event) => {
      if (Number.isNaN(begin)) begin = event.time;
      if (unsignedDuration(event.time - begin) < span) return handler(event);
      dump?.write(event);
      this.spanOver = true;
      return false;
    };
  }

  /** Which events the handler looks at, for the inspector; null: all. */
  private interest(): () => Uint8Array | null {
    const { printer } = this;
    const host = this.chisels?.host;
    if (this.takesAll) return () => null;
    if (host !== undefined) return () => host.wantedTypes();
    return () => (printer === null ? NO_EVENTS : null);
  }

  /** Tells the inspector what lines the handler writes, if that is all it does. */
  private offerLines(): void {
    const { internal } = this.settings;
    this.inspector.setLines(this.line(), (type) => internal || INTERNAL[type] === 0);
  }

  private line(): LineForm | null {
    if (this.takesAll || this.chisels !== null || this.displayed !== null || this.output.unbuffered) return null;
    return this.printer?.form ?? null;
  }

  /** The handler writes or counts every event, whatever is shown of it. */
  private get takesAll(): boolean {
    const { summary, settings, dump } = this;
    if (dump !== null || summary !== null || settings.verbose || this.hasSpan) return true;
    return settings.maxEvents !== Number.POSITIVE_INFINITY;
  }

  private uncountedHandler(): (event: EventCursor) => boolean {
    const { printer, summary, output, settings, displayed } = this;
    const { maxEvents, internal } = settings;
    const { writer } = output;
    const host = this.chisels?.host;
    const { dump } = this;
    if (dump !== null) {
      return (event) => {
        if (this.handed++ >= maxEvents) return false;
        dump.write(event);
        summary?.count(event);
        return (host === undefined || host.onEvent(event)) && this.handed < maxEvents;
      };
    }
    if (host !== undefined) {
      if (maxEvents === Number.POSITIVE_INFINITY) return (event) => host.onEvent(event);
      return (event) => this.handed++ < maxEvents && host.onEvent(event) && this.handed < maxEvents;
    }
    if (printer === null && summary === null && maxEvents === Number.POSITIVE_INFINITY) return () => true;
    if (printer !== null && summary === null && maxEvents === Number.POSITIVE_INFINITY && !output.unbuffered) {
      return (event) => {
        if (INTERNAL[event.type] === 1 && !internal) return true;
        if (displayed !== null && !displayed.test(event)) return true;
        printer.print(event);
        if (writer.length > 65536) writer.flush();
        return true;
      };
    }
    return (event) => {
      if (this.handed++ >= maxEvents) return false;
      summary?.count(event);
      const shown = printer !== null && (internal || INTERNAL[event.type] === 0) && (displayed?.test(event) ?? true);
      if (shown && printer.print(event)) output.lineDone();
      return this.handed < maxEvents;
    };
  }

  private finish(): void {
    const { output, settings } = this;
    this.progress?.finish();
    this.last?.finish();
    this.dump?.close();
    this.summary?.write(output.writer);
    output.flush();
    if (settings.verbose) {
      const seconds = (clockMs() - this.begun) / 1000;
      const stats = this.live?.source.stats();
      // A recording is copied without looking at events.
      const captured = this.copies() ? (stats?.delivered ?? this.total) : this.captured;
      process.stderr.write(
        `Driver Events:${stats?.seen ?? 0}\nDriver Drops:${stats?.dropped ?? 0}\nSuppressed by Comm:${this.suppressed?.count ?? 0}\n` +
          `Elapsed time: ${seconds.toFixed(3)}, ` +
          `Captured Events: ${captured}, ${(captured / seconds).toFixed(2)} eps\n`,
      );
    }
  }
}
