/** `-cl` and `-i`: which chisels there are, and what one of them says about itself. */
import { createLuaState } from '../lua/index.js';
import { LuaError } from '../lua/vm.js';
import { ChiselError } from './errors.js';
import { type ChiselInfo, readInfo } from './metadata.js';
import { bundledModules } from './modules.js';
import { allLuaFiles, readLuaFile, type SearchPath } from './search-path.js';
import { refusal } from './trust.js';

const NAME_COLUMN = 16;
const SHORT_WIDTH = 63;
const LONG_WIDTH = 79;

/** API tables whose functions refuse: a listed chisel is not running. */
const LISTING_API = `
local function refuse(name)
  return setmetatable({}, { __index = function(_, key)
    return function() error(name .. "." .. tostring(key) .. " cannot be called while chisels are listed", 2) end
  end })
end
chisel, evt, sysdig = refuse("chisel"), refuse("evt"), refuse("sysdig")
`;

/** Runs the main chunk of a file, without a capture, to see what it says; undefined when it is no chisel or has an error. */
function inspect(name: string, file: string, path: SearchPath, allowUntrusted: boolean): ChiselInfo | undefined {
  const mayLoad = (module: string) => (allowUntrusted ? undefined : refusal(module));
  if (mayLoad(file) !== undefined) return undefined;
  const lua = createLuaState({
    stdout: () => undefined,
    packagePath: path.packagePath,
    preload: bundledModules(),
    mayLoad,
    limits: { callSeconds: 2 },
    exit: () => {
      throw new LuaError('os.exit called');
    },
  });
  try {
    lua.call(lua.load(LISTING_API, '=listing'));
    const source = readLuaFile(file);
    lua.call(lua.load(source, source));
    return readInfo(name, file, lua);
  } catch {
    return undefined;
  } finally {
    lua.close();
  }
}

const byCategoryAndName = (a: ChiselInfo, b: ChiselInfo): number => {
  const left = `${a.category}\0${a.name}`;
  const right = `${b.category}\0${b.name}`;
  return left < right ? -1 : left > right ? 1 : 0;
};

/** All chisels and views of the search path that can be shown. */
export function allChisels(path: SearchPath, allowUntrusted = false): ChiselInfo[] {
  const infos: ChiselInfo[] = [];
  for (const [name, file] of allLuaFiles(path)) {
    const info = inspect(name, file, path, allowUntrusted);
    if (info !== undefined) infos.push(info);
  }
  return infos.sort(byCategoryAndName);
}

/** Cuts a text hard into lines of `width`, continuation lines indented by `indent` blanks. */
function wrap(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  for (let at = 0; at < text.length || at === 0; at += width) lines.push(text.slice(at, at + width));
  return lines.join(`\n${' '.repeat(indent)}`);
}

function block(info: ChiselInfo): string {
  const name =
    info.name.length < NAME_COLUMN ? info.name.padEnd(NAME_COLUMN) : `${info.name}\n${' '.repeat(NAME_COLUMN)}`;
  return `${name}${wrap(info.shortDescription, SHORT_WIDTH, NAME_COLUMN)}\n`;
}

function heading(category: string): string {
  const title = `Category: ${category}`;
  return `\n${title}\n${'-'.repeat(title.length)}\n`;
}

/** The text of `-cl`. */
export function listChisels(path: SearchPath, allowUntrusted = false): string {
  let text = '';
  let category = '';
  for (const info of allChisels(path, allowUntrusted)) {
    if (info.isView || info.hidden) continue;
    if (info.category !== category) {
      category = info.category;
      text += heading(category);
    }
    text += block(info);
  }
  return `${text}\nUse the -i flag to get detailed information about a specific chisel\n`;
}

/** The text of `-i NAME`. Throws ChiselError when there is no such chisel. */
export function describeChisel(name: string, path: SearchPath, allowUntrusted = false): string {
  const file = allLuaFiles(path).get(name);
  const info = file === undefined ? undefined : inspect(name, file, path, allowUntrusted);
  if (info === undefined || info.hidden) throw new ChiselError(`chisel ${name} not found - use -cl to list them.`);
  if (info.isView) return '\n\nArgs:\n(None)\n';
  const args = info.args.map((argument) => {
    const line = `[${argument.type}] ${argument.name} - ${argument.description}`;
    return `${wrap(line, SHORT_WIDTH, NAME_COLUMN)}\n`;
  });
  const head = info.category === '' ? '' : heading(info.category);
  const tail = args.length === 0 ? '(None)\n' : `${args.join('')}\n`;
  return `${head}${block(info)}\n${wrap(info.description, LONG_WIDTH, 0)}\nArgs:\n${tail}`;
}
