/**
 * Writes `docs/fields.md` from the table of fields, and the names of all fields between the markers in
 * `lua/burin.meta.lua`, where there are such markers. Run `npx tsx scripts/generate-field-docs.ts` after changing a field;
 * a test checks that the result is up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fieldMarkdown } from '../src/cli/list-fields.js';
import { FIELD_CLASSES, FIELDS } from '../src/sinsp/fields/index.js';

const root = path.join(import.meta.dirname, '..');
export const FIELDS_FILE = path.join(root, 'docs/fields.md');
export const STUBS_FILE = path.join(root, 'lua/burin.meta.lua');
const BEGIN = '-- field names: generated';
const END = '-- end of field names';

/** The page about fields. */
export function fieldsPage(): string {
  return `# Fields

What filters, \`-p\` formats and chisels can ask of an event. This page is made from the table in \`src/sinsp/fields\` by
\`scripts/generate-field-docs.ts\`; \`burin -l\` prints the same.

Some fields take an argument: a position in brackets (\`proc.aname[2]\`, \`evt.arg[0]\`), or a name after a dot or in brackets
(\`evt.arg.fd\`, \`thread.cgroup.cpuset\`, \`proc.env[PATH]\`, \`container.mount[/var/*]\`).
${fieldMarkdown(FIELD_CLASSES)}`;
}

/** The stubs with the names of all fields filled in. */
export function stubsWithFields(stubs: string): string {
  const begin = stubs.indexOf(BEGIN);
  const end = stubs.indexOf(END, begin);
  if (begin < 0 || end < 0) return stubs;
  const rows = FIELDS.filter((field) => !field.filterOnly).map(({ name, description }) => {
    const text = description.replace(/\s+/g, ' ').replace(/^(.{100}[^ ]*) .*$/, '$1 ...');
    return `---| "${name}" # ${text}`;
  });
  const head = '---A field as in filters; `burin -l` lists them. Some take an argument: "evt.arg[0]", "proc.aname[2]".';
  return `${stubs.slice(0, begin)}${BEGIN}\n${head}\n---@alias chisel.FieldName\n---| string\n${rows.join('\n')}\n${stubs.slice(end)}`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(FIELDS_FILE, fieldsPage());
  if (existsSync(STUBS_FILE)) writeFileSync(STUBS_FILE, stubsWithFields(readFileSync(STUBS_FILE, 'utf8')));
}
