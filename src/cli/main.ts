/** From the words of the command line to the command that does what they ask for. */
import { CaptureError } from '../capture/event-source.js';
import { parseCommandLine } from './command-line.js';
import { EXIT_ERROR, EXIT_OK, EXIT_UNSUPPORTED_VERSION, UsageError } from './errors.js';
import { settingsOf } from './settings.js';

/** Runs the command and answers its exit status; never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await run(argv);
  } catch (error) {
    return complain(error, argv);
  }
}

async function run(argv: readonly string[]): Promise<number> {
  const line = parseCommandLine(argv, () => 0);
  const settings = settingsOf(line);
  if (settings.files.length === 0) {
    throw new UsageError('no capture file given: use -r FILE');
  }
  const [{ Reader }, { standardOutput }] = await Promise.all([
    import('./read.js'),
    import('../sinsp/format/output.js'),
  ]);
  await new Reader(settings, standardOutput()).run();
  return EXIT_OK;
}

function complain(error: unknown, argv: readonly string[]): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`burin: ${message}\n`);
  if (argv.includes('--debug') && error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
  return error instanceof CaptureError && error.unsupportedVersion ? EXIT_UNSUPPORTED_VERSION : EXIT_ERROR;
}
