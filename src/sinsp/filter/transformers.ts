/** What transformers do with the texts of fields. */

/** The text that base64 stands for; undefined when it is none. */
export function decodeBase64(text: string): string | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64').toString('latin1');
}

/** What follows the last slash. */
export const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * The options in a list of arguments, by the rules of getopt: `spec` is letters, with a colon behind those that take a value;
 * `--` ends the options. Answers letters with their values (empty without one), in order.
 */
export function getopt(args: readonly string[], spec: string): [letter: string, value: string][] {
  const found: [string, string][] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') break;
    if (arg[0] !== '-' || arg.length < 2) continue;
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at]!;
      const known = spec.indexOf(letter);
      if (known < 0 || letter === ':') continue;
      if (spec[known + 1] !== ':') {
        found.push([letter, '']);
        continue;
      }
      const attached = arg.slice(at + 1);
      found.push([letter, attached !== '' ? attached : (args[++i] ?? '')]);
      break;
    }
  }
  return found;
}
