/** Ports by the names of their services: the system's table where there is one, common names elsewhere. */
import { readFileSync } from 'node:fs';

const COMMON = [
  'ftp-data 20/tcp, ftp 21/tcp, ssh 22/tcp, telnet 23/tcp, smtp 25/tcp mail, domain 53/tcp, domain 53/udp, bootps 67/udp',
  'bootpc 68/udp, tftp 69/udp, http 80/tcp www, kerberos 88/tcp, kerberos 88/udp, pop3 110/tcp, sunrpc 111/tcp portmapper',
  'sunrpc 111/udp portmapper, ntp 123/udp, netbios-ns 137/udp, netbios-ssn 139/tcp, imap2 143/tcp imap, snmp 161/udp',
  'snmp-trap 162/udp snmptrap, bgp 179/tcp, ldap 389/tcp, https 443/tcp, https 443/udp, microsoft-ds 445/tcp',
  'syslog 514/udp, ipp 631/tcp, ldaps 636/tcp, rsync 873/tcp, imaps 993/tcp, pop3s 995/tcp, openvpn 1194/udp',
  'mysql 3306/tcp, ms-wbt-server 3389/tcp, svn 3690/tcp, mdns 5353/udp, postgresql 5432/tcp, amqp 5672/tcp, x11 6000/tcp',
  'redis 6379/tcp, http-alt 8080/tcp webcache, git 9418/tcp',
].join(', ');

interface Services {
  readonly ports: ReadonlyMap<string, number>;
  /** By `port/protocol`, and by port alone. */
  readonly names: ReadonlyMap<string, string>;
}

let loaded: Services | undefined;

function load(): Services {
  let lines: string[];
  try {
    lines = readFileSync('/etc/services', 'latin1').split('\n');
  } catch {
    lines = COMMON.split(', ');
  }
  const ports = new Map<string, number>();
  const names = new Map<string, string>();
  for (const line of lines) {
    const [name, portAndProtocol, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const match = /^(\d+)\/(\w+)$/.exec(portAndProtocol ?? '');
    if (name === undefined || match === null) continue;
    const port = Number(match[1]);
    for (const one of [name, ...aliases]) if (!ports.has(one)) ports.set(one, port);
    if (!names.has(portAndProtocol!)) names.set(portAndProtocol!, name);
    if (!names.has(match[1]!)) names.set(match[1]!, name);
  }
  return { ports, names };
}

/** The port of a service; undefined when no service has this name. */
export function servicePort(name: string): number | undefined {
  loaded ??= load();
  return loaded.ports.get(name);
}

/** The name of the service at a port; `protocol` is `tcp`, `udp`, or `''` for either. */
export function serviceName(port: number, protocol: string): string | undefined {
  loaded ??= load();
  return loaded.names.get(protocol === '' ? String(port) : `${port}/${protocol}`);
}
