/** Commands for authors and for the machine: `burin new`, `check`, `test`, `doctor`. */

import { EXIT_ERROR, EXIT_NO_LIVE, EXIT_OK, UsageError } from './errors.js';
import { importPackage } from './import-package.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Runs a subcommand and answers its exit status. Throws UsageError and others whose message is for the user. */
export async function runSubcommand(argv: readonly string[]): Promise<number> {
  const { default: yargs } = await importPackage<typeof import('yargs')>('yargs');
  let status = EXIT_OK;
  await yargs([...argv])
    .scriptName('burin')
    .strict()
    .exitProcess(false)
    .version(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message);
    })
    .command(
      'new <name>',
      'Write a commented chisel to start from',
      (command) =>
        command
          .positional('name', {
            type: 'string',
            demandOption: true,
            describe: 'name of the chisel, or path of its file',
          })
          .option('template', { type: 'string', default: 'top', describe: 'top, tail, histogram or table' }),
      async ({ name, template }) => {
        const { newChisel } = await import('../authoring/new-chisel.js');
        const files = newChisel(name, template);
        say(`wrote ${files.join(' and ')}`);
        say(`try it: burin -r CAPTURE -c ./${files[0]}`);
      },
    )
    .command(
      'check <files..>',
      'Find mistakes in chisels without running them',
      (command) =>
        command
          .positional('files', { type: 'string', array: true, demandOption: true })
          .option('json', { type: 'boolean', default: false, describe: 'one JSON object a problem' }),
      async ({ files, json }) => {
        const { checkChisel } = await import('../authoring/check-chisel.js');
        const problems = files.flatMap((file) => checkChisel(file));
        for (const problem of problems) {
          const { file, line, column, severity, message } = problem;
          say(json ? JSON.stringify(problem) : `${file}:${line}:${column}: ${severity}: ${message}`);
        }
        if (problems.some((problem) => problem.severity === 'error')) status = EXIT_ERROR;
        else if (!json) say(`${files.length} checked, no errors`);
      },
    )
    .command(
      'test <chisel>',
      'Run a chisel over a capture and compare with what it printed before',
      (command) =>
        command
          .positional('chisel', { type: 'string', demandOption: true })
          .option('r', { alias: 'read', type: 'string', demandOption: true, describe: 'the capture' })
          .option('args', { type: 'string', describe: 'arguments of the chisel, as one word' })
          .option('filter', { type: 'string' })
          .option('expected', { type: 'string', describe: 'file of the expectation; default beside the chisel' })
          .option('update', { type: 'boolean', default: false, describe: 'store what is printed now' }),
      async ({ chisel, r, args, filter, expected, update }) => {
        const { testChisel } = await import('../authoring/test-chisel.js');
        const program = [process.execPath, ...process.execArgv, process.argv[1]!];
        const outcome = testChisel({ chisel, capture: r, args, filter, expected, update }, program);
        say(outcome.text);
        if (outcome.verdict === 'fail') status = EXIT_ERROR;
      },
    )
    .command(
      'doctor',
      'Check whether this machine can be captured live, and say what to do where not',
      (command) => command,
      async () => {
        const { examine, formatFindings } = await import('../capture/doctor.js');
        const findings = examine();
        process.stdout.write(formatFindings(findings));
        if (findings.some((finding) => finding.verdict === 'fail')) status = EXIT_NO_LIVE;
      },
    )
    .demandCommand(1)
    .help()
    .parseAsync();
  return status;
}
