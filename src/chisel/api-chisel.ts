/** The `chisel` table of Lua: requesting fields, setting filter, formatter and interval, handing over to another chisel. */
import { type HostFunction, LuaError, type LuaValue } from '../lua/vm.js';
import { parseField } from '../sinsp/fields/index.js';
import type { Chisel } from './chisel.js';
import { API_MISUSE } from './errors.js';
import { FieldHandle, fieldReader } from './field-reader.js';
import { toInterval } from './interval.js';

const textArgument = (value: LuaValue): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

export function chiselApi(chisel: Chisel): [string, HostFunction][] {
  const { services } = chisel;
  const misuse = (line?: string): LuaError => {
    if (line !== undefined) services.complain(line);
    return new LuaError(API_MISUSE);
  };
  const interval = (value: LuaValue, name: string): number => {
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) throw misuse(`chisel.${name} needs a number`);
    return number;
  };

  return [
    [
      'request_field',
      (name) => {
        const text = textArgument(name);
        if (text === undefined) throw misuse('chisel requesting nil field');
        const use = parseField(text);
        if (use === undefined) throw misuse(`chisel requesting nonexistent field ${text}`);
        if (use.field.filterOnly) throw misuse(`field ${text} can be used in filters only`);
        let read: () => LuaValue;
        try {
          read = fieldReader(use, services.context, services.inspector.event);
        } catch (error) {
          throw misuse((error as Error).message);
        }
        return chisel.lua.userdata(new FieldHandle(use, read));
      },
    ],
    [
      'set_filter',
      (expression) => {
        const text = textArgument(expression);
        if (text === undefined) throw misuse(`chisel.set_filter in chisel ${chisel.name} needs a filter`);
        try {
          chisel.setFilter(text);
        } catch (error) {
          throw misuse(`invalid filter in chisel ${chisel.name}: ${(error as Error).message}`);
        }
        return [];
      },
    ],
    [
      'set_event_formatter',
      (format) => {
        const text = textArgument(format);
        if (text === undefined) throw misuse();
        try {
          chisel.setFormatter(text);
        } catch (error) {
          throw misuse(`invalid format in chisel ${chisel.name}: ${(error as Error).message}`);
        }
        return [];
      },
    ],
    [
      'set_interval_s',
      (value) => {
        chisel.timer.setPlain(toInterval(Math.trunc(interval(value, 'set_interval_s'))) * 1_000_000_000n);
        return [];
      },
    ],
    [
      'set_interval_ns',
      (value) => {
        chisel.timer.setPlain(toInterval(interval(value, 'set_interval_ns')));
        return [];
      },
    ],
    [
      'set_precise_interval_ns',
      (value) => {
        chisel.timer.setPrecise(toInterval(interval(value, 'set_precise_interval_ns')));
        return [];
      },
    ],
    [
      'snapshot',
      () => {
        if (chisel.host.takeSnapshot === null) return false;
        chisel.host.takeSnapshot();
        return true;
      },
    ],
    [
      'exec',
      (...values) => {
        const name = textArgument(values[0]);
        if (name === undefined) throw misuse(`invalid exec field name in chisel ${chisel.name}`);
        const args: string[] = [];
        for (const value of values.slice(1)) {
          if (value === undefined) break;
          const text = textArgument(value === true || value === false ? undefined : value);
          if (text === undefined)
            throw misuse(`chisel.exec in chisel ${chisel.name}: arguments are strings or numbers`);
          args.push(chisel.lua.tostring(value));
        }
        chisel.requestExec(name, args);
        return [];
      },
    ],
  ];
}
