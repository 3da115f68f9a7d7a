/** Where chisels and the modules they require are looked for. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';
import { ChiselError } from './errors.js';

/** Default `package.path` of LuaJIT on Debian, which published chisels rely on. */
const LUA_PATH =
  './?.lua;/usr/share/luajit-2.1.0-beta3/?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/share/lua/5.1/?/init.lua;' +
  '/usr/share/lua/5.1/?.lua;/usr/share/lua/5.1/?/init.lua';

const withSlash = (folder: string): string => (folder === '' || folder.endsWith('/') ? folder : `${folder}/`);

export interface SearchPath {
  /** Folders in order, each with a trailing slash; `''` is the name as it was given. */
  readonly folders: readonly string[];
  /** `package.path` of a chisel. */
  readonly packagePath: string;
}

/**
 * The search path. Folders of `SYSDIG_CHISEL_DIR` and `BURIN_CHISEL_DIR` come first, the last one named winning, then
 * the name as given, `./chisels/`, `~/.chisels/`, the XDG data folder, and the bundled chisels.
 */
export function searchPath(env: NodeJS.ProcessEnv = process.env, root = packageRoot()): SearchPath {
  const fromEnv = `${env['SYSDIG_CHISEL_DIR'] ?? ''};${env['BURIN_CHISEL_DIR'] ?? ''}`
    .split(';')
    .filter(Boolean)
    .reverse();
  const home = env['HOME'] ?? homedir();
  const data = env['XDG_DATA_HOME'] || join(home, '.local/share');
  const personal = [join(home, '.chisels'), join(data, 'burin/chisels')].filter((folder) => existsSync(folder));
  const folders = [...fromEnv, '', './chisels', ...personal, join(root, 'chisels')].map(withSlash);
  const packagePath = [LUA_PATH, ...[...folders, withSlash(join(root, 'lua'))].map((folder) => `${folder}?.lua`)].join(
    ';',
  );
  return { folders, packagePath };
}

/** Finds the file of a chisel. Throws ChiselError when there is none. */
export function findChisel(name: string, path: SearchPath): string {
  let folderFound: string | undefined;
  for (const suffix of ['.lua', '']) {
    for (const folder of path.folders) {
      const file = name.startsWith('/') ? name + suffix : folder + name + suffix;
      const stat = statSync(file, { throwIfNoEntry: false });
      if (stat?.isFile()) return file;
      if (stat?.isDirectory()) folderFound = file;
    }
  }
  if (folderFound !== undefined) throw new ChiselError(`can't open file ${name}: ${folderFound} is a directory`);
  throw new ChiselError(`can't open file ${name}: no chisel of that name; use -cl to list them`);
}

/** Reads a Lua file as a byte string. Throws ChiselError. */
export function readLuaFile(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw new ChiselError(`can't read ${file}: ${(error as Error).message}`);
  }
}

/** All Lua files of the search path, the first one found of each name: base name without `.lua`, and path. */
export function allLuaFiles(path: SearchPath): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of path.folders) {
    if (folder === '') continue;
    let entries: string[];
    try {
      entries = readdirSync(folder);
    } catch {
      continue;
    }
    for (const entry of entries.sort()) {
      const name = entry.slice(0, -4);
      if (entry.endsWith('.lua') && !found.has(name)) found.set(name, folder + entry);
    }
  }
  return found;
}
