/**
 * Hot reload: a changed chisel is loaded and initialised in a fresh Lua state beside the running one, and takes its place
 * between two events only when all of that succeeded, the replay of the past included. Until then nothing of it shows:
 * its output, its complaints and its changes of filter and settings are held back, and dropped when it fails.
 *
 * What survives: `chisel.data` always; global tables that the new version leaves empty are filled from the old version's
 * (mode `keep`); `on_reload(old)` of the new version gets all plain globals of the old one; `on_dispose()` of the old
 * version runs last.
 */

import { setFlagsFromString } from 'node:v8';
import { LuaLimitError, type LuaLimits } from '../lua/vm.js';
import type { Predicate } from '../sinsp/filter/predicate.js';
import { carryGlobals, copyPlain, oldGlobalsTable } from './carry-over.js';
import { Chisel } from './chisel.js';
import { ChiselError } from './errors.js';
import type { ChiselHost } from './host.js';
import type { ChiselServices, RunInfo } from './services.js';

/** What becomes of the data of the version before. */
export type ReloadMode = 'keep' | 'fresh';

/** Seconds that the main chunk, on_init, on_capture_start, on_reload and the old version's on_dispose may take, each. */
const START_LIMIT_SECONDS = 1;
/** Characters of held-back output kept for a terminal: what scrolled off long ago is of no use there. */
const TERMINAL_KEEPS = 1 << 18;

export interface ReloadOptions {
  mode: ReloadMode;
  /** When the reload began, as `performance.now()` counts. */
  started?: number;
  /**
   * Runs the new version over the past before it takes over, and answers how many events that were. What it throws is an
   * error of the new version.
   */
  replay?: ((chisel: Chisel) => number | undefined) | undefined;
}

export interface ReloadResult {
  ok: boolean;
  /** The whole line for the user when it failed. */
  error?: Error;
  /** What the new version complained about while it was tried; for the user when it failed, told already else. */
  complaints: readonly string[];
  /** Files that the new version has read: the ones to watch, whether it failed or not. */
  files: ReadonlySet<string>;
  /** Milliseconds the reload took. */
  milliseconds: number;
  /** Global tables whose contents were carried over. */
  carried: readonly string[];
  /** Events of the past that the new version has seen. */
  replayed: number | undefined;
}

/** A version that is not in place yet: what it does to the outside waits here. */
class Candidate {
  readonly services: ChiselServices;
  readonly complaints: string[] = [];
  private readonly effects: (() => void)[] = [];
  private text: string[] = [];
  private length = 0;
  private filter: Predicate | undefined;
  private format: Parameters<RunInfo['setBufferFormat']> | undefined;
  private inPlace = false;
  /** It wanted the program to end, whether or not its Lua caught the error it got for that. */
  ended: string | undefined;

  constructor(private readonly outer: ChiselServices) {
    this.services = {
      ...outer,
      print: (text) => (this.inPlace ? outer.print(text) : this.hold(text)),
      flush: () => outer.flush(),
      exit: (code) => {
        if (this.inPlace) return outer.exit(code);
        this.ended = `it ended itself with os.exit(${code})`;
        throw new LuaLimitError(this.ended);
      },
      complain: (line) => {
        if (this.inPlace) outer.complain(line);
        else this.complaints.push(line);
      },
      log: (severity, text) => this.effect(() => outer.log(severity, text)),
      compileFormat: (format) => outer.compileFormat(format, () => (this.inPlace ? undefined : this.hold)),
      run: this.heldRun(outer.run),
    };
  }

  private readonly hold = (text: string): void => {
    this.text.push(text);
    this.length += text.length;
    if (this.length > 2 * TERMINAL_KEEPS && this.outer.run.isTty()) {
      this.text = [this.text.join('').slice(-TERMINAL_KEEPS)];
      this.length = TERMINAL_KEEPS;
    }
  };

  private effect(action: () => void): void {
    if (this.inPlace) action();
    else this.effects.push(action);
  }

  private heldRun(run: RunInfo): RunInfo {
    return {
      isLive: () => run.isLive(),
      isTty: () => run.isTty(),
      terminalSize: () => run.terminalSize(),
      filterText: () => run.filterText(),
      sourceName: () => run.sourceName(),
      readProgress: () => run.readProgress(),
      get printContainerData() {
        return run.printContainerData;
      },
      get jsonOutput() {
        return run.jsonOutput;
      },
      get bufferFormatChosen() {
        return run.bufferFormatChosen;
      },
      setFilter: (text) => {
        // A bad filter is the new version's error, now.
        if (!this.inPlace) this.filter = this.outer.compileFilter(text);
        this.effect(() => run.setFilter(text));
      },
      removeFilter: () => this.effect(() => run.removeFilter()),
      setBufferFormat: (...format) => {
        this.format = format;
        this.effect(() => run.setBufferFormat(...format));
      },
      setSnaplen: (bytes) => this.effect(() => run.setSnaplen(bytes)),
      setFatfileMode: (on) => this.effect(() => run.setFatfileMode(on)),
    };
  }

  /** Does something with the filter and formats the new version asked for, and goes back to those of now. */
  tryOn<T>(action: () => T): T {
    const { inspector, context, run } = this.outer;
    const { filter } = inspector;
    const { bufferFormat, json } = context.settings;
    if (this.filter !== undefined) inspector.setFilter(this.filter);
    if (this.format !== undefined) run.setBufferFormat(...this.format);
    try {
      return action();
    } finally {
      inspector.setFilter(filter);
      run.setBufferFormat(bufferFormat, json);
    }
  }

  /** It is in place: what waited happens, in order, and from now on everything at once. */
  release(): void {
    this.inPlace = true;
    for (const action of this.effects) action();
    for (const line of this.complaints) this.outer.complain(line);
    const text = this.outer.run.isTty() ? [this.text.join('').slice(-TERMINAL_KEEPS)] : this.text;
    for (const part of text) this.outer.print(part);
    this.text = [];
    this.effects.length = 0;
  }
}

/**
 * V8 keeps scripts that it has compiled until memory runs short: with a chisel that is edited all day, every version. The
 * Lua side has a cache of its own, and does without that one. To be called once where reloads are to be expected.
 */
export function forgetOldScripts(): void {
  setFlagsFromString('--no-compilation-cache');
}

const atMost = (limits: LuaLimits, seconds: number): LuaLimits => ({
  ...limits,
  callSeconds: Math.min(limits.callSeconds ?? seconds, seconds),
});

/** Reloads the chisel at a position. The running version stays when anything about the new one fails. */
export function reloadChisel(host: ChiselHost, index: number, options: ReloadOptions): ReloadResult {
  const { mode, replay, started = performance.now() } = options;
  const old = host.chisels[index]!;
  const origin = host.origins[index]!;
  const { lua } = host.services;
  const candidate = new Candidate(host.services);
  const { services, complaints } = candidate;
  const files = new Set<string>();
  const { runAgain } = host;
  const starting = {
    limits: atMost(lua.limits, START_LIMIT_SECONDS),
    data: mode === 'keep' ? (state: Chisel['lua']) => copyPlain(old.lua, state, old.data) : undefined,
    files,
  };
  const result = { complaints, files, carried: [] as string[], replayed: undefined as number | undefined };
  let fresh: Chisel | undefined;
  try {
    fresh = new Chisel(origin.name, host, services, starting);
    fresh.setArgumentWord(origin.word);
    fresh = host.initOne(fresh, services, starting);
    if (host.captureOpen) fresh.captureStart();
    if (mode === 'keep') result.carried = carryGlobals(old.lua, fresh.lua, old.builtinGlobals);
    fresh.callOptional('on_reload', oldGlobalsTable(old.lua, fresh.lua, old.builtinGlobals));
    fresh.lua.setLimits(lua.limits);
    if (replay !== undefined) {
      const version = fresh;
      result.replayed = candidate.tryOn(() => replay(version));
    }
    if (candidate.ended !== undefined) throw new ChiselError(`chisel ${origin.name}: ${candidate.ended}`);
    if (result.replayed === undefined && mode === 'keep') fresh.timer.continueFrom(old.timer);
  } catch (error) {
    fresh?.close();
    host.runAgain = runAgain;
    return { ...result, ok: false, error: error as Error, milliseconds: performance.now() - started };
  }
  dispose(old, host);
  host.replace(index, fresh);
  if (old.setsCaptureFilter && !fresh.setsCaptureFilter) host.services.run.removeFilter();
  candidate.release();
  old.close();
  return { ...result, ok: true, milliseconds: performance.now() - started };
}

/** The old version's last word; an error in it keeps nobody from going on. */
function dispose(old: Chisel, host: ChiselHost): void {
  try {
    old.lua.setLimits(atMost(host.services.lua.limits, START_LIMIT_SECONDS));
    old.callOptional('on_dispose');
  } catch (error) {
    host.services.complain((error as Error).message);
  }
}
