/**
 * Modules that stand in front of those on `package.path`: the ones that elsewhere are compiled C (cjson, lfs,
 * LuaSocket's core), so that libraries of the system's Lua folders find ours.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LuaState, LuaValue } from '../lua/vm.js';
import { packageRoot } from '../package-root.js';
import { fsModule } from './host-fs.js';
import { netModule } from './host-net.js';

/** Module name to file below the package's `lua/` folder. */
const FILES: Record<string, string> = {
  cjson: 'cjson.lua',
  'cjson.safe': 'cjson/safe.lua',
  lfs: 'lfs.lua',
  'socket.core': 'socket/core.lua',
  'socket.unix': 'socket/unix.lua',
  'mime.core': 'mime/core.lua',
};

let made: Map<string, (state: LuaState) => LuaValue> | undefined;

export function bundledModules(): ReadonlyMap<string, (state: LuaState) => LuaValue> {
  if (made !== undefined) return made;
  made = new Map<string, (state: LuaState) => LuaValue>([
    ['burin.net', netModule],
    ['burin.fs', fsModule],
  ]);
  for (const [name, file] of Object.entries(FILES)) {
    made.set(name, (state) => {
      const path = join(packageRoot(), 'lua', file);
      return state.call(state.load(readFileSync(path, 'latin1'), `@${path}`), name)[0];
    });
  }
  return made;
}
