/** Names of network services by port, from the system's list. */
import { readFileSync } from 'node:fs';

type ByPort = Map<number, string>;
let tables: { tcp: ByPort; udp: ByPort; any: ByPort } | null = null;

function load(): { tcp: ByPort; udp: ByPort; any: ByPort } {
  const loaded = { tcp: new Map<number, string>(), udp: new Map<number, string>(), any: new Map<number, string>() };
  let text = '';
  try {
    text = readFileSync(
      process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\services' : '/etc/services',
      'latin1',
    );
  } catch {
    // No list: ports stay numbers.
  }
  for (const line of text.split('\n')) {
    const match = /^([^\s#]+)\s+(\d+)\/(\w+)/.exec(line);
    if (match === null) continue;
    const [, name, port, protocol] = match as unknown as [string, string, string, string];
    const number = Number(port);
    if (!loaded.any.has(number)) loaded.any.set(number, name);
    const table = protocol === 'tcp' ? loaded.tcp : protocol === 'udp' ? loaded.udp : undefined;
    if (table !== undefined && !table.has(number)) table.set(number, name);
  }
  return loaded;
}

/** The service on a port; undefined when the system knows none. Without a protocol any one's service is taken. */
export function serviceName(port: number, protocol: 'tcp' | 'udp' | undefined): string | undefined {
  tables ??= load();
  return tables[protocol ?? 'any'].get(port);
}
