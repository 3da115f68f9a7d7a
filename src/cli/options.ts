/**
 * The options, one row each: the parser, `--help` and the shell completion read this table. Letters and long names are
 * sysdig's, so that command lines keep working as typed.
 */

export type OptionGroup =
  | 'Where events come from'
  | 'What is shown'
  | 'How data is shown'
  | 'Writing captures'
  | 'Chisels'
  | 'Lists and help'
  | 'Running'
  | 'Accepted for compatibility';

export interface OptionRow {
  /** Key in the parsed command line, and the long name unless `longs` says otherwise. */
  readonly name: string;
  readonly letter?: string;
  /** Other long names. */
  readonly longs?: readonly string[];
  /** Placeholder of the value; undefined for switches. */
  readonly value?: string;
  /** The value may be left out; it must be glued then (`--progress=always`). */
  readonly optionalValue?: boolean;
  readonly group: OptionGroup;
  readonly text: string;
}

export const OPTIONS: readonly OptionRow[] = [
  {
    name: 'read',
    letter: 'r',
    value: 'FILE',
    group: 'Where events come from',
    text: 'Read a capture, compressed or not; - is standard input. May be repeated: one after another.',
  },
  { name: 'numevents', letter: 'n', value: 'N', group: 'Where events come from', text: 'Stop after N events.' },
  { name: 'duration', letter: 'M', value: 'SECONDS', group: 'Where events come from', text: 'Stop after SECONDS.' },
  {
    name: 'suppress-comm',
    letter: 'U',
    value: 'NAME',
    group: 'Where events come from',
    text: 'Ignore all events of programs called NAME. May be repeated.',
  },
  {
    name: 'exclude-users',
    letter: 'E',
    group: 'Where events come from',
    text: 'Do without the lists of users and groups.',
  },
  {
    name: 'snaplen',
    letter: 's',
    value: 'LEN',
    group: 'Where events come from',
    text: 'Live capture: keep the first LEN bytes of each buffer. No effect on files.',
  },
  {
    name: 'page-faults',
    group: 'Where events come from',
    text: 'Live capture: page faults, too.',
  },
  {
    name: 'attach',
    value: 'PID',
    group: 'Where events come from',
    text: 'Live capture: only this process and what it starts. May be repeated. To run and watch a command: burin [options] -- COMMAND [ARGS].',
  },
  {
    name: 'ring-size',
    value: 'SIZE',
    group: 'Where events come from',
    text: 'Live capture: bytes of the buffer of each CPU (k and m work), which a smaller one stands beside; 16m unless given.',
  },
  {
    name: 'stats',
    value: 'SECONDS',
    group: 'Running',
    text: 'Live capture: every SECONDS, tell on standard error how many events were seen and lost.',
  },
  {
    name: 'fail-on-drop',
    group: 'Running',
    text: 'Live capture: end with status 4 when events were lost.',
  },
  {
    name: 'drop-to',
    value: 'USER',
    optionalValue: true,
    group: 'Running',
    text: 'Live capture: become USER when everything is open; without a name, the user who called sudo.',
  },
  {
    name: 'explain',
    group: 'Running',
    text: 'Tell what of the filter is decided in the kernel, and exit.',
  },
  {
    name: 'displayflt',
    letter: 'd',
    group: 'Where events come from',
    text: 'Filter only the lines that are shown: everything is followed, and -n, -S, -v and -w take every event.',
  },
  {
    name: 'debug',
    letter: 'D',
    group: 'What is shown',
    text: 'Show internal events too, and errors with their origin.',
  },
  {
    name: 'print',
    letter: 'p',
    value: 'FORMAT',
    group: 'What is shown',
    text: 'Print FORMAT for each event: text with %field in it; a leading * keeps events that lack a field. -pc, -pk and -pm choose formats for containers, Kubernetes and Mesos; -pp shows the format in use.',
  },
  { name: 'json', letter: 'j', group: 'What is shown', text: 'One JSON object a line.' },
  {
    name: 'timetype',
    letter: 't',
    value: 'TYPE',
    group: 'What is shown',
    text: 'Time of events: h (clock), a (seconds since 1970), r (since the beginning), d (duration of the call), D (since the previous line).',
  },
  { name: 'quiet', letter: 'q', group: 'What is shown', text: 'Print no events.' },
  { name: 'summary', letter: 'S', group: 'What is shown', text: 'At the end, list the most frequent events.' },
  {
    name: 'verbose',
    letter: 'v',
    group: 'What is shown',
    text: 'Do not cut data at 80 characters; at the end, statistics on standard error.',
  },
  {
    name: 'progress',
    letter: 'P',
    value: 'always',
    optionalValue: true,
    group: 'What is shown',
    text: 'Show percent read, events a second and time left on standard error, when that is a terminal; always with --progress=always or -P given twice.',
  },
  {
    name: 'unbuffered',
    group: 'What is shown',
    text: 'Write each line at once.',
  },
  { name: 'print-hex', letter: 'x', group: 'How data is shown', text: 'Data as hex dump.' },
  { name: 'print-hex-ascii', letter: 'X', group: 'How data is shown', text: 'Data as hex dump with characters.' },
  {
    name: 'print-ascii',
    letter: 'A',
    longs: ['print_ascii'],
    group: 'How data is shown',
    text: 'Data as text, line by line.',
  },
  { name: 'print-base64', letter: 'b', group: 'How data is shown', text: 'Data in base64.' },
  { name: 'resolve-ports', letter: 'R', group: 'How data is shown', text: 'Ports by the names of their services.' },
  { name: 'write', letter: 'w', value: 'FILE', group: 'Writing captures', text: 'Write the events that pass to FILE.' },
  { name: 'compress', letter: 'z', group: 'Writing captures', text: 'Compress what -w writes.' },
  {
    name: 'fatfile',
    letter: 'F',
    group: 'Writing captures',
    text: 'Keep, hidden, the events that state depends on although the filter rejects them.',
  },
  {
    name: 'filter-proclist',
    group: 'Writing captures',
    text: 'Write only processes that the filter lets through to the process list.',
  },
  {
    name: 'file-size',
    letter: 'C',
    longs: ['rotate-size'],
    value: 'MB',
    group: 'Writing captures',
    text: 'Begin a new file after MB million bytes.',
  },
  {
    name: 'seconds',
    letter: 'G',
    value: 'SECONDS',
    group: 'Writing captures',
    text: 'Begin a new file every SECONDS; the name may hold strftime formats.',
  },
  {
    name: 'events-per-file',
    letter: 'e',
    value: 'N',
    group: 'Writing captures',
    text: 'Begin a new file every N events.',
  },
  { name: 'limit', letter: 'W', value: 'N', group: 'Writing captures', text: 'Keep at most N files.' },
  {
    name: 'chisel',
    letter: 'c',
    value: 'NAME [ARGS]',
    group: 'Chisels',
    text: 'Run a chisel; its arguments are one word. May be repeated. -cl lists them.',
  },
  {
    name: 'watch',
    group: 'Chisels',
    text: 'Reload chisels when their files change. On a terminal, live captures do that anyway for your own chisels; --no-watch turns it off. With -r, the file is read again after each change.',
  },
  { name: 'no-watch', group: 'Chisels', text: 'Do not watch the files of chisels.' },
  {
    name: 'reload',
    value: 'MODE',
    group: 'Chisels',
    text: 'What a reloaded chisel begins with: keep (what global tables collected), or fresh.',
  },
  {
    name: 'replay',
    group: 'Chisels',
    text: 'After a reload, run the new version over the recorded past first.',
  },
  {
    name: 'recorder',
    value: 'SIZE',
    group: 'Chisels',
    text: 'Live capture: how much of the past is kept in memory for replay and snapshots: a size, a time (30s, 5min), or off; 64m unless given.',
  },
  {
    name: 'snapshot',
    value: 'PAST,NEXT',
    group: 'Chisels',
    text: 'Seconds of the past and of what follows that a snapshot (key w, SIGUSR1) holds.',
  },
  {
    name: 'snapshot-on',
    value: 'FILTER',
    group: 'Chisels',
    text: 'Take a snapshot when an event passes FILTER.',
  },
  {
    name: 'lua',
    value: 'TIER',
    group: 'Chisels',
    text: 'How Lua runs: compiled, interpreter, or auto (compiled where it can be).',
  },
  {
    name: 'chisel-timeout',
    value: 'SECONDS',
    group: 'Chisels',
    text: 'Stop a chisel whose callback runs longer than this: 10 unless given, off for no limit.',
  },
  {
    name: 'chisel-memory',
    value: 'SIZE',
    group: 'Chisels',
    text: 'Stop a chisel that holds more than SIZE bytes (k, m and g work): 1g unless given, off for no limit.',
  },
  {
    name: 'chisel-depth',
    value: 'CALLS',
    group: 'Chisels',
    text: 'Nested Lua calls a chisel may make.',
  },
  {
    name: 'profile',
    value: 'FILE',
    optionalValue: true,
    group: 'Chisels',
    text: 'At the end, say on standard error how often each callback of the chisels was called and how long that took, and which Lua lines took the time; --profile=FILE writes a profile for speedscope.app, too.',
  },
  {
    name: 'allow-untrusted',
    group: 'Chisels',
    text: 'As root, run chisels and modules that others own or can write, too.',
  },
  { name: 'list-chisels', group: 'Chisels', text: 'List the chisels.' },
  { name: 'chisel-info', letter: 'i', value: 'NAME', group: 'Chisels', text: 'Say what a chisel does and takes.' },
  { name: 'list', letter: 'l', group: 'Lists and help', text: 'List the fields; -lv with their types.' },
  { name: 'list-markdown', group: 'Lists and help', text: 'List the fields as Markdown.' },
  { name: 'list-events', letter: 'L', group: 'Lists and help', text: 'List the events with their parameters.' },
  { name: 'help', letter: 'h', group: 'Lists and help', text: 'Show this text.' },
  { name: 'version', group: 'Lists and help', text: 'Show the version.' },
  { name: 'libs-version', group: 'Lists and help', text: 'Show the version of the event schema.' },
  {
    name: 'log-level',
    value: 'LEVEL',
    group: 'Running',
    text: 'Log to standard error: fatal, error, warn, info, debug or trace.',
  },
  {
    name: 'only-old-events',
    group: 'Running',
    text: 'Skip events that sysdig 0.29.3 does not know, as it does: numbers and state agree with its output.',
  },
  {
    name: 'force-tracers-capture',
    letter: 'T',
    group: 'Accepted for compatibility',
    text: 'No effect.',
  },
  {
    name: 'bpf',
    letter: 'B',
    value: 'PROBE',
    optionalValue: true,
    group: 'Accepted for compatibility',
    text: 'No effect.',
  },
  { name: 'k8s-api', letter: 'k', value: 'URL', group: 'Accepted for compatibility', text: 'No effect.' },
  { name: 'k8s-api-cert', letter: 'K', value: 'FILES', group: 'Accepted for compatibility', text: 'No effect.' },
  { name: 'node-name', value: 'NAME', group: 'Accepted for compatibility', text: 'No effect.' },
  { name: 'mesos-api', letter: 'm', value: 'URL', group: 'Accepted for compatibility', text: 'No effect.' },
  { name: 'cri', value: 'PATH', group: 'Accepted for compatibility', text: 'No effect.' },
  { name: 'cri-timeout', value: 'MS', group: 'Accepted for compatibility', text: 'No effect.' },
  { name: 'large-environment', group: 'Accepted for compatibility', text: 'No effect.' },
];

const byLetter = new Map(OPTIONS.filter((row) => row.letter).map((row) => [row.letter!, row]));
const byLong = new Map<string, OptionRow>();
for (const row of OPTIONS) for (const long of [row.name, ...(row.longs ?? [])]) byLong.set(long, row);

export const optionByLetter = (letter: string): OptionRow | undefined => byLetter.get(letter);

/** The option with this long name, or the only one that begins with it; a list when several do. */
export function optionByLong(name: string): OptionRow | readonly OptionRow[] {
  const exact = byLong.get(name);
  if (exact !== undefined) return exact;
  const rows = new Set([...byLong].filter(([long]) => long.startsWith(name)).map(([, row]) => row));
  return rows.size === 1 ? [...rows][0]! : [...rows];
}

export const LONG_NAMES: readonly string[] = [...byLong.keys()];
