/** From the words of the command line to the command that does what they ask for. Commands are loaded when they run. */
import { CaptureError } from '../capture/event-source.js';
import { type CommandLine, parseCommandLine, parseLeniently } from './command-line.js';
import { EXIT_ERROR, EXIT_NO_LIVE, EXIT_OK, EXIT_UNSUPPORTED_VERSION } from './errors.js';
import type { LiveSession } from './live.js';
import { type Settings, settingsOf } from './settings.js';

/** Runs the command and answers its exit status; never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    if (/^(new|check|test|doctor)$/.test(argv[0] ?? '')) {
      const { runSubcommand } = await import('./subcommands.js');
      return await runSubcommand(argv);
    }
    return await run(argv);
  } catch (error) {
    return complain(error, argv);
  }
}

async function run(argv: readonly string[], again = false): Promise<number> {
  if (argv[0] === '__read-proc') (await import('../capture/scan-helper.js')).runScanHelper();
  // Tables of names are made when modules are loaded, so this comes first.
  if (argv.includes('--only-old-events')) (await import('../sinsp/schema/index.js')).forgetNewSyscalls();
  if (!mayNameChisel(argv)) return plainRun(parseCommandLine(argv, () => 0));
  const early = parseLeniently(argv);
  const text = await information(early);
  if (text !== undefined) return show(text);
  const earlySettings = settingsOf(early);
  if (earlySettings.files.length > 0 && earlySettings.live.watch === true) {
    const { runWatching } = await import('./watch-file.js');
    return await runWatching(argv, earlySettings);
  }
  const { ChiselSetup, splitCommandLine } = await import('./chisel-setup.js');
  const live = earlySettings.files.length === 0 ? await openLive(earlySettings) : null;
  const profile = earlySettings.profile === undefined ? null : new (await import('./profile.js')).Profile();
  try {
    const { line, setup } = ChiselSetup.parse(argv, earlySettings);
    if (setup.host.chisels.length === 0) {
      // Started anew it would lack the rights that it has given up.
      return await plainRun(line, live);
    }
    const settings = settingsOf(line);
    setup.settle(settings);
    const [{ Reader }, { standardOutput }] = await Promise.all([
      import('./read.js'),
      import('../sinsp/format/output.js'),
    ]);
    if (profile !== null) setup.run.onCall = profile.onCall;
    profile?.start();
    const status = await new Reader(settings, standardOutput(), setup, live).run();
    profile?.finish(setup.host, settings.profile ?? '');
    const { runAgain } = setup.host;
    setup.host.close();
    // The second run's own wish for another one is ignored.
    return runAgain === undefined || again ? status : await run(splitCommandLine(runAgain), true);
  } finally {
    live?.close();
  }
}

/** A run without chisels. */
async function plainRun(line: CommandLine, started: LiveSession | null = null): Promise<number> {
  const text = await information(line);
  if (text !== undefined) return show(text);
  const settings = settingsOf(line);
  const [{ Reader }, { standardOutput }] = await Promise.all([
    import('./read.js'),
    import('../sinsp/format/output.js'),
  ]);
  const live = settings.files.length === 0 ? (started ?? (await openLive(settings))) : null;
  try {
    return await new Reader(settings, standardOutput(), null, live).run();
  } finally {
    live?.close();
  }
}

async function openLive(settings: Settings): Promise<LiveSession> {
  const { LiveSession } = await import('./live.js');
  const live = new LiveSession({ ...settings.live, snaplen: settings.snaplen }, (line) => {
    process.stderr.write(`burin: ${line}\n`);
  });
  live.dropRights(settings.write);
  return live;
}

async function show(text: string): Promise<number> {
  const { standardOutput } = await import('../sinsp/format/output.js');
  const output = standardOutput();
  output.writer.copy(Buffer.from(text, 'utf8'), 0, Buffer.byteLength(text, 'utf8'));
  output.flush();
  return EXIT_OK;
}

/** Can this command line name a chisel? Spares the others the loading of Lua. Words behind `--` are another program's. */
const mayNameChisel = (argv: readonly string[]): boolean =>
  (argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv).some(
    (word) => /^-[a-zA-Z]*[ci]/.test(word) || /^--(chi|list-ch)/.test(word),
  );

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
  if (has('explain')) {
    const settings = settingsOf(line);
    const [{ explainKernelFilter }, { compileFilter }, { Inspector }] = await Promise.all([
      import('./live.js'),
      import('../sinsp/filter/index.js'),
      import('../sinsp/inspector.js'),
    ]);
    const context = { inspector: new Inspector(), settings: settings.render };
    if (settings.filter === '') return explainKernelFilter('', undefined);
    const { eventTypes, selection } = compileFilter(settings.filter, context);
    return explainKernelFilter(settings.filter, eventTypes, selection);
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
  if (error instanceof Error && error.name === 'LiveError') return EXIT_NO_LIVE;
  return error instanceof CaptureError && error.unsupportedVersion ? EXIT_UNSUPPORTED_VERSION : EXIT_ERROR;
}
