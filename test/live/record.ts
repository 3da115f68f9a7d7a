/** Records a command with the live source into bytes. */
import { spawn } from 'node:child_process';
import { type LiveOptions, LiveSource, type LiveStats } from '../../src/capture/live.js';

export interface Recording {
  bytes: Buffer;
  stats: LiveStats;
  status: number | null;
  output: string;
  pid: number;
}

/** Runs the command to its end, and records it and its children, or everything. */
export async function record(
  command: string,
  args: string[],
  options: LiveOptions = { only: { children: true } },
  cwd?: string,
): Promise<Recording> {
  const source = new LiveSource(options);
  try {
    const chunks: Buffer[] = [];
    let output = '';
    let status: number | null = null;
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd });
    child.stdout.on('data', (d) => (output += d));
    child.stderr.on('data', (d) => (output += d));
    child.on('close', (code) => {
      status = code;
      source.stop();
    });
    while (source.nextBatch()) {
      if (source.end > source.start) chunks.push(Buffer.from(source.window.subarray(source.start, source.end)));
      await source.waitForEvents(5);
    }
    return { bytes: Buffer.concat(chunks), stats: source.stats(), status, output, pid: child.pid ?? 0 };
  } finally {
    source.close();
  }
}
