/**
 * The inspector walks a source event by event: it finds the events in the bytes, keeps the state they change, and asks
 * the filter. It is the loop in which everything else hangs.
 *
 * Order per event: what the previous event scheduled is removed, the thread is looked up and enter and exit are paired,
 * the filter runs (before parsing for events that do not modify state, after it for those that do), state changes.
 */
import type { EventSource } from '../capture/event-source.js';
import { CaptureError } from '../capture/event-source.js';
import { MetadataDamage } from '../scap/block-reader.js';
import {
  BLOCK_SECTION_HEADER,
  EVENT_V1_HEADER,
  EVENT_V2_HEADER,
  eventBlockKind,
  LARGE,
  LENGTH_OFF_BY_3,
  recoverParamCount,
  V2,
  WITH_FLAGS,
} from '../scap/event-blocks.js';
import { DUMP_FLAG_STATE_ONLY, DUMP_FLAG_TRACER, EventCursor, MAX_PARAMS } from './event.js';
import type { Predicate } from './filter/predicate.js';
import { EVERYTHING, type Selection } from './filter/selection.js';
import type { LineForm } from './format/line-form.js';
import { RawText } from './format/raw-text.js';
import { int64 } from './integers.js';
import { EF, EVENT_COUNT, EVENT_FLAGS, EVENTS, PPME } from './schema/index.js';
import { BEGIN, SOCKET_CALL } from './state/begin-kinds.js';
import { MARKS_NONE } from './state/fd-info.js';
import { State, type StateOptions } from './state/state.js';
import { Lines } from './stepper/lines.js';
import {
  AT_END,
  AT_EVENT,
  AT_FULL,
  AT_HAD,
  AT_LACK,
  AT_LINE,
  lacksMeans,
  STEPPER_THREADS,
  Stepper,
} from './stepper/stepper.js';

/** By event code: 1 for events that, at the start of a section, complete its header: containers, users, groups. */
const INITIAL_STATE = Uint8Array.from(EVENTS, (event) =>
  /^(CONTAINER(_JSON(_2)?)?|USER_(ADDED|DELETED)|GROUP_(ADDED|DELETED)|ASYNCEVENT)_E$/.test(event.enumName) ? 1 : 0,
);

/** By event code: all of them, and none. */
const ALL_TYPES = new Uint8Array(EVENT_COUNT).fill(1);
const NO_TYPES = new Uint8Array(EVENT_COUNT);

/** So many events come before a stepper is made: for fewer its start would cost more than it saves. */
const STEPPER_AFTER = 1000;
/** So many batches at most the inspector goes without its stepper where that does not pay. */
const PLAIN_BATCHES = 64;

export interface InspectorOptions extends StateOptions {
  /** Events to come before a stepper is made, for tests; Infinity: none ever. Default: what pays. */
  stepperAfter?: number;
  /** Threads that the stepper has room for, a power of two, for tests. */
  stepperThreads?: number;
}

/** What a consumer of events answers: false ends the walk. */
export type EventHandler = (event: EventCursor) => boolean;

/** Nanoseconds since 1970: between these, and at neither of them, the time of an event is of no interest. */
export interface Calm {
  readonly calmFrom: number;
  readonly calmTo: number;
}

/** What an inspector knew at some time. */
export interface InspectorSnapshot {
  readonly state: State;
  readonly eventCount: number;
}

export class Inspector {
  readonly event = new EventCursor();
  readonly rawText = new RawText();
  readonly state: State;
  /** Events delivered by the reader so far, hidden ones included. */
  eventCount = 0;
  /** Timestamps of the first and the latest event as unsigned halves. */
  firstTsHigh = 0;
  firstTsLow = 0;
  /** Set when a walk ended because its handler returned false. */
  stopped = false;
  private predicate: Predicate | null = null;
  /** Event codes from here on are skipped and take no number, as codes that nobody knows. */
  codeLimit = EVENT_COUNT;
  /** Says of which events nothing is to be known, when set: they take no number and change nothing. */
  holdsBack: ((event: EventCursor) => boolean) | null = null;
  /** By event code: 1 when the filter can match events of this code at all. */
  private readonly mayMatch = new Uint8Array(EVENT_COUNT).fill(1);
  private afterEventSeen = false;
  /** No event but those of INITIAL_STATE has come in this section. */
  private leading = true;

  /**
   * Called for every event that is not skipped, before the filter, when set: chisel intervals and -w of state events
   * hang here.
   */
  onEvery: ((event: EventCursor) => void) | null = null;
  /** Called for each metadata block after it was loaded: offset and length in the source's window. */
  onMetadataBlock: ((blockType: number, offset: number, length: number) => void) | null = null;
  /** Called when all metadata of a section is loaded, before its first event. */
  onSection: (() => void) | null = null;
  /**
   * Called for events the filter rejected, and for state-only events, after their effect on state.
   * Used by the fatfile mode of -w.
   */
  onRejected: ((event: EventCursor) => void) | null = null;
  /** Called for the events before the first proper one, which belong to the header in all but form. */
  onLeading: ((event: EventCursor) => void) | null = null;

  private interestOf: () => Uint8Array | null = () => null;
  private calmOf: (() => Calm) | null = null;
  /** What the handler writes of events, if it does nothing else; by event code, of which. */
  private line: LineForm | null = null;
  private lineOf: (type: number) => boolean = () => true;
  /** The stepper's, if it writes them. */
  private lines: Lines | null = null;
  private stepper: Stepper | null = null;
  /** Tells filters apart. */
  private filterNumber = 1;
  /** Events to come before a stepper is made; NaN: there is none for this state. */
  private untilStepper: number;
  private readonly stepperThreads: number;
  /** The stepper has to be told again what is wanted. */
  private stale = true;
  /**
   * Batches to walk plainly before the stepper is tried again: where most events are wanted, going to it and back for each
   * costs more than it saves.
   */
  private plainBatches = 0;
  /** So many it will be next time. */
  private nextPlain = 1;
  /** What it was told: which of the hooks were set. */
  private hooks = 0;
  /** A batch that the handler left: it is in the stepper already. */
  private readonly left = { source: null as EventSource | null, offset: 0, start: 0, end: 0 };

  constructor(options: InspectorOptions = {}) {
    this.state = new State(options);
    this.event.lookForFd = (event) => {
      this.state.attachFd(event, event.thread!);
      if (event.fdIsNew && event.fd !== null) event.fd.nameChanged = true;
    };
    this.untilStepper = options.stepperAfter ?? STEPPER_AFTER;
    this.stepperThreads = options.stepperThreads ?? STEPPER_THREADS;
  }

  /** Starts over for another capture; fields and filters made for this inspector stay valid. */
  restart(): void {
    this.state.reset();
    this.eventCount = 0;
    this.firstTsHigh = 0;
    this.firstTsLow = 0;
    this.stopped = false;
    this.afterEventSeen = false;
  }

  /** A copy of everything that events have changed so far; only between two events. */
  snapshot(): InspectorSnapshot {
    const state = new State(this.state.options);
    state.copyFrom(this.state);
    return { state, eventCount: this.eventCount };
  }

  /** Goes back to a snapshot of this inspector: the events since then can be walked again. */
  restore(snapshot: InspectorSnapshot): void {
    this.state.copyFrom(snapshot.state);
    this.eventCount = snapshot.eventCount;
  }

  /** By event code: 0 for events that make no difference to what the filter accepts; null when all may. */
  get filterTypes(): Uint8Array | null {
    return this.followsSpans ? null : (this.predicate?.eventTypes ?? null);
  }

  /** Processes and descriptors that the filter can accept. */
  get filterSelection(): Selection {
    return this.followsSpans ? EVERYTHING : (this.predicate?.selection ?? EVERYTHING);
  }

  /** Marks of any program may begin or end the spans that somebody asks for. */
  get followsSpans(): boolean {
    return this.state.tracers.tracking;
  }

  /** The filter that is set. */
  get filter(): Predicate | null {
    return this.predicate;
  }

  /** A filter is set. */
  get filtering(): boolean {
    return this.predicate !== null;
  }

  /** Sets or removes the filter; may be called at any time, also between two events. */
  setFilter(predicate: Predicate | null): void {
    this.predicate = predicate;
    if (predicate?.eventTypes) this.mayMatch.set(predicate.eventTypes);
    else this.mayMatch.fill(1);
    this.filterNumber++;
    this.state.slots.filterChanged();
    this.interestChanged();
  }

  /**
   * Which events the handler and onRejected look at, by event code; null: all of them, as they do when nothing is set. Asked
   * anew after {@link interestChanged}. It is no promise: they may get others too.
   * `calm`: those between two times, which may be others after each event; of all others they look at the time.
   */
  setInterest(interest: () => Uint8Array | null, calm: (() => Calm) | null = null): void {
    this.interestOf = interest;
    this.calmOf = calm;
    this.interestChanged();
  }

  /**
   * The handler does nothing but write a line in this form and answer true; for codes of which `shown` is false it does
   * nothing at all. Then the stepper may write lines in its place, and hand them to the writer's sink when there are many.
   * Null: it does more.
   */
  setLines(form: LineForm | null, shown: (type: number) => boolean = () => true): void {
    this.line = form !== null && Lines.serves(form) ? form : null;
    this.lineOf = shown;
    this.interestChanged();
  }

  /** What was given to {@link setInterest} has another answer now. */
  interestChanged(): void {
    this.stale = true;
    this.plainBatches = 0;
    this.nextPlain = 1;
  }

  /**
   * Walks all batches of a source. Returns when the source ends or the handler returns false.
   * Throws CaptureError for damage; everything before it has been delivered.
   */
  walk(source: EventSource, handler: EventHandler): void {
    this.stopped = false;
    while (source.nextBatch()) {
      if (!this.walkBatch(source, handler)) {
        this.stopped = true;
        return;
      }
    }
    this.state.removeScheduled();
  }

  /** Walks the current batch of a source; false when the handler wants no more. On false `source.start` is moved behind the event. */
  walkBatch(source: EventSource, handler: EventHandler): boolean {
    const event = this.event;
    if (event.bytes !== source.window) event.setWindow(source.window);
    const stepper = this.stepperFor(source);
    this.state.marking = stepper !== null;
    const done = stepper === null ? this.walkPlainly(source, handler) : this.walkInSteps(stepper, source, handler);
    if (done) source.start = source.end;
    return done;
  }

  private walkPlainly(source: EventSource, handler: EventHandler): boolean {
    const { view } = this.event;
    const { end } = source;
    for (let offset = source.start; offset < end; ) {
      const next = offset + view.getUint32(offset + 4, true);
      if (!this.walkBlock(source, offset, handler)) {
        source.start = next;
        return false;
      }
      offset = next;
    }
    return true;
  }

  /** The block at an offset of the source's window; false when the handler wants no more. */
  private walkBlock(source: EventSource, offset: number, handler: EventHandler): boolean {
    const { event } = this;
    if (event.standsFor !== null) event.setWindow(source.window);
    const { view } = event;
    const blockType = view.getUint32(offset, true);
    const blockLength = view.getUint32(offset + 4, true);
    const kind = eventBlockKind(blockType);
    if (kind < 0) {
      this.metadata(source, blockType, offset, blockLength);
      return true;
    }
    this.locate(source, kind, offset, blockLength);
    if (event.type < this.codeLimit) return this.holdsBack?.(event) === true || this.process(handler);
    this.state.skippedEvents++;
    return true;
  }

  /** The same with the stepper, which is loaded with the batch. */
  private walkInSteps(stepper: Stepper, source: EventSource, handler: EventHandler): boolean {
    const { event, state } = this;
    const { view } = event;
    const { end } = source;
    let offset = source.start;
    let passed = 0;
    let stops = 0;
    let told = false;
    const show: EventHandler = (cursor) => stepper.showLate(cursor) || handler(cursor);
    while (offset < end) {
      if (!state.slots.lent) {
        // There are more threads than it has room for: from here on all goes without it.
        this.stepper = null;
        this.untilStepper = Number.NaN;
        state.index = null;
        state.marking = false;
        source.start = offset;
        stepper.scheduleClose();
        return this.walkPlainly(source, handler);
      }
      if (this.stale) this.configure(stepper);
      if (!this.leading && this.afterEventSeen) {
        if (state.hasScheduled && eventBlockKind(view.getUint32(offset, true)) >= 0) state.removeScheduled();
        const { lines, calmOf } = this;
        if (calmOf !== null) {
          const { calmFrom, calmTo } = calmOf();
          const first = this.firstTsHigh * 0x1_0000_0000 + this.firstTsLow;
          stepper.setCalm(calmFrom - first, calmTo - first);
        }
        const status =
          lines === null
            ? stepper.step(offset, this.eventCount)
            : stepper.stepWithLines(lines, offset, this.eventCount, told);
        told = false;
        if (event.standsFor !== null) event.setWindow(source.window);
        const { count } = stepper;
        passed += count;
        if (count > 0) {
          this.eventCount += count;
          event.serial += count;
          event.num = this.eventCount;
          stepper.fillTime(event);
        }
        if (status === AT_END) break;
        offset = stepper.offset;
        if (status === AT_FULL) {
          lines!.handOut();
          continue;
        }
        if (status === AT_LACK) {
          lines!.tell(false);
          told = true;
          continue;
        }
        stops++;
        if (status === AT_HAD) {
          stepper.fillHad(event);
          offset += event.blockLength;
          if (handler(event)) continue;
          return this.leave(source, offset);
        }
        if (status === AT_LINE) {
          stepper.fillMade(event);
          offset += event.blockLength;
          if (show(event)) continue;
          return this.leave(source, offset);
        }
        if (status === AT_EVENT) {
          stepper.fill(event);
          offset += event.blockLength;
          if (this.finish(lines === null ? handler : show)) continue;
          return this.leave(source, offset);
        }
      }
      const next = offset + view.getUint32(offset + 4, true);
      const goesOn = this.walkBlock(source, offset, handler);
      stepper.setFirst(this.firstTsHigh, this.firstTsLow);
      if (!goesOn) return this.leave(source, next);
      offset = next;
    }
    this.judgeSteps(passed, stops);
    return true;
  }

  /** Decides by what a batch was like whether the next ones are stepped through. */
  private judgeSteps(passed: number, stops: number): void {
    if (4 * passed >= 5 * stops) {
      this.nextPlain = 1;
    } else {
      this.plainBatches = this.nextPlain;
      this.nextPlain = Math.min(this.nextPlain * 2, PLAIN_BATCHES);
    }
  }

  private leave(source: EventSource, offset: number): false {
    source.start = offset;
    this.stepper?.scheduleClose();
    const { left } = this;
    left.source = source;
    left.offset = source.windowOffset;
    left.start = offset;
    left.end = source.end;
    return false;
  }

  /** The stepper, ready for the source's batch; null where it cannot be used, or is not worth it yet. */
  private stepperFor(source: EventSource): Stepper | null {
    const { left } = this;
    if (this.stepper === null) {
      if (!(this.eventCount >= this.untilStepper)) return null;
      // Lines need as much memory as half of the threads.
      const threads = this.line === null ? this.stepperThreads : this.stepperThreads / 2;
      if (this.codeLimit < EVENT_COUNT || this.holdsBack !== null || !Stepper.canServe(this.state, threads)) {
        this.untilStepper = Number.NaN;
        return null;
      }
      try {
        this.stepper = new Stepper(this.state, threads, this.line, this.rawText);
      } catch (error) {
        if (!lacksMeans(error)) throw error;
        this.untilStepper = Number.NaN;
        return null;
      }
      this.event.paramOffsets = this.stepper.paramOffsets;
      this.event.paramLengths = this.stepper.paramLengths;
    }
    const { stepper } = this;
    if (!this.state.slots.lent) return stepper;
    const hooks = (this.onEvery === null ? 0 : 1) | (this.onRejected === null ? 0 : 2) | (this.followsSpans ? 4 : 0);
    if (hooks !== this.hooks) this.interestChanged();
    this.hooks = hooks;
    const same =
      left.source === source &&
      left.offset === source.windowOffset &&
      left.start === source.start &&
      left.end === source.end;
    left.source = null;
    if (this.plainBatches > 0) {
      this.plainBatches--;
      return null;
    }
    if (same) return stepper;
    stepper.setFirst(this.firstTsHigh, this.firstTsLow);
    if (source.moveWindow !== undefined && source.window.buffer !== stepper.window.buffer) {
      source.moveWindow(stepper);
      if (this.event.bytes !== source.window) this.event.setWindow(source.window);
    }
    return stepper.load(source.window, source.start, source.end) ? stepper : null;
  }

  /** Tells the stepper which events are wanted, and which lose their partner because the filter cannot accept them. */
  private configure(stepper: Stepper): void {
    this.stale = false;
    if (this.calmOf === null) stepper.setCalm(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    const { predicate, mayMatch, line, lineOf } = this;
    const certain = predicate === null ? ALL_TYPES : (predicate.certainTypes ?? NO_TYPES);
    const interest = this.interestOf();
    const everything = this.onEvery !== null || (predicate !== null && this.onRejected !== null && interest === null);
    const writesLines = line !== null && stepper.lines?.form === line;
    this.lines = writesLines ? stepper.lines : null;
    stepper.configure(
      predicate,
      this.filterNumber,
      (type) => {
        if (everything) return 'all';
        if (certain[type] === 0) return mayMatch[type] === 0 ? 'none' : 'filter';
        if (writesLines) return lineOf(type) ? 'line' : 'none';
        return interest === null || interest[type] !== 0 ? 'all' : 'none';
      },
      // An event that modifies state does so whether the filter lets it through or not.
      (type) => certain[type] === 0 && (EVENT_FLAGS[type]! & EF.MODIFIES_STATE) === 0 && !everything,
      (type) => writesLines && lineOf(type),
      !everything && !writesLines,
      certain,
      this.readsMarks,
    );
  }

  /** Tracer marks make a difference where the filter cannot accept the ends of writes. */
  private get readsMarks(): boolean {
    const { mayMatch } = this;
    const isShown = [PPME.TRACER_E, PPME.TRACER_X, PPME.SYSCALL_WRITE_E].some((type) => mayMatch[type] !== 0);
    return this.followsSpans || (isShown && mayMatch[PPME.SYSCALL_WRITE_X] === 0);
  }

  /** The filter did not let an event through: perhaps it lets none of its thread through, or of its descriptor. */
  private noteExclusion(event: EventCursor): void {
    const { thread } = event;
    const { excludesFd, excludesKinds, selection } = this.predicate!;
    if (excludesFd !== undefined) this.stepper?.noteWithoutFd(event, excludesFd);
    if (excludesFd !== undefined && (BEGIN[event.type]! & SOCKET_CALL) === 0) {
      if (this.state.noteExcludedFd(event, excludesFd)) this.stepper?.excludeOpens(event.fd!, excludesKinds === true);
    }
    const who = selection?.who ?? null;
    if (who === null || thread === null || thread.excludedBy === this.filterNumber) return;
    if (who.pids.has(thread.pid) || who.tids.has(thread.tid) || who.names.has(thread.comm.text)) return;
    thread.excludedBy = this.filterNumber;
  }

  /** Reads the event's header into the cursor, checking every length. */
  private locate(source: EventSource, kind: number, offset: number, blockLength: number): void {
    const event = this.event;
    const view = event.view;
    const blockEnd = offset + blockLength - 4;
    let at = offset + 8;
    const header = kind & V2 ? EVENT_V2_HEADER : EVENT_V1_HEADER;
    const minimum = kind & WITH_FLAGS ? at + 6 + header : at + 2 + header;
    if (minimum > blockEnd) throw this.damage(source, offset, `event block of ${blockLength} bytes is too short`);
    event.cpu = view.getUint16(at, true);
    if (kind & WITH_FLAGS) {
      event.dumpFlags = view.getUint32(at + 2, true);
      at += 6;
    } else {
      event.dumpFlags = 0;
      at += 2;
    }
    const tsLow = view.getUint32(at, true);
    const tsHigh = view.getUint32(at + 4, true);
    const type = view.getUint16(at + 20, true);
    const length = view.getUint32(at + 16, true);
    event.blockOffset = offset;
    event.blockLength = blockLength;
    event.headerOffset = at;
    event.tsLow = tsLow;
    event.tsHigh = tsHigh;
    event.tid = int64(view, at + 8);
    event.type = type;
    event.serial++;
    if (type >= this.codeLimit) return;
    if (at + length > blockEnd) {
      throw this.damage(source, offset, `event length ${length} does not fit its block of ${blockLength} bytes`);
    }
    event.lengthsOffset = at + header;
    let nparams: number;
    if (kind & V2) {
      nparams = view.getUint32(at + 22, true);
      const lengthSize = kind & LARGE ? 4 : 2;
      event.lengthSize = lengthSize;
      const data = at + header + nparams * lengthSize;
      if (data > at + length) {
        throw this.damage(source, offset, `event length ${length} does not fit its ${nparams} parameters`);
      }
      event.dataOffset = data;
      event.nparams = nparams;
      if (event.locateParams() > at + length) {
        throw this.damage(source, offset, 'parameters reach beyond the end of their event');
      }
      // No table has that many; what is beyond is not looked at.
      if (nparams > MAX_PARAMS) nparams = MAX_PARAMS;
    } else {
      event.lengthSize = 2;
      nparams = recoverParamCount(view, at, length, type, blockEnd);
      if (nparams < 0) throw this.damage(source, offset, `parameter lengths of an event of type ${type} do not add up`);
      if (nparams >= LENGTH_OFF_BY_3) {
        nparams -= LENGTH_OFF_BY_3;
      }
      event.dataOffset = at + header + nparams * 2;
      event.nparams = nparams;
      event.locateParams();
    }
    // Without newer events there are no newer parameters either.
    if (this.codeLimit < EVENT_COUNT && nparams > EVENTS[type]!.shown) nparams = EVENTS[type]!.shown;
    event.nparams = nparams;
  }

  private damage(source: EventSource, offset: number, reason: string): CaptureError {
    return new CaptureError(source.name, reason, source.windowOffset + offset);
  }

  private metadata(source: EventSource, blockType: number, offset: number, length: number): void {
    if (blockType === BLOCK_SECTION_HEADER && this.afterEventSeen) {
      // A new section: its tables are read again, event numbers go on.
      this.state.reset();
      this.afterEventSeen = false;
    }
    try {
      this.state.loadBlock(source, blockType, offset, length);
    } catch (error) {
      if (!(error instanceof MetadataDamage)) throw error;
      throw new CaptureError(source.name, error.reason, source.windowOffset + error.offset);
    }
    this.onMetadataBlock?.(blockType, offset, length);
  }

  /** An event that belongs to the header in all but form: it changes state, and is neither filtered nor shown. */
  private initialState(): void {
    const { event, state } = this;
    // Newer kinds do not even take a number: readers that do not know them skip them.
    if (event.info.in0293) this.eventCount++;
    event.num = this.eventCount;
    event.time = 0;
    state.begin(event);
    this.onEvery?.(event);
    state.apply(event);
    this.onLeading?.(event);
  }

  /** All metadata of the section is loaded: events come now. Happens by itself with the first event. */
  beginSection(): void {
    if (this.afterEventSeen) return;
    this.afterEventSeen = true;
    this.leading = true;
    this.state.headerComplete();
    this.onSection?.();
  }

  /** Everything that happens for the event under the cursor. */
  private process(handler: EventHandler): boolean {
    const { event, state } = this;
    if (!this.afterEventSeen) this.beginSection();
    state.removeScheduled();
    if (this.leading) {
      if (INITIAL_STATE[event.type] !== 0) {
        this.initialState();
        return true;
      }
      this.leading = false;
      if (this.firstTsHigh === 0 && this.firstTsLow === 0) {
        this.firstTsHigh = event.tsHigh;
        this.firstTsLow = event.tsLow;
      }
    }
    event.num = ++this.eventCount;
    event.time = (event.tsHigh - this.firstTsHigh) * 0x1_0000_0000 + (event.tsLow - this.firstTsLow);
    state.begin(event);
    return this.finish(handler);
  }

  /** What happens once the event's thread and descriptor are known. */
  private finish(handler: EventHandler): boolean {
    const { event, state } = this;
    const { type } = event;
    this.onEvery?.(event);
    const predicate = this.predicate;
    if (predicate === null) {
      state.apply(event);
      return event.withheld ? this.withhold() : this.accept(handler);
    }
    const isPlain = (EVENT_FLAGS[type]! & EF.MODIFIES_STATE) === 0;
    if (isPlain && (type !== PPME.SYSCALL_WRITE_X || !this.mayBeMark())) {
      if (this.mayMatch[type] === 0 || !predicate.test(event)) {
        state.rejected(event);
        if (this.stepper !== null) this.noteExclusion(event);
        this.onRejected?.(event);
        return true;
      }
      state.apply(event);
      if (event.withheld) return this.withhold();
    } else {
      state.apply(event);
      // A filter that lets it through has the last word.
      event.withheld = false;
      if (this.mayMatch[event.type] === 0 || !predicate.test(event)) {
        if (this.stepper !== null) this.noteExclusion(event);
        this.onRejected?.(event);
        return true;
      }
    }
    return this.accept(handler);
  }

  /** Nothing is to be seen of the event. */
  private withhold(): true {
    this.event.withheld = false;
    return true;
  }

  /** The event, the end of a write, may be a tracer mark: it has to be read before the filter is asked. */
  private mayBeMark(): boolean {
    const { event, state } = this;
    const { thread } = event;
    // It has its descriptor even where the filter rejected the beginning.
    if (event.fd === null && thread !== null) state.attachFd(event, thread);
    if (event.fd !== null && event.fd.marks !== MARKS_NONE) return true;
    if ((event.dumpFlags & DUMP_FLAG_TRACER) === 0) return false;
    event.fd = null;
    return true;
  }

  /** The event has passed the filter: the handler gets it, unless it is there for its effect only. */
  private accept(handler: EventHandler): boolean {
    const { event } = this;
    if ((event.dumpFlags & DUMP_FLAG_STATE_ONLY) !== 0) {
      this.onRejected?.(event);
      return true;
    }
    this.state.accepted(event);
    return handler(event);
  }
}
