/** Chooses what prints events: the default line, one of the formats for containers, or the user's own. */
import type { FieldContext } from '../sinsp/fields/field.js';
import { DefaultLine } from '../sinsp/format/default-line.js';
import { FormatLine } from '../sinsp/format/format-line.js';
import { parseFormat, unescapeFormat } from '../sinsp/format/format-parser.js';
import { JsonLine } from '../sinsp/format/json-line.js';
import type { Output } from '../sinsp/format/output.js';
import type { Printer } from '../sinsp/format/printer.js';
import type { Settings } from './settings.js';

const CONTAINER_TAIL = '(%container.id) %proc.name (%thread.tid:%thread.vtid) %evt.dir %evt.type %evt.info';
const MANAGED = {
  c: 'container.name',
  k: 'k8s.pod.name',
  m: 'mesos.task.name',
} as const;

/** The format of the default line. */
export const DEFAULT_FORMAT =
  '*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info';
/** The same with colours and process id, for terminals. */
const TERMINAL_FORMAT =
  '*%evt.num %evt.outputtime %evt.cpu \\e[01;32m%proc.name\\e[00m (\\e[01;36m%proc.pid\\e[00m.%thread.tid) %evt.dir \\e[01;34m%evt.type\\e[00m %evt.info';

/** The format in use, as -pp shows it. */
export function formatOf(settings: Pick<Settings, 'format' | 'printKind'>, terminal: boolean): string {
  if (settings.format !== undefined) return settings.format;
  if (settings.printKind !== undefined) {
    return `*%evt.num %evt.outputtime %evt.cpu %${MANAGED[settings.printKind]} ${CONTAINER_TAIL}`;
  }
  return terminal ? TERMINAL_FORMAT : DEFAULT_FORMAT;
}

/** A printer for the formats for containers, the user's own, or JSON. Throws FormatError. */
export function makeFormatPrinter(format: string, context: FieldContext, output: Output): Printer {
  const parsed = parseFormat(unescapeFormat(format));
  if (context.settings.json) return new JsonLine(parsed, context, output.writer);
  return new FormatLine(parsed, context, output.writer, { escape: output.isTerminal });
}

/** Makes the printer the settings ask for. Throws FormatError. */
export function makePrinter(settings: Settings, context: FieldContext, output: Output): Printer {
  if (settings.format === undefined && settings.printKind === undefined && !settings.render.json) {
    return new DefaultLine(context, output.writer, output.isTerminal);
  }
  return makeFormatPrinter(formatOf(settings, output.isTerminal), context, output);
}
