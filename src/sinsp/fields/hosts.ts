/** Host names of addresses, for the few fields that speak of them. Nothing is asked on the network by printing a field. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names of addresses (as text) that are known: those in /etc/hosts and those that filters have asked for. */
const known = new Map<string, string>();
let hostsRead = false;

function readHosts(): void {
  if (hostsRead) return;
  hostsRead = true;
  try {
    for (const line of readFileSync('/etc/hosts', 'latin1').split('\n')) {
      const [address, name] = line.replace(/#.*/, '').trim().split(/\s+/);
      if (address && name && !known.has(address)) known.set(address, name);
    }
  } catch {
    // No such file: nothing is known.
  }
}

/** The name of an address; undefined when it is not known. */
export function hostName(address: string): string | undefined {
  readHosts();
  return known.get(address);
}

/** The addresses of a host, asked of the system once, when a filter is compiled; those are known from then on. */
export function hostAddresses(name: string): string[] {
  if (!/^[A-Za-z0-9._:-]+$/.test(name) || name.startsWith('-')) return [];
  const result = spawnSync('getent', ['ahosts', name], { encoding: 'latin1', timeout: 5000 });
  const addresses = [
    ...new Set(
      String(result.stdout ?? '')
        .split('\n')
        .flatMap((line) => line.split(/\s+/, 1).filter((address) => address !== '')),
    ),
  ];
  readHosts();
  for (const [address, one] of known) if (one === name && !addresses.includes(address)) addresses.push(address);
  for (const address of addresses) known.set(address, name);
  return addresses;
}
