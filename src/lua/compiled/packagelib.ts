/** `require`, `module` and the `package` table. Only Lua files and modules of the host are ever loaded. */
import { statSync } from 'node:fs';
import { KernelError } from '../kernel/errors.js';
import { pathBytes } from '../kernel/files.js';
import type { LuaValue } from '../vm.js';
import { addVariadic, checkString, checkTable, variadic } from './library.js';
import { NONE, type Runtime, viaFirst } from './runtime.js';
import { LuaTable } from './table.js';
import { asValue, isFunction, type NativeFunction, Userdata } from './values.js';

const DEFAULT_PATH =
  './?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/share/lua/5.1/?/init.lua;/usr/share/lua/5.1/?.lua;/usr/share/lua/5.1/?/init.lua';

export function defaultPath(): string {
  return process.env['LUA_PATH']?.replace(';;', `;${DEFAULT_PATH};`) ?? DEFAULT_PATH;
}

/** The first file of a path's templates that exists, or the text that tells where it was looked for. */
export function searchPath(name: string, path: string): { found: string } | { tried: string } {
  const file = name.replaceAll('.', '/');
  let tried = '';
  for (const template of path.split(';')) {
    if (template === '') continue;
    const candidate = template.replaceAll('?', file);
    if (isFile(candidate)) return { found: candidate };
    tried += `\n\tno file '${candidate}'`;
  }
  return { tried };
}

function isFile(path: string): boolean {
  try {
    return !statSync(pathBytes(path)).isDirectory();
  } catch {
    return false;
  }
}

/** What the library needs of the state. */
export interface ModuleHost {
  path: string;
  /** A module of the host, by name: a function that makes its value. */
  preloaded(name: string): NativeFunction | undefined;
  /** Reads and compiles a file. Throws KernelError. */
  loadFile(path: string): NativeFunction;
}

export function openPackage(rt: Runtime, host: ModuleHost): LuaTable {
  const { G } = rt;
  const loaded = new LuaTable();
  const preload = new LuaTable();
  /** Marks a module that is being loaded. */
  const loading = asValue(new Userdata({}));
  const library = addVariadic(new LuaTable(), {
    loadlib: (args) => {
      checkString(args, 0);
      return [undefined, 'dynamic libraries not enabled; only Lua modules can be loaded', 'absent'];
    },
    searchpath: (args) => {
      const result = searchPath(checkString(args, 0), checkString(args, 1));
      return 'found' in result ? result.found : [undefined, result.tried];
    },
    seeall: (args) => {
      const table = checkTable(args, 0);
      table.meta ??= new LuaTable();
      table.meta.set('__index', G);
      return NONE;
    },
  });
  const searchers = [
    variadic('preload', (args) => {
      const name = checkString(args, 0);
      return preload.get(name) ?? `\n\tno field package.preload['${name}']`;
    }),
    variadic('host', (args) => {
      const make = host.preloaded(checkString(args, 0));
      return make === undefined ? NONE : asValue(make);
    }),
    variadic('files', (args) => {
      const name = checkString(args, 0);
      const path = library.get('path');
      if (typeof path !== 'string') throw new KernelError("'package.path' must be a string");
      const result = searchPath(name, path);
      if ('tried' in result) return result.tried;
      try {
        return asValue(host.loadFile(result.found));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        throw new KernelError(`error loading module '${name}' from file '${result.found}':\n\t${error.message}`);
      }
    }),
    variadic('native', (args) =>
      checkString(args, 0) === 'ffi' ? "\n\tno module 'ffi': there is no C interface here" : '',
    ),
  ];
  const loaders = new LuaTable();
  searchers.forEach((searcher, i) => {
    loaders.set(i + 1, asValue(searcher));
  });
  library.set('loaded', loaded);
  library.set('preload', preload);
  library.set('loaders', loaders);
  library.set('path', host.path);
  library.set('cpath', '');
  library.set('config', '/\n;\n?\n!\n-\n');
  rt.registry.set('_LOADED', loaded);

  addVariadic(G, {
    require: (args) => {
      const name = checkString(args, 0);
      const before = loaded.get(name);
      if (before === loading) throw new KernelError(`loop or previous error loading module '${name}'`);
      if (before !== undefined && before !== false) return before;
      const list = library.get('loaders');
      if (!(list instanceof LuaTable)) throw new KernelError("'package.loaders' must be a table");
      let message = '';
      let loader: LuaValue;
      for (let i = 1; loader === undefined; i++) {
        const searcher = list.get(i);
        if (searcher === undefined) throw new KernelError(`module '${name}' not found:${message}`);
        const found = viaFirst(rt.viaCall(searcher, name));
        if (isFunction(found)) loader = found;
        else if (typeof found === 'string') message += found;
      }
      loaded.set(name, loading);
      const result = viaFirst(rt.viaCall(loader, name));
      if (result !== undefined) loaded.set(name, result);
      else if (loaded.get(name) === loading) loaded.set(name, true);
      return loaded.get(name);
    },
    module: (args) => {
      const name = checkString(args, 0);
      const known = loaded.get(name);
      let module: LuaTable;
      if (known instanceof LuaTable) module = known;
      else {
        let at = G;
        for (const part of name.split('.')) {
          const next = at.get(part);
          if (next !== undefined && !(next instanceof LuaTable)) {
            throw new KernelError(`name conflict for module '${name}'`);
          }
          const made: LuaTable = next instanceof LuaTable ? next : new LuaTable();
          if (next === undefined) at.set(part, made);
          at = made;
        }
        module = at;
        loaded.set(name, module);
      }
      if (module.get('_NAME') === undefined) {
        module.set('_M', module);
        module.set('_NAME', name);
        module.set('_PACKAGE', name.slice(0, name.lastIndexOf('.') + 1));
      }
      if (rt.current === undefined) throw new KernelError("'module' not called from a Lua function");
      rt.current(module);
      for (const option of args.slice(1)) rt.viaCall(option, module);
      return NONE;
    },
  });
  return library;
}
