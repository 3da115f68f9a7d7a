/** The `chisel` table of Lua: requesting fields, setting filter, formatter and interval, handing over to another chisel. */
import { type HostFunction, LuaError, type LuaValue } from '../lua/vm.js';
import type { FieldUse } from '../sinsp/fields/field.js';
import { FIELD_CLASSES, parseField } from '../sinsp/fields/index.js';
import type { Chisel } from './chisel.js';
import { API_MISUSE } from './errors.js';
import { FieldHandle, type FieldReader, fieldReader } from './field-reader.js';
import { toInterval } from './interval.js';

/** Fields that make no sense without their argument. */
let withArgument: ReadonlySet<string> | undefined;
function needsArgument(name: string): boolean {
  withArgument ??= new Set(
    FIELD_CLASSES.flatMap(({ fields }) =>
      fields.filter((field) => field.argument?.required).map((field) => field.name),
    ),
  );
  return withArgument.has(name);
}

const textArgument = (value: LuaValue): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

export function chiselApi(chisel: Chisel): [string, HostFunction][] {
  const { services } = chisel;
  const misuse = (line?: string): LuaError => {
    if (line !== undefined) services.complain(line);
    return new LuaError(API_MISUSE);
  };
  // What is no number is 0: no interval.
  const interval = (value: LuaValue): number => (typeof value === 'string' ? Number(value) : Number(value ?? 0)) || 0;
  // What stands behind the longest name that fits is not looked at: "evt.num," is evt.num.
  const fieldOf = (text: string): FieldUse | undefined => {
    const whole = parseField(text);
    if (whole !== undefined) return whole;
    if (needsArgument(text)) throw misuse();
    for (let length = text.length - 1; length > 0; length--) {
      const use = parseField(text.slice(0, length));
      if (use !== undefined) return use;
    }
    return undefined;
  };

  return [
    [
      'request_field',
      (name) => {
        const text = textArgument(name);
        if (text === undefined) throw misuse('chisel requesting nil field');
        const use = fieldOf(text);
        if (use === undefined) throw misuse(`chisel requesting nonexistent field ${text}`);
        if (use.field.filterOnly) throw misuse(`field ${text} can be used in filters only`);
        let read: FieldReader;
        try {
          read = fieldReader(use, services.context);
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
        chisel.timer.setPlain(toInterval(Math.trunc(interval(value))) * 1_000_000_000n);
        chisel.interestChanged();
        return [];
      },
    ],
    [
      'set_interval_ns',
      (value) => {
        chisel.timer.setPlain(toInterval(interval(value)));
        chisel.interestChanged();
        return [];
      },
    ],
    [
      'set_precise_interval_ns',
      (value) => {
        chisel.timer.setPrecise(toInterval(interval(value)));
        chisel.interestChanged();
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
          // The list ends at the first value that is no text.
          if (typeof value !== 'string' && typeof value !== 'number') break;
          args.push(chisel.lua.tostring(value));
        }
        chisel.requestExec(name, args);
        return [];
      },
    ],
  ];
}
