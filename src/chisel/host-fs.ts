/**
 * The module `burin.fs` of Lua: file system calls, on which `lua/lfs.lua` builds LuaFileSystem's interface. What fails
 * returns nil, a message and an errno.
 */
import fs from 'node:fs';
import { fileFailure } from '../lua/kernel/errors.js';
import { type HostFunction, LuaError, type LuaState, type LuaTable, type LuaValue } from '../lua/vm.js';

const ENOSYS = 38;

/** Paths are byte strings. */
const path = (value: LuaValue): Buffer => {
  if (typeof value !== 'string') throw new LuaError('a path is expected');
  return Buffer.from(value, 'latin1');
};
const text = (bytes: Buffer | string): string => (typeof bytes === 'string' ? bytes : bytes.toString('latin1'));

/** Runs a call; a failed system call becomes nil, message, errno. */
const attempt = (call: () => LuaValue): LuaValue | LuaValue[] => {
  try {
    return call();
  } catch (error) {
    return fileFailure(error);
  }
};
const done =
  (call: (...args: LuaValue[]) => void): HostFunction =>
  (...args) =>
    attempt(() => {
      call(...args);
      return true;
    });

const STAT_NUMBERS = ['dev', 'ino', 'nlink', 'mode', 'uid', 'gid', 'rdev', 'size', 'blksize', 'blocks'] as const;

export function fsModule(lua: LuaState): LuaTable {
  const status =
    (call: (name: Buffer) => fs.Stats): HostFunction =>
    (name) =>
      attempt(() => {
        const stat = call(path(name));
        const table = lua.newTable();
        for (const key of STAT_NUMBERS) table.set(key, stat[key]);
        table.set('atime', stat.atimeMs / 1000);
        table.set('mtime', stat.mtimeMs / 1000);
        table.set('ctime', stat.ctimeMs / 1000);
        return table;
      });
  const functions: Record<string, HostFunction> = {
    stat: status((name) => fs.statSync(name)),
    lstat: status((name) => fs.lstatSync(name)),
    readdir: (name) =>
      attempt(() => {
        const table = lua.newTable();
        fs.readdirSync(path(name), { encoding: 'buffer' }).forEach((entry, index) => {
          table.set(index + 1, text(entry));
        });
        return table;
      }),
    readlink: (name) => attempt(() => text(fs.readlinkSync(path(name), { encoding: 'buffer' }))),
    currentdir: () => Buffer.from(process.cwd(), 'utf8').toString('latin1'),
    chdir: done((name) => process.chdir(path(name).toString('utf8'))),
    mkdir: done((name, mode) => fs.mkdirSync(path(name), { mode: typeof mode === 'number' ? mode : 0o775 })),
    rmdir: done((name) => fs.rmdirSync(path(name))),
    symlink: done((target, name) => fs.symlinkSync(path(target), path(name))),
    link: done((old, name) => fs.linkSync(path(old), path(name))),
    utime: done((name, access, modification) => {
      const now = Date.now() / 1000;
      fs.utimesSync(path(name), Number(access ?? now), Number(modification ?? access ?? now));
    }),
    // Node offers no record locks.
    lock: () => [undefined, 'file locks are not available', ENOSYS],
  };
  const table = lua.newTable();
  for (const [name, fn] of Object.entries(functions)) table.set(name, lua.hostFunction(name, fn));
  return table;
}
