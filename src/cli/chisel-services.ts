/** Gives chisels what they may ask of the run: output, filters, formats, and facts about the capture. */

import type { EventSource } from '../capture/event-source.js';
import type { LiveSource } from '../capture/live.js';
import { searchPath } from '../chisel/search-path.js';
import type { ChiselServices, RunInfo } from '../chisel/services.js';
import { LuaLimitError } from '../lua/vm.js';
import type { EventCursor } from '../sinsp/event.js';
import type { FieldContext } from '../sinsp/fields/field.js';
import { compileFilter, compileReadingFilter } from '../sinsp/filter/index.js';
import { FormatLine } from '../sinsp/format/format-line.js';
import { parseFormat } from '../sinsp/format/format-parser.js';
import { JsonLine } from '../sinsp/format/json-line.js';
import type { Output } from '../sinsp/format/output.js';
import type { Inspector } from '../sinsp/inspector.js';
import type { Settings } from './settings.js';

const HELD_LIMIT = 1 << 20;

/** The line of a chisel's formatter without a format. The program's own has other fields for time and arguments. */
const CHISEL_FORMAT = '*%evt.num %evt.time %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.args';
/** Sequences that clear the screen or the rest of it. */
const CLEARS = /\x1b(?:c|\[[0-3]?J)/;

/** The part of a run that chisels can change, and that changes while it goes on. */
export class ChiselRun implements RunInfo {
  source: EventSource | null = null;
  /** Set while a live capture runs. */
  liveSource: LiveSource | null = null;
  sourceFile = '';
  /** A chisel installed the capture filter. */
  private filterOfChisel: string | undefined;
  fatfile = false;
  /** A chisel asked for JSON output. */
  private jsonByChisel = false;
  /** A new version of a chisel may set again what the version before has set. */
  reloading = false;
  /** Text held back while the display is paused; null while it is not. The newest megabyte is kept. */
  held: string | null = null;
  /** Rows of the terminal that are not the chisels'. */
  reservedRows = 0;
  /** The program outlives a chisel's os.exit: the run is repeated when its files change. */
  staysAfterExit = false;
  /** Told of each callback of a chisel, where --profile asks for it. */
  onCall: (chisel: string, callback: string, milliseconds: number) => void = () => {};
  /** A chisel has cleared the screen since somebody looked; null where nobody does. */
  cleared: boolean | null = null;

  constructor(
    private settings: Settings,
    private readonly context: FieldContext,
    private readonly inspector: Inspector,
    private readonly output: Output,
  ) {}

  /** All options are known. */
  settle(settings: Settings): void {
    this.settings = settings;
    this.fatfile ||= settings.fatfile;
  }

  get printContainerData(): boolean {
    return this.settings.containerData;
  }

  get jsonOutput(): boolean {
    return (this.settings.render.json && !this.settings.bufferFormatChosen) || this.jsonByChisel;
  }

  get bufferFormatChosen(): boolean {
    return this.settings.bufferFormatChosen || this.settings.render.json;
  }

  isLive(): boolean {
    return this.source?.isLive ?? this.settings.files.length === 0;
  }

  isTty(): boolean {
    return this.output.isTerminal;
  }

  terminalSize(): { width: number; height: number } {
    const [width, height] = this.output.isTerminal ? process.stdout.getWindowSize() : [-1, -1];
    return { width, height: Math.max(height - this.reservedRows, Math.min(height, 1)) };
  }

  filterText(): string {
    return this.filterOfChisel ?? this.commandLineFilter;
  }

  /** With -d the filter is for the program's own lines, and chisels see everything. */
  get commandLineFilter(): string {
    return this.settings.displayFilter ? '' : this.settings.filter;
  }

  /** The next capture begins: the filter that a chisel set was for the one before. */
  nextCapture(): void {
    if (this.filterOfChisel === undefined) return;
    this.filterOfChisel = undefined;
    this.inspector.setFilter(null);
  }

  setFilter(text: string): void {
    const mine = this.filterOfChisel !== undefined && !this.reloading;
    if (this.commandLineFilter !== '' || mine) throw new Error('filter can only be set once');
    if (text === '') throw new Error('filter error at position 0: there is no filter');
    this.inspector.setFilter(compileReadingFilter(text, this.context));
    this.filterOfChisel = text;
  }

  removeFilter(): void {
    if (this.filterOfChisel === undefined) return;
    this.filterOfChisel = undefined;
    this.inspector.setFilter(null);
  }

  sourceName(): string {
    return this.sourceFile;
  }

  readProgress(): number {
    const stats = this.source?.stats();
    return stats === undefined || stats.bytesTotal === 0 ? 0 : (100 * stats.bytesRead) / stats.bytesTotal;
  }

  setBufferFormat(format: FieldContext['settings']['bufferFormat'], json: boolean): void {
    this.context.settings.bufferFormat = format;
    this.context.settings.json = json;
    this.jsonByChisel = json && format === 'dots';
  }

  setSnaplen(bytes: number): void {
    // Buffers of a file are as long as they were recorded; -s overrides a chisel.
    if (!this.settings.snaplenChosen) this.liveSource?.setSnaplen(bytes);
  }

  setFatfileMode(on: boolean): void {
    this.fatfile = on;
  }
}

export function chiselServices(
  settings: Settings,
  context: FieldContext,
  inspector: Inspector,
  output: Output,
  run: ChiselRun,
  log?: (severity: string, text: string) => void,
): ChiselServices {
  const { writer } = output;
  const formatPrinter: ChiselServices['compileFormat'] = (format, divert) => {
    const wanted = format === '' || format === 'default' ? CHISEL_FORMAT : format;
    const parsed = parseFormat(wanted);
    const printer = context.settings.json
      ? new JsonLine(parsed, context, writer)
      : new FormatLine(parsed, context, writer, { escape: output.isTerminal });
    return (event: EventCursor) => {
      const elsewhere = divert?.();
      if (elsewhere !== undefined) {
        const before = writer.length;
        const printed = printer.print(event);
        const text = printed ? writer.textSince(before) : '';
        writer.rewind(before);
        if (printed) elsewhere(text);
        return;
      }
      // A paused display drops formatted lines: they are one event each, and counting goes on in the chisel.
      if (run.held === null && printer.print(event)) output.lineDone();
    };
  };
  return {
    inspector,
    context,
    searchPath: searchPath(),
    allowUntrusted: settings.allowUntrusted,
    lua: { tier: settings.luaTier, limits: settings.luaLimits },
    print: (text) => {
      if (run.held !== null) {
        run.held = (run.held + text).slice(-HELD_LIMIT);
        return;
      }
      if (run.cleared === false && CLEARS.test(text)) run.cleared = true;
      writer.text(text);
      output.lineDone();
    },
    flush: () => output.flush(),
    exit: (code) => {
      output.flush();
      if (run.staysAfterExit) throw new LuaLimitError(`it ended itself with os.exit(${code})`);
      process.exit(code);
    },
    complain: (line) => {
      // What was printed before the complaint stays before it, where both go to one terminal.
      output.flush();
      process.stderr.write(`${line}\n`);
    },
    compileFilter: (text) => compileFilter(text, context),
    compileFormat: formatPrinter,
    log: (severity, text) => log?.(severity, text),
    run,
    onCall: settings.profile === undefined ? undefined : (...call) => run.onCall(...call),
  };
}
