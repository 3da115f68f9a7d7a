/** From the words of the command line to the command that does what they ask for. Commands are loaded when they run. */
import { CaptureError } from '../capture/event-source.js';
import { type CommandLine, parseCommandLine } from './command-line.js';
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

async function run(argv: readonly string[], again = false): Promise<number> {
  const chisels = mayNameChisel(argv) ? await import('./chisel-setup.js') : undefined;
  const { line, setup } = chisels?.ChiselSetup.parse(argv) ?? { line: parseCommandLine(argv, () => 0), setup: null };
  const shown = await information(line);
  if (shown !== undefined) {
    const { standardOutput } = await import('../sinsp/format/output.js');
    const output = standardOutput();
    output.writer.copy(Buffer.from(shown, 'utf8'), 0, Buffer.byteLength(shown, 'utf8'));
    output.flush();
    return EXIT_OK;
  }
  const settings = settingsOf(line);
  if (settings.files.length === 0) throw new UsageError('no capture given: use -r FILE, or -r - for standard input');
  const [{ Reader }, { standardOutput }] = await Promise.all([
    import('./read.js'),
    import('../sinsp/format/output.js'),
  ]);
  if (chisels === undefined || setup === null || setup.host.chisels.length === 0) {
    return new Reader(settings, standardOutput()).run();
  }
  setup.settle(settings);
  const status = await new Reader(settings, standardOutput(), setup).run();
  const { runAgain } = setup.host;
  setup.host.close();
  // The second run's own wish for another one is ignored.
  return runAgain === undefined || again ? status : run(chisels.splitCommandLine(runAgain), true);
}

/** Can this command line name a chisel? Spares the others the loading of Lua. */
const mayNameChisel = (argv: readonly string[]): boolean =>
  argv.some((word) => /^-[a-zA-Z]*[ci]/.test(word) || /^--(chi|list-ch)/.test(word));

/** The text of options that only show something; undefined when none of them was given. */
async function information(line: CommandLine): Promise<string | undefined> {
  const has = (name: string) => line.switches.has(name);
  if (has('help')) {
    const { helpText } = await import('./help.js');
    return `${await helpText(process.stdout.columns ?? 100)}\n`;
  }
  if (has('version')) {
    const { version } = await import('./version.js');
    return `burin version ${version()}\n`;
  }
  if (has('libs-version')) return 'events and fields of sysdig 0.29.3 and of falcosecurity/libs of June 2026\n';
  if (has('list') || has('list-markdown')) {
    const [{ FIELD_CLASSES }, { fieldList, fieldMarkdown }] = await Promise.all([
      import('../sinsp/fields/index.js'),
      import('./list-fields.js'),
    ]);
    return has('list-markdown') ? fieldMarkdown(FIELD_CLASSES) : fieldList(FIELD_CLASSES, has('verbose'));
  }
  if (has('list-events')) {
    const { eventList } = await import('./list-events.js');
    return eventList();
  }
  const described = line.values.get('chisel-info')?.at(-1);
  if (described !== undefined || has('list-chisels') || line.values.get('chisel')?.includes('l')) {
    const [{ describeChisel, listChisels }, { searchPath }] = await Promise.all([
      import('../chisel/listing.js'),
      import('../chisel/search-path.js'),
    ]);
    const text =
      described !== undefined
        ? describeChisel(described, searchPath(), has('allow-untrusted'))
        : listChisels(searchPath(), has('allow-untrusted'));
    return Buffer.from(text, 'latin1').toString('utf8');
  }
  if (line.values.get('print')?.includes('p')) {
    const { formatOf } = await import('./printers.js');
    return `${formatOf(settingsOf(line), process.stdout.isTTY === true)}\n`;
  }
  return undefined;
}

function complain(error: unknown, argv: readonly string[]): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`burin: ${message}\n`);
  if (argv.includes('--debug') && error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
  return error instanceof CaptureError && error.unsupportedVersion ? EXIT_UNSUPPORTED_VERSION : EXIT_ERROR;
}
