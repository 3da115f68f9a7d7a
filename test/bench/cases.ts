/** What the benchmark compares: command lines that burin and sysdig both understand, and the ratios that are good enough. */

export interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** Largest ratio of wall time, burin / sysdig, that is good enough. */
  readonly target: number;
  /** Least number of events of its capture. */
  readonly events: number;
  readonly gzip?: boolean;
  /** On a terminal, which some chisels ask for. */
  readonly terminal?: boolean;
}

/** So many that Node's start (0.1 to 0.2 s) weighs what it does on captures for which speed matters. */
const LONG = 9_000_000;
/** For what takes sysdig longest, and where burin is compared with burin. */
const SHORT = 3_000_000;

export const READING: readonly Case[] = [
  { name: 'walk with state (-q)', args: ['-q'], target: 0.75, events: LONG },
  { name: 'walk, filter that never matches', args: ['proc.name=no-such-name'], target: 0.75, events: LONG },
  { name: 'evt.type=openat', args: ['evt.type=openat'], target: 0.6, events: LONG },
  {
    name: 'fd.name contains /etc and evt.dir=<',
    args: ['fd.name contains /etc and evt.dir=<'],
    target: 0.75,
    events: LONG,
  },
  { name: 'walk, gzip input', args: ['-q'], target: 0.7, events: LONG, gzip: true },
  { name: 'all events as text', args: [], target: 0.12, events: LONG },
  { name: '-j', args: ['-j'], target: 0.15, events: SHORT },
  {
    name: '-p with four fields',
    args: ['-p', '%evt.num %proc.name %evt.type %fd.name'],
    target: 0.4,
    events: LONG,
  },
  { name: 'write all events', args: ['-q', '-w', '/dev/null'], target: 1, events: LONG },
];

const chisel = (words: string, { terminal = false } = {}): Case => ({
  name: `-c ${words}`,
  args: ['-c', ...words.split(' ')],
  target: 0.8,
  events: LONG,
  terminal,
});

/** Both programs run the same files, those of Debian's sysdig package. */
export const CHISELS: readonly Case[] = [
  chisel('topfiles_bytes'),
  chisel('topscalls_time'),
  chisel('topprocs_cpu'),
  chisel('topconns'),
  chisel('fileslower 1'),
  chisel('httplog'),
  chisel('echo_fds'),
  chisel('spectrogram', { terminal: true }),
  chisel('bottlenecks'),
  chisel('fdbytes_by fd.name'),
];

/** Those that CI compares with the burin of the last entry of the history (check-ratios.ts), on examples/demo.scap alone. */
export const CHECKED: readonly Case[] = [...READING, ...CHISELS]
  .filter(({ name }) =>
    [
      'walk with state (-q)',
      'evt.type=openat',
      'all events as text',
      '-p with four fields',
      '-c topfiles_bytes',
    ].includes(name),
  )
  .map((one) => ({ ...one, events: SHORT }));
