/**
 * Hot reload: a changed chisel is loaded and initialised in a fresh Lua state beside the running one, and takes its place
 * between two events only when all of that succeeded. Until then nothing of it shows: its output and its changes of
 * filter and settings are held back, and dropped when it fails.
 *
 * What survives: `chisel.data` always; global tables that the new version leaves empty are filled from the old version's
 * (mode `keep`); `on_reload(old)` of the new version gets all plain globals of the old one; `on_dispose()` of the old
 * version runs last.
 */

import { carryGlobals, copyPlain, oldGlobalsTable } from './carry-over.js';
import { Chisel } from './chisel.js';
import type { ChiselHost } from './host.js';
import type { ChiselServices, RunInfo } from './services.js';

/** What becomes of the data of the version before. */
export type ReloadMode = 'keep' | 'fresh';

/** The new version's main chunk, on_init and on_capture_start may take this long, seconds. */
const START_LIMIT_SECONDS = 1;

export interface ReloadResult {
  ok: boolean;
  /** The whole line for the user when it failed. */
  error?: Error;
  /** Milliseconds the reload took. */
  milliseconds: number;
  /** Global tables whose contents were carried over. */
  carried: string[];
}

/** Services of a version that is not in place yet: effects wait in `pending`. */
function heldBack(services: ChiselServices): { services: ChiselServices; release(): void } {
  const pending: (() => void)[] = [];
  const { run } = services;
  const later =
    <Args extends unknown[]>(effect: (...args: Args) => void) =>
    (...args: Args) => {
      pending.push(() => effect(...args));
    };
  let open = false;
  const heldRun: RunInfo = {
    isLive: () => run.isLive(),
    isTty: () => run.isTty(),
    terminalSize: () => run.terminalSize(),
    filterText: () => run.filterText(),
    sourceName: () => run.sourceName(),
    readProgress: () => run.readProgress(),
    printContainerData: run.printContainerData,
    jsonOutput: run.jsonOutput,
    bufferFormatChosen: run.bufferFormatChosen,
    setFilter: (text) => {
      if (open) {
        run.setFilter(text);
        return;
      }
      // A bad filter is the new version's error, now.
      services.compileFilter(text);
      pending.push(() => run.setFilter(text));
    },
    setBufferFormat: (format, json) =>
      (open ? run.setBufferFormat : later(run.setBufferFormat.bind(run)))(format, json),
    setSnaplen: (bytes) => (open ? run.setSnaplen(bytes) : later(run.setSnaplen.bind(run))(bytes)),
    setFatfileMode: (on) => (open ? run.setFatfileMode(on) : later(run.setFatfileMode.bind(run))(on)),
  };
  const print = services.print.bind(services);
  return {
    services: {
      ...services,
      print: (text) => (open ? print(text) : later(print)(text)),
      flush: () => services.flush(),
      run: heldRun,
    },
    release() {
      open = true;
      for (const effect of pending) effect();
    },
  };
}

/** Reloads the chisel at a position. The running version stays when anything about the new one fails. */
export function reloadChisel(
  host: ChiselHost,
  index: number,
  mode: ReloadMode,
  started = performance.now(),
): ReloadResult {
  const old = host.chisels[index]!;
  const origin = host.origins[index]!;
  const held = heldBack(host.services);
  const limits = { ...host.services.lua.limits, callSeconds: START_LIMIT_SECONDS };
  const options = {
    limits,
    data: mode === 'keep' ? (lua: Chisel['lua']) => copyPlain(old.lua, lua, old.data) : undefined,
  };
  let fresh: Chisel | undefined;
  try {
    fresh = new Chisel(origin.name, host, held.services, options);
    fresh.setArgumentWord(origin.word);
    fresh = host.initOne(fresh, held.services, options);
    if (host.captureOpen) fresh.captureStart();
    const carried = mode === 'keep' ? carryGlobals(old.lua, fresh.lua, old.builtinGlobals) : [];
    fresh.callOptional('on_reload', oldGlobalsTable(old.lua, fresh.lua, old.builtinGlobals));
    fresh.lua.setLimits(host.services.lua.limits);
    try {
      old.callOptional('on_dispose');
    } catch (error) {
      host.services.complain((error as Error).message);
    }
    host.replace(index, fresh);
    held.release();
    old.close();
    return { ok: true, milliseconds: performance.now() - started, carried };
  } catch (error) {
    fresh?.close();
    return { ok: false, error: error as Error, milliseconds: performance.now() - started, carried: [] };
  }
}
