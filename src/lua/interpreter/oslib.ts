/** The `os` and `io` libraries. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import {
  type BufferMode,
  LuaFile,
  openFile,
  openPipe,
  type ReadFormat,
  readFormat,
  standardFile,
  temporaryFile,
} from '../kernel/files.js';
import * as system from '../kernel/os.js';
import type { LuaValue } from '../vm.js';
import { type LuaThread, lobject, type Udata } from './fengari.js';
import {
  checkAny,
  checkInt,
  checkNumber,
  checkString,
  checkTable,
  closure,
  functionTable,
  optInt,
  optNumber,
  optString,
} from './library.js';
import type { Runtime } from './runtime.js';
import { Table } from './tables.js';
import { typeName } from './values.js';

export function openOs({ L, options, host }: Runtime): Table {
  const field = (t: Table, key: string, missing: number | undefined): number => {
    const value = t.get(key);
    const n = typeof value === 'number' || typeof value === 'string' ? checkInt([value], 0) : undefined;
    if (n !== undefined) return n;
    if (missing === undefined) throw new KernelError(`field '${key}' missing in date table`);
    return missing;
  };
  return functionTable(L, {
    clock: () => system.clock(),
    date: (_L, args) => {
      const format = optString(args, 0) ?? '%c';
      const time = args[1] === undefined ? system.now() : checkNumber(args, 1);
      if (format !== '*t' && format !== '!*t') return system.formatDate(format, time);
      const fields = system.breakDown(time, format.startsWith('!'));
      if (fields === undefined) return undefined;
      const table = new Table(L.l_G);
      for (const [name, value] of Object.entries(fields)) table.set(name, value);
      return table;
    },
    difftime: (_L, args) => checkNumber(args, 0) - optNumber(args, 1, 0),
    execute: (_L, args) => system.execute(optString(args, 0), host),
    exit: (_L, args) => {
      const code = typeof args[0] === 'boolean' ? (args[0] ? 0 : 1) : optInt(args, 0, 0);
      host.flush?.();
      if (options.exit) return options.exit(code);
      return process.exit(code);
    },
    getenv: (_L, args) => system.getenv(checkString(args, 0)),
    remove: (_L, args) => system.remove(checkString(args, 0)),
    rename: (_L, args) => system.rename(checkString(args, 0), checkString(args, 1)),
    setlocale: (_L, args) => system.setlocale(optString(args, 0)),
    time: (_L, args) => {
      if (args[0] === undefined) return system.now();
      const t = checkTable(args, 0);
      const dst = t.get('isdst');
      return system.makeTime(
        {
          sec: field(t, 'sec', 0),
          min: field(t, 'min', 0),
          hour: field(t, 'hour', 12),
          day: field(t, 'day', undefined),
          month: field(t, 'month', undefined),
          year: field(t, 'year', undefined),
        },
        dst === undefined ? undefined : dst !== false,
      );
    },
    tmpname: () => system.tmpname(),
  });
}

export function openIo(runtime: Runtime): Table {
  const { L, host } = runtime;
  const methods = new Table(L.l_G);
  const wrap = (file: LuaFile): LuaValue => {
    const handle = new lobject.Udata(L, 0);
    handle.data = file;
    handle.metatable = methods;
    runtime.files.add(file);
    return handle as unknown as LuaValue;
  };
  const wrapped = (result: LuaFile | [undefined, string, number]) =>
    result instanceof LuaFile ? wrap(result) : result;
  const fileOf = (value: LuaValue): LuaFile | undefined => {
    const data = value instanceof lobject.Udata ? (value as Udata).data : undefined;
    return data instanceof LuaFile ? data : undefined;
  };
  const checkFile = (args: LuaValue[], i = 0): LuaFile => {
    const file = fileOf(args[i]);
    if (file === undefined) {
      throw new ArgumentError(i + 1, `FILE* expected, got ${i < args.length ? typeName(args[i]) : 'no value'}`);
    }
    if (file.isClosed) throw new KernelError('attempt to use a closed file');
    return file;
  };
  let input = wrap(standardFile(0, host));
  let output = wrap(standardFile(1, host, (bytes) => runtime.print(bytes)));
  const standard = (handle: LuaValue): LuaFile => {
    const file = fileOf(handle)!;
    if (file.isClosed) throw new KernelError('standard file is closed');
    return file;
  };

  const read = (file: LuaFile, args: LuaValue[], first: number): LuaValue[] => {
    const formats: ReadFormat[] = [];
    for (let i = first; i < args.length; i++) {
      const wanted = args[i];
      if (typeof wanted === 'number') {
        formats.push(checkInt(args, i));
        continue;
      }
      if (typeof wanted !== 'string') throw new ArgumentError(i + 1, 'invalid option');
      const format = readFormat(wanted);
      if (format === undefined) throw new ArgumentError(i + 1, 'invalid format');
      formats.push(format);
    }
    return file.read(formats);
  };
  const write = (file: LuaFile, args: LuaValue[], first: number): LuaValue | LuaValue[] => {
    let result: LuaValue | LuaValue[] = true;
    for (let i = first; i < args.length; i++) {
      const text = checkString(args, i);
      if (result === true) result = file.write(text);
    }
    return result;
  };
  const close = (file: LuaFile): LuaValue | LuaValue[] => {
    if (file.kind === 'standard') return [undefined, 'cannot close standard file'];
    runtime.files.delete(file);
    return file.close();
  };
  const lines = (file: LuaFile, formats: LuaValue[], closing: boolean) =>
    closure(L, () => {
      if (file.isClosed) throw new KernelError('attempt to use a closed file');
      const values = read(file, formats, 0);
      if (values[0] === undefined) {
        if (values.length > 1) throw new KernelError(String(values[1]));
        if (closing) {
          close(file);
          return [];
        }
      }
      return values;
    });

  const shared = functionTable(L, {
    close: (_L, args) => close(args.length === 0 ? standard(output) : checkFile(args)),
    flush: (_L, args) => checkFile(args).flush(),
    lines: (_L, args) => lines(checkFile(args), args.slice(1), false),
    read: (_L, args) => read(checkFile(args), args, 1),
    seek: (_L, args) => {
      const file = checkFile(args);
      const whence = optString(args, 1) ?? 'cur';
      if (whence !== 'set' && whence !== 'cur' && whence !== 'end') {
        throw new ArgumentError(2, `invalid option '${whence}'`);
      }
      return file.seek(whence, optNumber(args, 2, 0));
    },
    setvbuf: (_L, args) => {
      const file = checkFile(args);
      const mode = checkString(args, 1);
      if (mode !== 'full' && mode !== 'line' && mode !== 'no') throw new ArgumentError(2, `invalid option '${mode}'`);
      return file.setvbuf(mode as BufferMode, args[2] === undefined ? undefined : checkInt(args, 2));
    },
    write: (_L, args) => write(checkFile(args), args, 1),
    __gc: () => [],
    __tostring: (_L, args) => {
      const file = fileOf(args[0]);
      return file === undefined || file.isClosed
        ? 'file (closed)'
        : `file (0x${(0x1000 + file.descriptor * 8).toString(16)})`;
    },
  });
  for (const [name, fn] of shared.entries()) methods.set(name, fn);
  methods.set('__index', methods);
  (L.l_G.l_registry.value as Table).set('FILE*', methods);

  const openOrFail = (args: LuaValue[], mode: string): LuaValue => {
    const opened = openFile(checkString(args, 0), mode, host);
    if (opened instanceof LuaFile) return wrap(opened);
    throw new ArgumentError(1, opened[1]);
  };
  const redirect =
    (current: () => LuaValue, set: (handle: LuaValue) => void, mode: string) => (_L: LuaThread, args: LuaValue[]) => {
      if (args[0] !== undefined) {
        if (fileOf(args[0]) !== undefined) checkFile(args);
        set(fileOf(args[0]) !== undefined ? args[0] : openOrFail(args, mode));
      }
      return current();
    };
  const library = functionTable(L, {
    close: (_L, args) => close(args.length === 0 ? standard(output) : checkFile(args)),
    flush: () => standard(output).flush(),
    input: redirect(
      () => input,
      (handle) => {
        input = handle;
      },
      'r',
    ),
    lines: (_L, args) => {
      if (args[0] === undefined) return lines(standard(input), args.slice(1), false);
      const opened = openFile(checkString(args, 0), 'r', host);
      if (!(opened instanceof LuaFile)) throw new ArgumentError(1, opened[1]);
      wrap(opened);
      return lines(opened, args.slice(1), true);
    },
    open: (_L, args) => wrapped(openFile(checkString(args, 0), optString(args, 1) ?? 'r', host)),
    output: redirect(
      () => output,
      (handle) => {
        output = handle;
      },
      'w',
    ),
    popen: (_L, args) => wrapped(openPipe(checkString(args, 0), optString(args, 1) ?? 'r', host)),
    read: (_L, args) => read(standard(input), args, 0),
    tmpfile: () => wrapped(temporaryFile(host)),
    type: (_L, args) => {
      checkAny(args, 0);
      const file = fileOf(args[0]);
      return file === undefined ? undefined : file.isClosed ? 'closed file' : 'file';
    },
    write: (_L, args) => write(standard(output), args, 0),
  });
  library.set('stdin', input);
  library.set('stdout', output);
  library.set('stderr', wrap(standardFile(2, host)));
  return library;
}
