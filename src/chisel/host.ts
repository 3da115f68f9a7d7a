/**
 * Runs chisels over a capture: loads them, calls their callbacks in the right order, and keeps one chisel's error from
 * losing what the others have to say.
 *
 * Order per run: load and bind arguments (while options are read), init, capture start, events, capture end.
 */
import type { EventCursor } from '../sinsp/event.js';
import { EVERYTHING, either, type Selection } from '../sinsp/filter/selection.js';
import { splitTimestamp } from '../sinsp/format/time.js';
import type { Calm } from '../sinsp/inspector.js';
import { joinArguments, takesArgumentWord } from './arguments.js';
import { Chisel, type ChiselOptions } from './chisel.js';
import { ChiselError } from './errors.js';
import type { ChiselServices } from './services.js';

/** How far behind the clock the intervals of a quiet live capture are. */
const QUIET_LAG_MS = 300;

/** A chisel that hands over to itself never starts. */
const MAX_HANDOVERS = 100;

/** What a chisel was started as: the same words start its new version after a change. */
export interface ChiselOrigin {
  readonly name: string;
  /** The argument word of the command line. */
  word: string | undefined;
}

const ALWAYS_CALM: Calm = { calmFrom: Number.NEGATIVE_INFINITY, calmTo: Number.POSITIVE_INFINITY };

export class ChiselHost {
  readonly chisels: Chisel[] = [];
  /** By position of the chisel. */
  readonly origins: ChiselOrigin[] = [];
  /** An event has passed the command-line filter: the functions of `evt` may be called. */
  eventSeen = false;
  /** on_capture_start is running or has run. */
  captureOpen = false;
  /** Command line of a second run, asked for with `sysdig.run_app`. */
  runAgain: string | undefined;
  /** Errors that stopped a chisel while the others went on. */
  failures = 0;
  /**
   * An error in a chisel stops that chisel, not the run: somebody is there who will mend it. Set while files are watched.
   */
  keepGoing = false;
  /** Writes the recorded past to a capture, for `chisel.snapshot`; null where nothing is recorded. */
  takeSnapshot: (() => void) | null = null;
  private alone: Chisel | null = null;
  /** Files of each chisel that was loaded or failed to. */
  private readonly filesByLoad: Set<string>[] = [];

  constructor(readonly services: ChiselServices) {}

  /** Loads a chisel. Throws ChiselError. */
  load(name: string): Chisel {
    const files = new Set<string>();
    this.filesByLoad.push(files);
    const chisel = new Chisel(name, this, this.services, { files });
    this.chisels.push(chisel);
    this.origins.push({ name, word: undefined });
    return chisel;
  }

  /**
   * Loads a chisel of the command line and binds its arguments.
   * @param rest the words after its name
   * @returns how many of them it takes: 0 or 1
   */
  loadFromCommandLine(name: string, rest: readonly string[]): number {
    const chisel = this.load(name);
    const isFilter = (text: string) => {
      try {
        this.services.compileFilter(text);
        return true;
      } catch {
        return false;
      }
    };
    try {
      const takes = takesArgumentWord(name, chisel.declared, rest, isFilter);
      // Lua sees bytes.
      const word = takes ? Buffer.from(rest[0]!, 'utf8').toString('latin1') : undefined;
      this.origins[this.origins.length - 1]!.word = word;
      chisel.setArgumentWord(word);
      return takes ? 1 : 0;
    } catch (error) {
      // It was never in the run: it is not asked for its on_capture_end.
      this.chisels.pop();
      throw error;
    }
  }

  /** Every file that was read as Lua so far, for a chisel that failed to load, too. */
  files(): Set<string> {
    return new Set(this.filesByLoad.flatMap((files) => [...files]));
  }

  /** on_init of every chisel, and of those they hand over to. Throws ChiselError. */
  init(): void {
    this.eventSeen = false;
    this.captureOpen = false;
    this.chisels.forEach((chisel, index) => {
      this.chisels[index] = this.initOne(chisel, this.services, {}, (by) => {
        this.chisels[index] = by;
      });
    });
    this.alone = this.chisels.length === 1 ? this.chisels[0]! : null;
  }

  /** on_init of a chisel; returns it, or the one it handed over to. Throws ChiselError. */
  initOne(
    chisel: Chisel,
    services: ChiselServices,
    options: ChiselOptions = {},
    replaced?: (by: Chisel) => void,
  ): Chisel {
    let current = chisel;
    current.init();
    for (let hops = 0; current.execRequest !== null; hops++) {
      if (hops === MAX_HANDOVERS)
        throw new ChiselError(`chisel ${current.name}: chisel.exec handed over ${hops} times in a row`);
      const { name, args } = current.execRequest;
      const { files } = current;
      current.close();
      current = new Chisel(name, this, services, { ...options, files });
      // From here on this one is asked for its on_capture_end, whatever happens.
      replaced?.(current);
      current.setArgumentWord(joinArguments(args));
      current.init();
    }
    return current;
  }

  /** Puts a new version in the place of a chisel, between two events. */
  replace(index: number, chisel: Chisel): void {
    this.chisels[index] = chisel;
    if (this.alone !== null) this.alone = chisel;
    this.services.inspector.interestChanged();
  }

  /** on_capture_start of every chisel. Throws ChiselError. */
  captureStart(): void {
    this.captureOpen = true;
    for (const chisel of this.chisels) chisel.captureStart();
  }

  /** An event that passed the command-line filter. False ends the capture. Throws ChiselError. */
  onEvent(event: EventCursor): boolean {
    if (!this.eventSeen) this.firstEvent();
    const { alone } = this;
    if (alone !== null) {
      if (alone.disabled) return true;
      if (alone.timer.active) this.interval(alone, event);
      else alone.timer.touch();
      this.deliver(alone, event);
      return !alone.ended;
    }
    for (const chisel of this.chisels) {
      if (chisel.disabled) continue;
      if (chisel.timer.active) this.interval(chisel, event);
      else chisel.timer.touch();
      this.deliver(chisel, event);
      if (chisel.ended) return false;
    }
    return true;
  }

  /** The same for one chisel that need not be in place yet: the recorded past. Throws ChiselError for any error in it. */
  replayEvent(chisel: Chisel, event: EventCursor): boolean {
    this.eventSeen = true;
    this.replayTime(chisel, event);
    chisel.deliver(event);
    return !chisel.endRequested;
  }

  /** Its intervals alone, for an event that the command-line filter rejected. Throws ChiselError. */
  replayTime(chisel: Chisel, event: EventCursor): void {
    if (!chisel.timer.active) chisel.timer.touch();
    else if (!chisel.timer.isCalm(event.tsHigh, event.tsLow)) {
      chisel.checkInterval((BigInt(event.tsHigh) << 32n) | BigInt(event.tsLow));
    }
  }

  /** An event that the command-line filter rejected: only intervals look at its time. */
  onRejected(event: EventCursor): void {
    for (const chisel of this.chisels) {
      if (chisel.timer.active && !chisel.disabled) this.interval(chisel, event);
      else chisel.timer.touch();
    }
  }

  /** A live capture is quiet: intervals go by all the same, a little behind the clock so that no event comes before. */
  tick(milliseconds = Date.now()): void {
    if (!this.captureOpen) return;
    for (const chisel of this.chisels) {
      if (!chisel.timer.active || chisel.disabled) continue;
      this.guard(chisel, () => chisel.checkInterval(BigInt(milliseconds - QUIET_LAG_MS) * 1_000_000n, true));
    }
  }

  private firstEvent(): void {
    this.eventSeen = true;
    for (const { lua } of this.chisels) lua.globals.set('sievt', lua.userdata(this));
  }

  /** By event code: 1 for events that at least one chisel can want; null when one of them may want all. */
  wantedTypes(): Uint8Array | null {
    let wanted: Uint8Array | null = null;
    for (const chisel of this.chisels) {
      const types = chisel.eventTypes;
      if (types === undefined) return null;
      wanted = wanted === null ? types.slice() : wanted.map((value, code) => value | types[code]!);
    }
    return wanted;
  }

  /** Between which times no interval of any chisel is due. */
  calm(): Calm {
    const { alone } = this;
    if (alone !== null) return alone.timer.active ? alone.timer : ALWAYS_CALM;
    let calmFrom = Number.NEGATIVE_INFINITY;
    let calmTo = Number.POSITIVE_INFINITY;
    for (const { timer } of this.chisels) {
      if (!timer.active) continue;
      calmFrom = Math.max(calmFrom, timer.calmFrom);
      calmTo = Math.min(calmTo, timer.calmTo);
    }
    return { calmFrom, calmTo };
  }

  /** Processes and descriptors that at least one chisel can want. */
  wantedSelection(): Selection {
    return this.chisels.length === 0 ? EVERYTHING : this.chisels.map(({ selection }) => selection).reduce(either);
  }

  private interval(chisel: Chisel, event: EventCursor): void {
    if (chisel.timer.isCalm(event.tsHigh, event.tsLow)) return;
    const now = (BigInt(event.tsHigh) << 32n) | BigInt(event.tsLow);
    this.guard(chisel, () => chisel.checkInterval(now));
  }

  private deliver(chisel: Chisel, event: EventCursor): void {
    try {
      chisel.deliver(event);
    } catch (error) {
      this.stopOrThrow(chisel, error);
    }
  }

  private guard(chisel: Chisel, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.stopOrThrow(chisel, error);
    }
  }

  /** A chisel that hit a limit is stopped and the capture goes on; any other error ends the run. */
  private stopOrThrow(chisel: Chisel, error: unknown): void {
    if (!(error instanceof ChiselError) || (!chisel.disabled && !this.keepGoing)) throw error;
    chisel.disabled = true;
    if (chisel.tooLarge) chisel.release();
    this.failures++;
    this.services.complain(`${error.message}; chisel ${chisel.name} gets no more events`);
  }

  /** on_capture_end of every chisel. */
  captureEnd(): void {
    const { inspector } = this.services;
    const { event } = inspector;
    const time = { seconds: 0, nanoseconds: 0 };
    let delta = 0;
    if (inspector.eventCount > 0) {
      splitTimestamp(event.tsHigh, event.tsLow, time);
      delta = event.time;
    }
    for (const chisel of this.chisels) chisel.captureEnd(time.seconds, time.nanoseconds, delta);
  }

  close(): void {
    for (const chisel of this.chisels) chisel.close();
  }
}
