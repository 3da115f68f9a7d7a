/**
 * Host names of addresses, for the few fields that speak of them. A name is known from the moment that a filter asks for it;
 * printing a field asks nobody.
 */

/** Names by address as text. */
const known = new Map<string, string>();

/** The name of an address; undefined when it is not known. */
export const hostName = (address: string): string | undefined => known.get(address);

/** The addresses of a host, asked of the system once, when a filter is compiled. */
export function hostAddresses(name: string): string[] {
  if (!/^[A-Za-z0-9._:-]+$/.test(name) || name.startsWith('-')) return [];
  // Loaded here: most runs ask for no host.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const result = spawnSync('getent', ['ahosts', name], { encoding: 'latin1', timeout: 5000 });
  const addresses = [
    ...new Set(
      String(result.stdout ?? '')
        .split('\n')
        .flatMap((line) => line.split(/\s+/, 1).filter((address) => address !== '')),
    ),
  ];
  for (const address of addresses) known.set(address, name);
  return addresses;
}
