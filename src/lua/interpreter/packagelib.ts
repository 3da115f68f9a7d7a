/** `require`, `module` and the `package` table. Only Lua files and modules that the host preloads are ever loaded. */
import { existsSync, statSync } from 'node:fs';
import { KernelError } from '../kernel/errors.js';
import { pathBytes } from '../kernel/files.js';
import type { LuaState, LuaValue } from '../vm.js';
import { functionAt, globalsOf, setEnvironment } from './baselib.js';
import { CALL_LUA, lobject } from './fengari.js';
import { callOne, callValue, checkString, checkTable, closure, functionTable } from './library.js';
import { loadText, readSource } from './loading.js';
import type { Runtime } from './runtime.js';
import { Table } from './tables.js';
import { fromSlot, typeName } from './values.js';

const DEFAULT_PATH =
  './?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/share/lua/5.1/?/init.lua;/usr/share/lua/5.1/?.lua;/usr/share/lua/5.1/?/init.lua';

/** The first file of a path's templates that can be read, or the text that tells where it was looked for. */
function searchPath(name: string, path: string): { found: string } | { tried: string } {
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
    return existsSync(pathBytes(path)) && !statSync(pathBytes(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Marks a module that is being loaded. */
const LOADING = { loading: true };

export function openPackage(runtime: Runtime, state: LuaState): Table {
  const { L, globals, options } = runtime;
  const loaded = new Table(L.l_G);
  const preload = new Table(L.l_G);
  const sentinel = new lobject.Udata(L, 0) as unknown as LuaValue;
  (sentinel as unknown as { data: object }).data = LOADING;

  const searchPreload = closure(L, (_L, args) => {
    const name = checkString(args, 0);
    const found = preload.get(name);
    return found ?? `\n\tno field package.preload['${name}']`;
  });
  const searchHost = closure(L, (thread, args) => {
    const name = checkString(args, 0);
    const make = options.preload?.get(name);
    if (make === undefined) return [];
    return closure(thread, () => {
      const value = make(state);
      if (typeof value !== 'string') return value;
      const fn = loadText(thread, value, `=${name}`, globalsOf(thread));
      if (typeof fn === 'string') throw new KernelError(`error loading module '${name}':\n\t${fn}`);
      return callOne(thread, fn, name);
    });
  });
  const searchFiles = closure(L, (thread, args) => {
    const name = checkString(args, 0);
    const path = library.get('path');
    if (typeof path !== 'string') throw new KernelError("'package.path' must be a string");
    const result = searchPath(name, path);
    if ('tried' in result) return result.tried;
    let source: string;
    try {
      ({ source } = readSource(runtime, result.found));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw new KernelError(`error loading module '${name}' from file '${result.found}':\n\t${error.message}`);
    }
    const fn = loadText(thread, source, `@${result.found}`, globalsOf(thread));
    if (typeof fn === 'string') {
      throw new KernelError(`error loading module '${name}' from file '${result.found}':\n\t${fn}`);
    }
    return fn;
  });
  const searchNative = closure(L, (_L, args) => {
    const name = checkString(args, 0);
    if (name === 'ffi') return "\n\tno module 'ffi': there is no C interface here";
    return '';
  });

  const library = functionTable(L, {
    loadlib: (_L, args) => {
      checkString(args, 0);
      return [undefined, 'dynamic libraries not enabled; only Lua modules can be loaded', 'absent'];
    },
    searchpath: (_L, args) => {
      const result = searchPath(checkString(args, 0), checkString(args, 1));
      return 'found' in result ? result.found : [undefined, result.tried];
    },
    seeall: (thread, args) => {
      const table = checkTable(args, 0);
      table.metatable ??= new Table(thread.l_G);
      table.metatable.set('__index', globalsOf(thread));
      return [];
    },
  });
  const loaders = new Table(L.l_G);
  [searchPreload, searchHost, searchFiles, searchNative].forEach((loader, i) => {
    loaders.set(i + 1, loader);
  });
  library.set('loaded', loaded);
  library.set('preload', preload);
  library.set('loaders', loaders);
  library.set(
    'path',
    options.packagePath ?? process.env['LUA_PATH']?.replace(';;', `;${DEFAULT_PATH};`) ?? DEFAULT_PATH,
  );
  library.set('cpath', '');
  library.set('config', '/\n;\n?\n!\n-\n');
  (L.l_G.l_registry.value as Table).set('_LOADED', loaded);

  globals.set(
    'require',
    closure(L, (thread, args) => {
      const name = checkString(args, 0);
      const before = loaded.get(name);
      if (before === sentinel) throw new KernelError(`loop or previous error loading module '${name}'`);
      if (before !== undefined && before !== false) return before;
      const searchers = library.get('loaders');
      if (!(searchers instanceof Table)) throw new KernelError("'package.loaders' must be a table");
      let message = '';
      let loader: LuaValue;
      for (let i = 1; ; i++) {
        const searcher = searchers.get(i);
        if (searcher === undefined) throw new KernelError(`module '${name}' not found:${message}`);
        const found = callValue(thread, searcher, name)[0];
        if (typeName(found) === 'function') {
          loader = found;
          break;
        }
        if (typeof found === 'string') message += found;
      }
      loaded.set(name, sentinel);
      const result = callOne(thread, loader, name);
      if (result !== undefined) loaded.set(name, result);
      else if (loaded.get(name) === sentinel) loaded.set(name, true);
      return loaded.get(name);
    }),
  );

  globals.set(
    'module',
    closure(L, (thread, args) => {
      const name = checkString(args, 0);
      let table = loaded.get(name);
      if (!(table instanceof Table)) {
        const path = name.split('.');
        let at: Table = globalsOf(thread);
        for (const part of path) {
          const next = at.get(part);
          if (next === undefined) {
            const made = new Table(thread.l_G);
            at.set(part, made);
            at = made;
          } else if (next instanceof Table) {
            at = next;
          } else {
            throw new KernelError(`name conflict for module '${name}'`);
          }
        }
        table = at;
        loaded.set(name, table);
      }
      const module = table as Table;
      if (module.get('_NAME') === undefined) {
        module.set('_M', module);
        module.set('_NAME', name);
        module.set('_PACKAGE', name.slice(0, name.lastIndexOf('.') + 1));
      }
      const caller = functionAt(thread, 1);
      if (caller === undefined || !(caller.callstatus & CALL_LUA)) {
        throw new KernelError("'module' not called from a Lua function");
      }
      setEnvironment(fromSlot(caller.func), module);
      for (const option of args.slice(1)) callValue(thread, option, module);
      return [];
    }),
  );
  return library;
}
