/** What the benchmark compares: command lines that burin and sysdig both understand, and the ratios that are good enough. */

export interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** Largest ratio of wall time, burin / sysdig, that is good enough. */
  readonly target: number;
  readonly gzip?: boolean;
  /** On a terminal, which some chisels ask for. */
  readonly terminal?: boolean;
}

export const READING: readonly Case[] = [
  { name: 'walk with state', args: ['-q'], target: 0.75 },
  { name: 'evt.type=openat', args: ['evt.type=openat'], target: 0.6 },
  { name: 'fd.name contains /etc and evt.dir=<', args: ['fd.name contains /etc and evt.dir=<'], target: 0.75 },
  { name: 'all events as text', args: [], target: 0.12 },
  { name: '-j', args: ['-j'], target: 0.15 },
  { name: '-p with four fields', args: ['-p', '%evt.num %proc.name %evt.type %fd.name'], target: 0.4 },
  { name: 'walk, gzip input', args: ['-q'], target: 0.7, gzip: true },
  { name: 'write all events', args: ['-q', '-w', '/dev/null'], target: 1 },
];

const chisel = (words: string, terminal = false): Case => ({
  name: `-c ${words}`,
  args: ['-c', ...words.split(' ')],
  target: 0.8,
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
  chisel('spectrogram', true),
  chisel('bottlenecks'),
  chisel('fdbytes_by fd.name'),
];
