/** The `os` and `io` libraries. */
import { ArgumentError, KernelError } from '../kernel/errors.js';
import {
  type FileHost,
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
import {
  addDirect,
  addVariadic,
  checkAny,
  checkInt,
  checkNumber,
  checkString,
  checkTable,
  optInt,
  optNumber,
  optString,
  variadic,
} from './library.js';
import { isTrue, NONE } from './runtime.js';
import { LuaTable } from './table.js';
import { asValue, typeName, Userdata, type Values } from './values.js';

export function openOs(host: FileHost, exit: (code: number) => never): LuaTable {
  const field = (t: LuaTable, key: string, missing?: number): number => {
    const value = t.get(key);
    if (typeof value === 'number' || typeof value === 'string') return checkInt([value], 0);
    if (missing === undefined) throw new KernelError(`field '${key}' missing in date table`);
    return missing;
  };
  return addVariadic(new LuaTable(), {
    clock: () => system.clock(),
    date: (args) => {
      const format = optString(args, 0) ?? '%c';
      const time = args[1] === undefined ? system.now() : checkNumber(args, 1);
      if (format !== '*t' && format !== '!*t') return system.formatDate(format, time);
      const fields = system.breakDown(time, format.startsWith('!'));
      if (fields === undefined) return undefined;
      const t = new LuaTable();
      for (const [name, value] of Object.entries(fields)) t.set(name, value as LuaValue);
      return t;
    },
    difftime: (args) => checkNumber(args, 0) - optNumber(args, 1, 0),
    execute: (args) => system.execute(optString(args, 0), host),
    exit: (args) => {
      const [code] = args;
      return exit(typeof code === 'boolean' ? (code ? 0 : 1) : optInt(args, 0, 0));
    },
    getenv: (args) => system.getenv(checkString(args, 0)),
    remove: (args) => system.remove(checkString(args, 0)) as LuaValue | Values,
    rename: (args) => system.rename(checkString(args, 0), checkString(args, 1)) as LuaValue | Values,
    setlocale: (args) => system.setlocale(optString(args, 0)),
    time: (args) => {
      if (args[0] === undefined) return system.now();
      const t = checkTable(args, 0);
      const dst = t.get('isdst');
      return system.makeTime(
        {
          sec: field(t, 'sec', 0),
          min: field(t, 'min', 0),
          hour: field(t, 'hour', 12),
          day: field(t, 'day'),
          month: field(t, 'month'),
          year: field(t, 'year'),
        },
        dst === undefined ? undefined : isTrue(dst),
      );
    },
    tmpname: () => system.tmpname(),
  });
}

/** What the state needs of the open files. */
export interface IoLibrary {
  table: LuaTable;
  /** Metatable of files. */
  methods: LuaTable;
  closeAll(): void;
}

export function openIo(host: FileHost, print: (text: string) => void): IoLibrary {
  const methods = new LuaTable();
  const open = new Set<LuaFile>();
  const wrap = (file: LuaFile): LuaValue => {
    const handle = new Userdata(file);
    handle.meta = methods;
    open.add(file);
    return asValue(handle);
  };
  const wrapped = (result: LuaFile | [undefined, string, number]): LuaValue | Values =>
    result instanceof LuaFile ? wrap(result) : result;
  const fileOf = (value: LuaValue): LuaFile | undefined => {
    const handle = value as unknown;
    return handle instanceof Userdata && handle.hostObject instanceof LuaFile ? handle.hostObject : undefined;
  };
  const checkFile = (args: Values): LuaFile => {
    const file = fileOf(args[0]);
    if (file === undefined) {
      throw new ArgumentError(1, `FILE* expected, got ${args.length > 0 ? typeName(args[0]) : 'no value'}`);
    }
    if (file.isClosed) throw new KernelError('attempt to use a closed file');
    return file;
  };
  let input = wrap(standardFile(0, host));
  let output = wrap(standardFile(1, host, print));
  const standard = (handle: LuaValue): LuaFile => {
    const file = fileOf(handle)!;
    if (file.isClosed) throw new KernelError('standard file is closed');
    return file;
  };
  const read = (file: LuaFile, args: Values, first: number): Values => {
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
  const write = (file: LuaFile, args: Values, first: number): LuaValue | Values => {
    let result: true | Values = true;
    for (let i = first; i < args.length; i++) {
      const text = checkString(args, i);
      if (result === true) result = file.write(text);
    }
    return result;
  };
  const close = (file: LuaFile): LuaValue | Values => {
    if (file.kind === 'standard') return [undefined, 'cannot close standard file'];
    open.delete(file);
    return file.close();
  };
  const lines = (file: LuaFile, formats: Values, closing: boolean): LuaValue =>
    asValue(
      variadic('lines_iterator', () => {
        if (file.isClosed) throw new KernelError('attempt to use a closed file');
        const values = read(file, formats, 0);
        if (values[0] === undefined) {
          if (values.length > 1) throw new KernelError(String(values[1]));
          if (closing) {
            close(file);
            return NONE;
          }
        }
        return values;
      }),
    );
  addVariadic(methods, {
    close: (args) => close(args.length === 0 ? standard(output) : checkFile(args)),
    flush: (args) => checkFile(args).flush(),
    lines: (args) => lines(checkFile(args), args.slice(1), false),
    read: (args) => read(checkFile(args), args, 1),
    seek: (args) => {
      const file = checkFile(args);
      const whence = optString(args, 1) ?? 'cur';
      if (whence !== 'set' && whence !== 'cur' && whence !== 'end') {
        throw new ArgumentError(2, `invalid option '${whence}'`);
      }
      return file.seek(whence, optNumber(args, 2, 0));
    },
    setvbuf: (args) => {
      const file = checkFile(args);
      const mode = checkString(args, 1);
      if (mode !== 'full' && mode !== 'line' && mode !== 'no') throw new ArgumentError(2, `invalid option '${mode}'`);
      return file.setvbuf(mode, args[2] === undefined ? undefined : checkInt(args, 2));
    },
    write: (args) => write(checkFile(args), args, 1),
    __gc: () => NONE,
    __tostring: (args) => {
      const file = fileOf(args[0]);
      return file === undefined || file.isClosed
        ? 'file (closed)'
        : `file (0x${(0x1000 + file.descriptor * 8).toString(16)})`;
    },
  });
  methods.set('__index', methods);

  const redirect =
    (current: () => LuaValue, set: (handle: LuaValue) => void, mode: string) =>
    (args: Values): LuaValue => {
      if (args[0] !== undefined) {
        if (fileOf(args[0]) !== undefined) {
          checkFile(args);
          set(args[0]);
        } else {
          const opened = openFile(checkString(args, 0), mode, host);
          if (!(opened instanceof LuaFile)) throw new ArgumentError(1, opened[1]);
          set(wrap(opened));
        }
      }
      return current();
    };
  const table = addVariadic(new LuaTable(), {
    close: (args) => close(args.length === 0 ? standard(output) : checkFile(args)),
    flush: () => standard(output).flush(),
    input: redirect(
      () => input,
      (handle) => {
        input = handle;
      },
      'r',
    ),
    lines: (args) => {
      if (args[0] === undefined) return lines(standard(input), args.slice(1), false);
      const opened = openFile(checkString(args, 0), 'r', host);
      if (!(opened instanceof LuaFile)) throw new ArgumentError(1, opened[1]);
      wrap(opened);
      return lines(opened, args.slice(1), true);
    },
    open: (args) => wrapped(openFile(checkString(args, 0), optString(args, 1) ?? 'r', host)),
    output: redirect(
      () => output,
      (handle) => {
        output = handle;
      },
      'w',
    ),
    popen: (args) => wrapped(openPipe(checkString(args, 0), optString(args, 1) ?? 'r', host)),
    read: (args) => read(standard(input), args, 0),
    tmpfile: () => wrapped(temporaryFile(host)),
    type: (args) => {
      checkAny(args, 0);
      const file = fileOf(args[0]);
      return file === undefined ? undefined : file.isClosed ? 'closed file' : 'file';
    },
  });
  addDirect(table, {
    // What draws on a terminal calls it with one short text at a time, millions of times.
    write: function (this: unknown, first: LuaValue, ...others: Values): LuaValue | Values {
      const file = standard(output);
      if (others.length === 0 && typeof first === 'string') return file.write(first);
      // biome-ignore lint/complexity/noArguments: nothing else tells no argument from nil.
      return write(file, arguments.length === 0 ? [] : [first, ...others], 0);
    },
  });
  table.set('stdin', input);
  table.set('stdout', output);
  table.set('stderr', wrap(standardFile(2, host)));
  return {
    table,
    methods,
    closeAll: () => {
      for (const file of open) {
        if (file.kind === 'standard') file.release();
        else file.close();
      }
      open.clear();
    },
  };
}
