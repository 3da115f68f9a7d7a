/** `burin new`: writes a commented chisel to start from, and points the Lua language server at the API's stubs. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packageRoot } from '../package-root.js';

const TEMPLATE_FOLDER = join('lua', 'templates');

/** The names that `--template` takes. */
export function templateNames(): string[] {
  return readdirSync(join(packageRoot(), TEMPLATE_FOLDER))
    .filter((file) => file.endsWith('.lua'))
    .map((file) => file.slice(0, -4))
    .sort();
}

/** A file that could not be made; the message is the line for the user. */
export class NewChiselError extends Error {
  override name = 'NewChiselError';
}

/**
 * Writes `NAME.lua` and, unless there is one, `.luarc.json` beside it.
 * @returns the files written
 */
export function newChisel(name: string, template: string): string[] {
  if (!templateNames().includes(template)) {
    throw new NewChiselError(`no template "${template}": choose one of ${templateNames().join(', ')}`);
  }
  const file = name.endsWith('.lua') ? name : `${name}.lua`;
  const short = basename(file, '.lua');
  if (!/^[\w.-]+$/.test(short))
    throw new NewChiselError(`"${short}" cannot be a chisel's name: use letters, digits, _ and -`);
  const source = readFileSync(join(packageRoot(), TEMPLATE_FOLDER, `${template}.lua`), 'utf8').replaceAll(
    '@NAME@',
    short,
  );
  write(file, source);
  const written = [file];
  const settings = join(dirname(file), '.luarc.json');
  if (!existsSync(settings)) {
    write(settings, `${JSON.stringify(languageServerSettings(), null, 2)}\n`);
    written.push(settings);
  }
  return written;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new NewChiselError(
      code === 'EEXIST' ? `${file} exists: choose another name` : `cannot write ${file}: ${message}`,
    );
  }
}

/** Settings of lua-language-server: the dialect, and where the stubs and modules are. */
function languageServerSettings(): object {
  return {
    $schema: 'https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json',
    'runtime.version': 'LuaJIT',
    'workspace.library': [join(packageRoot(), 'lua')],
    'workspace.checkThirdParty': false,
    'diagnostics.disable': ['lowercase-global'],
  };
}
