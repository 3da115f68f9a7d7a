/** The `evt` table of Lua: the event that is being looked at. */
import { type HostFunction, LuaError } from '../lua/vm.js';
import { parseField } from '../sinsp/fields/index.js';
import { splitTimestamp } from '../sinsp/format/time.js';
import type { Chisel } from './chisel.js';
import { API_MISUSE } from './errors.js';
import { FieldHandle } from './field-reader.js';

export function evtApi(chisel: Chisel): [string, HostFunction][] {
  const { services, host } = chisel;
  const event = services.inspector.event;
  const typeName = parseField('evt.type')!.field.make(services.context, undefined);
  const split = { seconds: 0, nanoseconds: 0 };

  const needEvent = (name: string): void => {
    if (host.eventSeen) return;
    services.complain(`invalid call to evt.${name}()`);
    throw new LuaError(API_MISUSE);
  };

  return [
    [
      'field',
      (handle) => {
        if (!host.eventSeen) needEvent('field');
        // Chisels rely on nil in, nil out.
        if (handle === undefined || typeof handle !== 'object') {
          if (typeof handle === 'string') {
            services.complain(`evt.field: "${handle}" is a name; pass the handle that chisel.request_field returned`);
            throw new LuaError(API_MISUSE);
          }
          return undefined;
        }
        const object = (handle as { hostObject?: object }).hostObject;
        if (!(object instanceof FieldHandle)) return undefined;
        const value = object.read(event);
        return Number.isNaN(value) ? undefined : value;
      },
    ],
    [
      'get_num',
      () => {
        needEvent('get_num');
        return event.num;
      },
    ],
    [
      'get_ts',
      () => {
        needEvent('get_ts');
        splitTimestamp(event.tsHigh, event.tsLow, split);
        return [split.seconds, split.nanoseconds];
      },
    ],
    [
      'get_type',
      () => {
        needEvent('get_type');
        if (typeName.kind === 'text') return typeName.get(event);
        return typeName.kind === 'name' ? typeName.get(event)?.text : event.info.name;
      },
    ],
    [
      'get_cpuid',
      () => {
        needEvent('get_cpuid');
        return event.cpu;
      },
    ],
  ];
}
