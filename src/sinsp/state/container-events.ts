/** Events that tell of containers. */
import { DUMP_FLAG_STATE_ONLY, type EventCursor } from '../event.js';
import { PPME } from '../schema/index.js';
import { parseContainerJson } from './container-json.js';
import { bareContainer } from './containers.js';
import type { State } from './state.js';
import { ThreadInfo } from './thread-info.js';

/** Ids inside the namespace of the thread that stands for a container. */
const CONTAINER_VTID = -2;

/** The old event: id, type, name, image. */
export function containerEvent(state: State, event: EventCursor): void {
  const id = state.textParam(event, 0);
  const name = state.textParam(event, 2);
  const image = state.textParam(event, 3);
  state.containers.add(bareContainer(id, event.paramUint32(1, 0), name, image));
}

/**
 * A JSON text with all that is known. The event belongs to no thread of the machine; its fields speak of one that stands
 * for the container. A look-up that failed is not shown.
 */
export function containerJson(state: State, event: EventCursor): void {
  const isAsync = event.type === PPME.ASYNCEVENT_E;
  if (isAsync && !state.textParam(event, 1).startsWith('container')) return;
  const container = parseContainerJson(state.textParam(event, isAsync ? 2 : 0));
  if (container === null || (isAsync && container.id === '')) return;
  state.containers.add(container);
  if (isAsync) return;
  if (!container.complete) event.dumpFlags |= DUMP_FLAG_STATE_ONLY;
  const thread = new ThreadInfo(-1, state.names.internText(`container:${container.id}`), state.names.empty);
  thread.exe = state.names.empty;
  thread.ptid = 0;
  thread.uid = 0;
  thread.loginuid = 0;
  thread.gid = 0;
  thread.vtid = CONTAINER_VTID;
  thread.vpid = CONTAINER_VTID;
  thread.containerId = container.id;
  event.thread = thread;
}
