/**
 * Chisels of the command line. They are loaded while options are still being read, because a chisel decides whether the
 * next word is its argument; what they may ask of the run becomes true when all options are known.
 */
import { ChiselError } from '../chisel/errors.js';
import { ChiselHost } from '../chisel/host.js';
import type { ChiselServices } from '../chisel/services.js';
import type { FieldContext } from '../sinsp/fields/field.js';
import { both, EVERYTHING, type Selection } from '../sinsp/filter/selection.js';
import { type Output, standardOutput } from '../sinsp/format/output.js';
import { Inspector } from '../sinsp/inspector.js';
import { ChiselRun, chiselServices } from './chisel-services.js';
import { type CommandLine, parseCommandLine } from './command-line.js';
import type { Settings } from './settings.js';

export class ChiselSetup {
  readonly inspector = new Inspector();
  readonly context: FieldContext;
  readonly run: ChiselRun;
  readonly host: ChiselHost;
  private readonly services: ChiselServices;

  private constructor(early: Settings, output: Output) {
    this.context = { inspector: this.inspector, settings: { ...early.render } };
    this.run = new ChiselRun(early, this.context, this.inspector, output);
    this.services = chiselServices(early, this.context, this.inspector, output, this.run);
    this.host = new ChiselHost(this.services);
  }

  /**
   * Reads the command line, loading chisels on the way. Throws UsageError and ChiselError.
   * @param early settings as far as they are known: how Lua is to run must be, wherever the options for it stand
   */
  static parse(argv: readonly string[], early: Settings): { line: CommandLine; setup: ChiselSetup } {
    const setup = new ChiselSetup(early, standardOutput());
    return { line: setup.load(argv), setup };
  }

  /** A setup that has not loaded anything yet: its host tells what {@link load} has read even when that throws. */
  static empty(early: Settings, output: Output = standardOutput()): ChiselSetup {
    return new ChiselSetup(early, output);
  }

  /** Reads the command line, loading chisels on the way. Throws UsageError and ChiselError. */
  load(argv: readonly string[]): CommandLine {
    try {
      return parseCommandLine(argv, (name, rest) => this.host.loadFromCommandLine(name, rest));
    } catch (error) {
      // Those that were loaded are asked for their on_capture_end, whatever ended the run.
      if (error instanceof ChiselError) this.host.captureEnd();
      throw error;
    }
  }

  /** By event code: 1 for events that the filter and at least one chisel can want; null for all. */
  wantedTypes(): Uint8Array | null {
    if (this.inspector.followsSpans) return null;
    const filter = this.inspector.filterTypes;
    const chisels = this.host.wantedTypes();
    if (filter === null || chisels === null) return filter ?? chisels;
    return filter.map((wanted, code) => wanted & chisels[code]!);
  }

  /** Processes and descriptors that the filter and at least one chisel can want. */
  wantedSelection(): Selection {
    if (this.inspector.followsSpans) return EVERYTHING;
    return both(this.inspector.filterSelection, this.host.wantedSelection());
  }

  /** All options are known now. */
  settle(settings: Settings): void {
    Object.assign(this.context.settings, settings.render, { cutBuffers: false });
    this.inspector.state.options.ignoreUsers = settings.ignoreUsers;
    this.run.settle(settings);
  }
}

/** Cuts the command line of `sysdig.run_app`: blanks separate, double quotes group and go. */
export function splitCommandLine(text: string): string[] {
  const words = text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  return words.map((word) => word.replaceAll('"', ''));
}
