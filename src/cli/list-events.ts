/** `-L`: the events with the types and names of their parameters. */
import { EC, EF, EVENTS, PT } from '../sinsp/schema/index.js';

const TYPE_NAMES = new Map(Object.entries(PT).map(([name, value]) => [value as number, name]));

/** One line an event, as in `> open(FSPATH name, FLAGS32 flags)`; superseded and internal events are left out. */
export function eventList(): string {
  let text = '';
  for (const event of EVENTS) {
    if (event.flags & (EF.OLD_VERSION | EF.UNUSED) || event.category & EC.INTERNAL) continue;
    const params = event.params.map((param) => `${TYPE_NAMES.get(param.type)} ${param.name}`).join(', ');
    text += `${event.isExit ? '<' : '>'} ${event.name}(${params})\n`;
  }
  return text;
}
