/** The JSON text of container events, as the record of a container. Fields of the wrong kind are passed over. */
import { bareContainer, type ContainerInfo, type ContainerMount, type HealthProbe } from './containers.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const FAILED = 2;
const STARTED = 0;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text as a byte string: JSON has characters, traced data bytes. */
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

function text(from: JsonObject, key: string): string {
  const value = from[key];
  if (typeof value === 'string') return bytes(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return '';
}

function integer(from: JsonObject, key: string, otherwise: number): number {
  const value = from[key];
  return typeof value === 'number' && Number.isInteger(value) ? value : otherwise;
}

function flag(from: JsonObject, key: string): boolean {
  const value = from[key];
  return value === true || (typeof value === 'number' && value !== 0);
}

function array(from: JsonObject, key: string): Json[] {
  const value = from[key];
  return Array.isArray(value) ? value : [];
}

function mounts(container: JsonObject): ContainerMount[] {
  const list: ContainerMount[] = [];
  for (const mount of array(container, 'Mounts')) {
    if (!isObject(mount)) continue;
    const field = (key: string) => (typeof mount[key] === 'string' ? bytes(mount[key]) : '');
    list.push({
      source: field('Source'),
      dest: field('Destination'),
      mode: field('Mode'),
      rw: mount['RW'] === true,
      propagation: field('Propagation'),
    });
  }
  return list;
}

function probes(container: JsonObject): HealthProbe[] {
  const list: HealthProbe[] = [];
  for (const kind of ['Healthcheck', 'LivenessProbe', 'ReadinessProbe'] as const) {
    const probe = container[kind];
    if (!isObject(probe) || probe['exe'] === undefined || probe['exe'] === null) continue;
    const args = array(probe, 'args').filter((arg) => typeof arg === 'string');
    list.push({ kind, exe: text(probe, 'exe'), args: args.map(bytes) });
  }
  return list;
}

function address(value: string): number {
  const octets = value.split('.').map(Number);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return 0;
  return (octets[0]! | (octets[1]! << 8) | (octets[2]! << 16) | (octets[3]! << 24)) >>> 0;
}

/** The container that a JSON text (as a byte string) describes; null when it is no JSON or has no container in it. */
export function parseContainerJson(json: string): ContainerInfo | null {
  let root: Json;
  try {
    root = JSON.parse(Buffer.from(json, 'latin1').toString('utf8')) as Json;
  } catch {
    return null;
  }
  const container = isObject(root) ? root['container'] : undefined;
  if (!isObject(container)) return null;
  const labels = new Map<string, string>();
  if (isObject(container['labels'])) {
    for (const key of Object.keys(container['labels']).sort()) labels.set(bytes(key), text(container['labels'], key));
  }
  const lookup = integer(container, 'lookup_state', 1);
  return {
    ...bareContainer(text(container, 'id'), integer(container, 'type', 0)),
    fullId: text(container, 'full_id'),
    name: text(container, 'name'),
    image: text(container, 'image'),
    imageId: text(container, 'imageid'),
    imageRepo: text(container, 'imagerepo'),
    imageTag: text(container, 'imagetag'),
    imageDigest: text(container, 'imagedigest'),
    privileged: flag(container, 'privileged'),
    isPodSandbox: flag(container, 'is_pod_sandbox'),
    ip: address(text(container, 'ip')),
    mounts: mounts(container),
    healthProbes: probes(container),
    portMappings: array(container, 'port_mappings')
      .filter(isObject)
      .map((mapping) => ({
        hostIp: integer(mapping, 'HostIp', 0),
        hostPort: integer(mapping, 'HostPort', 0),
        containerPort: integer(mapping, 'ContainerPort', 0),
      })),
    labels,
    env: array(container, 'env')
      .filter((variable) => typeof variable === 'string')
      .map(bytes),
    createdTime: integer(container, 'created_time', 0),
    memoryLimit: integer(container, 'memory_limit', 0),
    swapLimit: integer(container, 'swap_limit', 0),
    cpuShares: integer(container, 'cpu_shares', 1024),
    cpuQuota: integer(container, 'cpu_quota', 0),
    cpuPeriod: integer(container, 'cpu_period', 100000),
    cpusetCpuCount: integer(container, 'cpuset_cpu_count', 0),
    complete: lookup !== FAILED && lookup !== STARTED,
    json,
  };
}
