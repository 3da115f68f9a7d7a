/**
 * What the libraries of one state share.
 */
import type { FileHost, LuaFile } from '../kernel/files.js';
import type { LuaStateOptions } from '../vm.js';
import type { LuaThread } from './fengari.js';
import type { Table } from './tables.js';

export interface Runtime {
  readonly L: LuaThread;
  readonly globals: Table;
  readonly options: LuaStateOptions;
  /** What waiting streams and commands need. */
  readonly host: FileHost;
  /** Streams that the program opened and did not close. */
  readonly files: Set<LuaFile>;
  /** Writes to the state's standard output. */
  print(bytes: string): void;
  memoryUsed(): number;
  /** Counts anew what is alive. */
  measureMemory(): void;
}
