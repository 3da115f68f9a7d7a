/** Fields of the container an event's thread is in: `container.*`. */
import type { EventCursor } from '../event.js';
import { globMatcher } from '../filter/text-matching.js';
import { CONTAINER_TYPES, type ContainerInfo, type ContainerMount, type HealthProbe } from '../state/containers.js';
import { fieldClass, KEY_REQUIRED } from './define.js';
import type { Field, FieldContext } from './field.js';

const { text, boolean } = fieldClass('container');

/** The container of an event; undefined on the host and when nothing is known of it. */
function containerOf({ inspector: { state } }: FieldContext, event: EventCursor): ContainerInfo | undefined {
  return event.thread === null ? undefined : state.containerOf(event.thread);
}

/** A text of the container; empty means not known. */
const known = (get: (container: ContainerInfo) => string) => (context: FieldContext) => (event: EventCursor) => {
  const container = containerOf(context, event);
  return container === undefined ? undefined : get(container) || undefined;
};

/** The same, with `host` for threads outside of containers. */
const orHost = (get: (container: ContainerInfo) => string) => (context: FieldContext) => {
  const inside = known(get)(context);
  return (event: EventCursor) =>
    event.thread === null ? undefined : event.thread.containerId === '' ? 'host' : inside(event);
};

const mountText = ({ source, dest, mode, rw, propagation }: ContainerMount): string =>
  `${source}:${dest}:${mode}:${rw}:${propagation}`;

/** Finds a mount by its position, or by a shell pattern for its source (or destination). */
function mount(
  name: string,
  description: string,
  key: 'source' | 'dest',
  get: (mount: ContainerMount) => string,
): Field {
  return text(
    name,
    description,
    (context, argument = '') => {
      const index = /^\s*[-+]?\d+$/.test(argument) ? Number(argument) : -1;
      const matches = globMatcher(argument, false);
      return (event) => {
        const mounts = containerOf(context, event)?.mounts;
        const found = index >= 0 ? mounts?.[index] : mounts?.find((one) => matches(one[key]));
        return found === undefined ? undefined : get(found);
      };
    },
    { argument: KEY_REQUIRED },
  );
}

const probe = (kind: HealthProbe['kind']) => (context: FieldContext) => (event: EventCursor) => {
  const container = containerOf(context, event);
  if (container === undefined) return undefined;
  const found = container.healthProbes.find((one) => one.kind === kind);
  return found === undefined ? 'NONE' : [found.exe, ...found.args].join(' ');
};

/** Types of which it is known whether they are privileged. */
const LIKE_DOCKER: ReadonlySet<string> = new Set(['docker', 'cri', 'containerd', 'cri-o', 'podman']);

const typeName = (container: ContainerInfo): string => CONTAINER_TYPES[container.type] ?? '';

export const containerFields: readonly Field[] = [
  text(
    'container.id',
    'first 12 digits of the container id; host outside of containers',
    () => (event) => (event.thread === null ? undefined : event.thread.containerId || 'host'),
  ),
  text(
    'container.name',
    'name of the container; host outside of containers',
    orHost((container) => container.name),
  ),
  text(
    'container.image',
    'image of the container, with its tag',
    known((container) => container.image),
  ),
  text(
    'container.image.id',
    'id of the image',
    known((container) => container.imageId),
  ),
  text(
    'container.type',
    'what runs the container: docker, podman, containerd, cri-o, lxc, ...; host outside',
    orHost(typeName),
  ),
  boolean('container.privileged', 'the container is privileged', (context) => (event) => {
    const container = containerOf(context, event);
    return container !== undefined && LIKE_DOCKER.has(typeName(container)) ? container.privileged : undefined;
  }),
  text(
    'container.mounts',
    'all mounts as source:destination:mode:writable:propagation, with commas between them',
    (context) => (event) => containerOf(context, event)?.mounts.map(mountText).join(','),
  ),
  mount('container.mount', 'one such mount, by position or by a pattern for its source', 'source', mountText),
  mount(
    'container.mount.source',
    'source of a mount, by position or by a pattern for its destination',
    'dest',
    (one) => one.source,
  ),
  mount(
    'container.mount.dest',
    'destination of a mount, by position or by a pattern for its source',
    'source',
    (one) => one.dest,
  ),
  mount(
    'container.mount.mode',
    'mode of a mount, by position or by a pattern for its source',
    'source',
    (one) => one.mode,
  ),
  mount(
    'container.mount.rdwr',
    'true when a mount may be written to, by position or by a pattern for its source',
    'source',
    (one) => String(one.rw),
  ),
  mount(
    'container.mount.propagation',
    'propagation of a mount, by position or by a pattern for its source',
    'source',
    (one) => one.propagation,
  ),
  text(
    'container.image.repository',
    'image without its tag',
    known((container) => container.imageRepo),
  ),
  text(
    'container.image.tag',
    'tag of the image',
    known((container) => container.imageTag),
  ),
  text(
    'container.image.digest',
    'digest of the image in its registry',
    known((container) => container.imageDigest),
  ),
  text('container.healthcheck', 'command of the health check, NONE without one', probe('Healthcheck')),
  text('container.liveness_probe', 'command of the liveness probe, NONE without one', probe('LivenessProbe')),
  text('container.readiness_probe', 'command of the readiness probe, NONE without one', probe('ReadinessProbe')),
];
