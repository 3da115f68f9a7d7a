/** `--help`: made by yargs from the table of options. Only loaded when asked for, since start-up time counts. */
import { importPackage } from './import-package.js';
import { OPTIONS } from './options.js';
import { version } from './version.js';

/** The help text, for a terminal of `columns` characters. */
export async function helpText(columns: number): Promise<string> {
  const { default: yargs } = await importPackage<typeof import('yargs')>('yargs');
  const parser = yargs([])
    .scriptName('burin')
    .usage(
      'burin [options] [filter]\n\nShows what a Linux system did: reads system-call captures, filters them, and runs chisels over them.\nAll words that are no options make up the filter, as in: burin -r trace.scap proc.name=nginx and evt.type=open',
    )
    .wrap(Math.min(columns, 100))
    .version(version())
    .help(false)
    .version(false)
    .epilogue(
      'Exit status: 0 done, 1 an error (said on standard error), 8 a capture of an unsupported version.\nMore: docs/command-line.md',
    );
  const groups = new Map<string, string[]>();
  for (const row of OPTIONS) {
    parser.option(row.name, {
      alias: row.letter === undefined ? [] : [row.letter],
      describe: row.text,
      ...(row.value === undefined || row.optionalValue ? {} : { requiresArg: true, nargs: 1 }),
      type: row.value === undefined ? 'boolean' : undefined,
      defaultDescription: undefined,
    });
    const list = groups.get(row.group);
    if (list === undefined) groups.set(row.group, [row.name]);
    else list.push(row.name);
  }
  for (const [group, names] of groups) parser.group(names, `${group}:`);
  parser.example('burin -r trace.scap', 'print all events');
  parser.example('burin -r trace.scap -c topfiles_bytes', 'run a chisel');
  parser.example('burin -r trace.scap -p "%proc.name %fd.name" evt.type=open', 'choose what is printed');
  parser.example('burin -r trace.scap -w part.scap proc.name=nginx', 'write a part of a capture');
  return parser.getHelp();
}
