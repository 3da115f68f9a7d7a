/** What chisels need from the program that runs them. */
import type { LuaLimits, LuaTier } from '../lua/vm.js';
import type { EventCursor } from '../sinsp/event.js';
import type { BufferFormat, FieldContext } from '../sinsp/fields/field.js';
import type { Predicate } from '../sinsp/filter/predicate.js';
import type { Inspector } from '../sinsp/inspector.js';
import type { SearchPath } from './search-path.js';

/** Prints the line of an event, newline included, or nothing when a field is missing and the format asks for that. */
export type EventPrinter = (event: EventCursor) => void;

export interface ChiselServices {
  readonly inspector: Inspector;
  readonly context: FieldContext;
  readonly searchPath: SearchPath;
  /** Load files that the rules on ownership would refuse. */
  readonly allowUntrusted: boolean;
  readonly lua: { readonly tier: LuaTier | 'auto'; readonly limits: LuaLimits };
  /** Writes to standard output, in order with everything else that is printed; byte strings. */
  print(text: string): void;
  flush(): void;
  /** Flushes and ends the program at once. */
  exit(code: number): never;
  /** One line to standard error. */
  complain(line: string): void;
  /** Throws an error whose message is the reason. */
  compileFilter(text: string): Predicate;
  /**
   * A printer for a `-p` format; `''` and `default` mean the default line. Throws an error whose message is the reason.
   * @param divert asked at each line; what it returns gets the line in place of the output
   */
  compileFormat(format: string, divert?: () => ((text: string) => void) | undefined): EventPrinter;
  /** For `sysdig.log`. */
  log(severity: string, text: string): void;
  readonly run: RunInfo;
  /** Told of each call of a chisel's callback and how many milliseconds it took, when somebody wants to know. */
  readonly onCall?: ((chisel: string, callback: string, milliseconds: number) => void) | undefined;
}

/** Facts about the run that chisels can ask for or change. */
export interface RunInfo {
  isLive(): boolean;
  isTty(): boolean;
  /** -1 for both when standard output is no terminal. */
  terminalSize(): { width: number; height: number };
  /** The command-line filter, or the one a chisel set; `''` for none. */
  filterText(): string;
  /** Installs the capture filter. Throws when there is one already. */
  setFilter(text: string): void;
  /** Removes the capture filter that a chisel installed. */
  removeFilter(): void;
  /** Capture file as given, `''` for live and before the first file is opened. */
  sourceName(): string;
  /** Percent of the capture file that was read. */
  readProgress(): number;
  /** -pc and its kin. */
  readonly printContainerData: boolean;
  /** `-j` alone. */
  readonly jsonOutput: boolean;
  /** The user chose how buffers are shown, which JSON does, too. */
  readonly bufferFormatChosen: boolean;
  setBufferFormat(format: BufferFormat, json: boolean): void;
  setSnaplen(bytes: number): void;
  setFatfileMode(on: boolean): void;
}
