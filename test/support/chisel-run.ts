/** Chisels in this process, with what they print in a file and what they complain about in a list. */
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EventSource } from '../../src/capture/event-source.js';
import { ChiselHost } from '../../src/chisel/host.js';
import { ChiselRun, chiselServices } from '../../src/cli/chisel-services.js';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { type Settings, settingsOf } from '../../src/cli/settings.js';
import type { LuaTable, LuaValue } from '../../src/lua/vm.js';
import type { FieldContext } from '../../src/sinsp/fields/field.js';
import { Output } from '../../src/sinsp/format/output.js';
import { Inspector } from '../../src/sinsp/inspector.js';

const folder = mkdtempSync(path.join(tmpdir(), 'burin-chisels-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A folder of its own, removed when the process ends. */
export const chiselFolder = (): string => mkdtempSync(path.join(folder, 'd-'));

/** Writes a chisel, and `args = {}` in front of it when it has no arguments. Answers its path. */
export function writeChisel(source: string, file = path.join(folder, `c${count++}.lua`)): string {
  writeFileSync(file, /\bargs\s*=/.test(source) ? source : `args = {} ${source}`);
  return file;
}

/** An output that is a file. */
export function fileOutput(): { output: Output; text: () => string } {
  const file = path.join(folder, `out${count++}`);
  const output = new Output(openSync(file, 'w'));
  return {
    output,
    text: () => {
      output.flush();
      return readFileSync(file, 'latin1');
    },
  };
}

export const settingsFor = (argv: readonly string[]): Settings => settingsOf(parseCommandLine(argv, () => 0));

export interface ChiselRunSetup {
  inspector: Inspector;
  host: ChiselHost;
  run: ChiselRun;
  context: FieldContext;
  complaints: string[];
  /** Everything printed so far. */
  printed: () => string;
  /** Walks a batch of the source, as a live run does. False when the source has ended. */
  step: (source: EventSource) => boolean;
}

/** Loads a chisel and opens the capture; `argv` are options of the command line. */
export function startChisel(
  file: string,
  word?: string,
  argv: readonly string[] = ['--allow-untrusted'],
): ChiselRunSetup {
  const settings = settingsFor(argv);
  const inspector = new Inspector();
  const context: FieldContext = { inspector, settings: { ...settings.render, cutBuffers: false } };
  const { output, text } = fileOutput();
  const run = new ChiselRun(settings, context, inspector, output);
  run.settle(settings);
  const complaints: string[] = [];
  const services = {
    ...chiselServices(settings, context, inspector, output, run),
    complain: (line: string) => void complaints.push(line),
  };
  const host = new ChiselHost(services);
  host.loadFromCommandLine(file, word === undefined ? [] : [word]);
  host.init();
  inspector.onSection = () => host.captureStart();
  inspector.onRejected = (event) => host.onRejected(event);
  const step = (source: EventSource): boolean => {
    if (!source.nextBatch()) return false;
    if (source.end > source.start) inspector.walkBatch(source, (event) => host.onEvent(event));
    return true;
  };
  return { inspector, host, run, context, complaints, printed: text, step };
}

/** A Lua table as JavaScript sees it: keys as texts. */
export function plain(lua: { isTable(value: LuaValue): value is LuaTable }, value: LuaValue): unknown {
  if (!lua.isTable(value)) return value;
  return Object.fromEntries([...value.entries()].map(([key, entry]) => [String(key), plain(lua, entry)]));
}
