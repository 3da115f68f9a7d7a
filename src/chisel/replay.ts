/** Runs a chisel over the recorded past, and leaves everything else in the present. */
import type { EventSource } from '../capture/event-source.js';
import type { InspectorSnapshot } from '../sinsp/inspector.js';
import type { Chisel } from './chisel.js';
import type { ChiselHost } from './host.js';

/**
 * Walks the past with a version that need not be in place yet. The state is put back to the present whatever happens, so
 * that the live stream goes on exactly behind what was recorded. To be called between two batches.
 * @returns the number of events; undefined when nothing was recorded
 * @throws ChiselError for any error in the chisel
 */
export function replayPast(
  host: ChiselHost,
  chisel: Chisel,
  past: { snapshot: InspectorSnapshot; source: EventSource } | undefined,
): number | undefined {
  if (past === undefined) return undefined;
  const { inspector } = host.services;
  const present = inspector.snapshot();
  const { onRejected, onMetadataBlock } = inspector;
  const { eventSeen } = host;
  inspector.restore(past.snapshot);
  inspector.onRejected = (event) => host.replayTime(chisel, event);
  inspector.onMetadataBlock = null;
  try {
    inspector.walk(past.source, (event) => host.replayEvent(chisel, event));
    return inspector.eventCount - past.snapshot.eventCount;
  } finally {
    inspector.onRejected = onRejected;
    inspector.onMetadataBlock = onMetadataBlock;
    inspector.restore(present);
    host.eventSeen = eventSeen;
  }
}
