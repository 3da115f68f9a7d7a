/**
 * Chisels of the command line. They are loaded while options are still being read, because a chisel decides whether the
 * next word is its argument; what they may ask of the run becomes true when all options are known.
 */
import { ChiselHost } from '../chisel/host.js';
import type { ChiselServices } from '../chisel/services.js';
import type { FieldContext } from '../sinsp/fields/field.js';
import { standardOutput } from '../sinsp/format/output.js';
import { Inspector } from '../sinsp/inspector.js';
import { ChiselRun, chiselServices } from './chisel-services.js';
import { type CommandLine, parseCommandLine } from './command-line.js';
import { type Settings, settingsOf } from './settings.js';

export class ChiselSetup {
  readonly inspector = new Inspector();
  readonly context: FieldContext;
  readonly run: ChiselRun;
  readonly host: ChiselHost;
  private readonly services: ChiselServices;

  private constructor(early: Settings) {
    this.context = { inspector: this.inspector, settings: { ...early.render } };
    const output = standardOutput();
    this.run = new ChiselRun(early, this.context, this.inspector, output);
    this.services = chiselServices(early, this.context, this.inspector, output, this.run);
    this.host = new ChiselHost(this.services);
  }

  /** Reads the command line, loading chisels on the way. Throws UsageError and ChiselError. */
  static parse(argv: readonly string[]): { line: CommandLine; setup: ChiselSetup } {
    // How Lua is to run must be known before the first chisel is loaded, wherever the options for it stand.
    const setup = new ChiselSetup(settingsOf(lenient(argv)));
    const line = parseCommandLine(argv, (name, rest) => setup.host.loadFromCommandLine(name, rest));
    return { line, setup };
  }

  /** All options are known now. */
  settle(settings: Settings): void {
    Object.assign(this.context.settings, settings.render, { cutBuffers: false });
    this.inspector.state.options.ignoreUsers = settings.ignoreUsers;
    this.run.settle(settings);
  }
}

/** The command line as far as it can be read without asking chisels. */
function lenient(argv: readonly string[]): CommandLine {
  const empty: CommandLine = { switches: new Map(), values: new Map(), words: [] };
  try {
    return parseCommandLine(argv, () => 0);
  } catch {
    const known = argv.filter((word) => /^--(lua|chisel-|allow-untrusted)/.test(word));
    try {
      return parseCommandLine(known, () => 0);
    } catch {
      return empty;
    }
  }
}

/** Cuts the command line of `sysdig.run_app`: blanks separate, double quotes group and, but in the last word, go. */
export function splitCommandLine(text: string): string[] {
  const words = text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  return words.map((word, index) => (index === words.length - 1 ? word : word.replaceAll('"', '')));
}
