/** What the command line asks for, checked and turned into settings. */

import type { LuaLimits, LuaTier } from '../lua/vm.js';
import type { BufferFormat, RenderSettings } from '../sinsp/fields/field.js';
import type { CommandLine } from './command-line.js';
import { UsageError } from './errors.js';

export interface Settings {
  readonly files: readonly string[];
  /** Infinity when -n was not given. */
  readonly maxEvents: number;
  /** Seconds after which to stop; Infinity without -M. */
  readonly maxSeconds: number;
  /** Byte string; `''` for none. */
  readonly filter: string;
  /** The -p format as given; undefined for the default line. Byte string. */
  readonly format: string | undefined;
  /** `c`, `k`, `m`: a format for containers and their managers was chosen. */
  readonly printKind: 'c' | 'k' | 'm' | undefined;
  /** -pc, -pk or -pm was given, whatever came behind it. */
  readonly containerData: boolean;
  /** -pp */
  readonly showFormat: boolean;
  readonly render: RenderSettings;
  /** -x, -X, -A or -b was given. */
  readonly bufferFormatChosen: boolean;
  readonly quiet: boolean;
  readonly summary: boolean;
  readonly verbose: boolean;
  readonly internal: boolean;
  readonly displayFilter: boolean;
  readonly ignoreUsers: boolean;
  /** Skip events that sysdig 0.29.3 does not know. */
  readonly onlyOldEvents: boolean;
  readonly suppressed: readonly string[];
  readonly progress: 'off' | 'terminal' | 'always';
  readonly unbuffered: boolean;
  readonly write: string | undefined;
  readonly compress: boolean;
  readonly fatfile: boolean;
  readonly filterProclist: boolean;
  readonly rotation: {
    /** Million bytes, seconds, events per file; 0 when not asked for. */
    readonly megabytes: number;
    readonly seconds: number;
    readonly events: number;
    /** Files to keep; 0 for all. */
    readonly limit: number;
  };
  readonly snaplen: number;
  readonly snaplenChosen: boolean;
  readonly logLevel: string;
  readonly debug: boolean;
  /** Settings of live capture. */
  readonly live: {
    readonly command: readonly string[] | undefined;
    readonly attach: readonly number[];
    readonly ringBytes: number | undefined;
    readonly pageFaults: boolean;
    readonly dropTo: string | undefined;
    /** Seconds between reports of what was seen and lost; 0 for none. */
    readonly statsSeconds: number;
    readonly failOnDrop: boolean;
    /** Reload chisels when their files change; undefined: on a terminal, for chisels outside the package. */
    readonly watch: boolean | undefined;
    readonly reloadMode: 'keep' | 'fresh';
    /** After a reload, run the new version over the recorded past. */
    readonly replay: boolean;
    /** Bytes and milliseconds that the flight recorder keeps; 0 bytes: off. */
    readonly recorder: { readonly maxBytes: number; readonly maxAge: number | undefined };
    /** Seconds before and after the moment that a snapshot holds. */
    readonly snapshot: { readonly past: number; readonly next: number };
    /** A filter whose first match takes a snapshot; `''` for none. Byte string. */
    readonly snapshotOn: string;
  };
  readonly luaTier: LuaTier | 'auto';
  /** Measure chisels; a file for the profile, `''` for none. */
  readonly profile: string | undefined;
  readonly luaLimits: LuaLimits;
  /** As root, run Lua files that others own or can write. */
  readonly allowUntrusted: boolean;
}

/** Command-line text is UTF-8; text of events is bytes. */
export const toByteString = (text: string): string => {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
};

/** `--recorder SIZE`, `--recorder 30s` or `--recorder off`. */
function recorderOption(text: string | undefined): { maxBytes: number; maxAge: number | undefined } {
  if (text === undefined) return { maxBytes: 64 << 20, maxAge: undefined };
  if (text === 'off') return { maxBytes: 0, maxAge: undefined };
  const time = /^(\d+)(s|min)$/.exec(text);
  if (time !== null) return { maxBytes: 512 << 20, maxAge: Number(time[1]) * (time[2] === 's' ? 1000 : 60_000) };
  const size = /^(\d+)([kmg]?)$/i.exec(text);
  if (size === null) throw new UsageError(`--recorder ${text}: use a size (64m), a time (30s, 5min) or off`);
  const scale = { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 }[size[2]!.toLowerCase()]!;
  return { maxBytes: Number(size[1]) * scale, maxAge: undefined };
}

/** `--snapshot PAST,NEXT` in seconds. */
function snapshotOption(text: string | undefined): { past: number; next: number } {
  if (text === undefined) return { past: Number.POSITIVE_INFINITY, next: 5 };
  const match = /^(\d+),(\d+)$/.exec(text);
  if (match === null) throw new UsageError(`--snapshot ${text}: use PAST,NEXT in seconds, as in 30,5`);
  return { past: Number(match[1]), next: Number(match[2]) };
}

const BUFFER_FORMATS: readonly (readonly [name: string, format: BufferFormat])[] = [
  ['print-hex', 'hex'],
  ['print-hex-ascii', 'hexascii'],
  ['print-ascii', 'ascii'],
  ['print-base64', 'base64'],
];
const PRINT_KINDS: ReadonlyMap<string, 'c' | 'k' | 'm'> = new Map([
  ['c', 'c'],
  ['container', 'c'],
  ['k', 'k'],
  ['kubernetes', 'k'],
  ['m', 'm'],
  ['mesos', 'm'],
]);

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export function settingsOf(line: CommandLine): Settings {
  const has = (name: string) => line.switches.has(name);
  const last = (name: string) => line.values.get(name)?.at(-1);
  const count = (name: string, what: string, least: number, missing: number): number => {
    const text = last(name);
    if (text === undefined) return missing;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      throw new UsageError(`${what}: "${text}" is not a whole number from ${least} on`);
    return value;
  };

  // Each as often as it was given.
  const formats = BUFFER_FORMATS.flatMap(([name, format]) =>
    new Array<BufferFormat>(line.switches.get(name) ?? 0).fill(format),
  );
  if (formats.length > 1)
    throw new UsageError('you cannot specify more than one output format: give one of -x, -X, -A and -b, once');

  const timeFormat = last('timetype') ?? 'h';
  if (!/^[hardD]$/.test(timeFormat)) {
    throw new UsageError(`invalid modifier for flag -t: "${timeFormat}"; use h, a, r, d or D`);
  }
  const logLevel = last('log-level') ?? 'silent';
  if (!LOG_LEVELS.includes(logLevel))
    throw new UsageError(`--log-level ${logLevel}: use one of ${LOG_LEVELS.join(', ')}`);
  const progress = last('progress');
  if (progress !== undefined && progress !== 'always')
    throw new UsageError(`--progress=${progress}: use --progress or --progress=always`);

  let format: string | undefined;
  let printKind: Settings['printKind'];
  let showFormat = false;
  let containerData = false;
  for (const value of line.values.get('print') ?? []) {
    if (value === 'p') {
      // What is shown is the format so far.
      showFormat = true;
      break;
    }
    printKind = PRINT_KINDS.get(value);
    format = printKind === undefined ? toByteString(value) : undefined;
    // A format behind -pc replaces its line, and leaves what it says to chisels.
    containerData ||= printKind !== undefined;
  }

  const tier = last('lua') ?? 'auto';
  if (!/^(auto|compiled|interpreter)$/.test(tier)) {
    throw new UsageError(`--lua ${tier}: use compiled, interpreter or auto`);
  }
  const limit = (name: string, missing: number | undefined): number | undefined => {
    const text = last(name);
    if (text === undefined) return missing;
    if (text === 'off') return undefined;
    const match = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text);
    if (match === null) throw new UsageError(`--${name} ${text}: neither a number nor "off"`);
    return Number(match[1]) * { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 }[match[2]!.toLowerCase()]!;
  };
  const reloadMode = last('reload') ?? 'keep';
  if (!/^(keep|fresh)$/.test(reloadMode)) throw new UsageError(`--reload ${reloadMode}: use keep or fresh`);
  const verbose = has('verbose');
  return {
    files: line.values.get('read') ?? [],
    maxEvents: count('numevents', '-n', 1, Number.POSITIVE_INFINITY),
    maxSeconds: count('duration', '-M', 1, Number.POSITIVE_INFINITY),
    filter: toByteString(line.words.join(' ')),
    format,
    printKind,
    containerData,
    showFormat,
    render: {
      bufferFormat: formats[0] ?? 'dots',
      cutBuffers: !verbose,
      resolvePorts: has('resolve-ports'),
      timeFormat: timeFormat as RenderSettings['timeFormat'],
      json: has('json'),
    },
    bufferFormatChosen: formats.length > 0,
    quiet: has('quiet'),
    summary: has('summary'),
    verbose,
    internal: has('debug'),
    displayFilter: has('displayflt'),
    ignoreUsers: has('exclude-users'),
    onlyOldEvents: has('only-old-events'),
    suppressed: (line.values.get('suppress-comm') ?? []).map(toByteString),
    progress:
      progress === 'always' || (line.switches.get('progress') ?? 0) > 1
        ? 'always'
        : has('progress')
          ? 'terminal'
          : 'off',
    unbuffered: has('unbuffered'),
    write: last('write'),
    compress: has('compress'),
    fatfile: has('fatfile'),
    filterProclist: has('filter-proclist'),
    rotation: {
      megabytes: count('file-size', '-C', 1, 0),
      seconds: count('seconds', '-G', 1, 0),
      events: count('events-per-file', '-e', 1, 0),
      limit: count('limit', '-W', 1, 0),
    },
    snaplen: count('snaplen', '-s', 0, 80),
    snaplenChosen: last('snaplen') !== undefined,
    logLevel,
    debug: has('debug'),
    live: {
      command: line.command,
      attach: (line.values.get('attach') ?? []).map((text) => {
        if (!/^\d+$/.test(text)) throw new UsageError(`--attach ${text}: not a process id`);
        return Number(text);
      }),
      ringBytes: limit('ring-size', undefined),
      pageFaults: has('page-faults'),
      dropTo: last('drop-to') ?? (has('drop-to') ? '' : undefined),
      statsSeconds: count('stats', '--stats', 1, 0),
      failOnDrop: has('fail-on-drop'),
      watch: has('watch') ? true : has('no-watch') ? false : undefined,
      reloadMode: reloadMode as 'keep' | 'fresh',
      replay: has('replay'),
      recorder: recorderOption(last('recorder')),
      snapshot: snapshotOption(last('snapshot')),
      snapshotOn: toByteString(last('snapshot-on') ?? ''),
    },
    luaTier: tier as Settings['luaTier'],
    profile: last('profile') ?? (has('profile') ? '' : undefined),
    luaLimits: {
      callSeconds: limit('chisel-timeout', 10),
      memoryBytes: limit('chisel-memory', 1 << 30),
      depth: limit('chisel-depth', undefined),
    },
    allowUntrusted: has('allow-untrusted'),
  };
}
