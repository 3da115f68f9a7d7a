/** The log: pino, to standard error, loaded when something is logged at all. */
import type { Logger } from 'pino';
import { importPackage } from './import-package.js';

let logger: Promise<Logger> | null = null;

/** Logs a line when `level`, the one chosen with --log-level, lets it through. Severities are those of syslog or pino. */
export async function log(level: string, severity: string, text: string): Promise<void> {
  if (level === 'silent') return;
  logger ??= importPackage<typeof import('pino')>('pino').then(({ pino }) =>
    pino({ name: 'burin', level }, pino.destination({ dest: 2, sync: true })),
  );
  const methods = await logger;
  switch (severity.toLowerCase()) {
    case 'fatal':
    case 'emergency':
    case 'alert':
    case 'critical':
      methods.fatal(text);
      break;
    case 'error':
      methods.error(text);
      break;
    case 'warning':
    case 'warn':
      methods.warn(text);
      break;
    case 'debug':
      methods.debug(text);
      break;
    case 'trace':
      methods.trace(text);
      break;
    default:
      methods.info(text);
  }
}
