/** Replay of a recorder as a live investigation does it. */
import type { FlightRecorder } from '../../src/capture/recorder.js';
import type { Chisel } from '../../src/chisel/chisel.js';
import { replayPast } from '../../src/chisel/replay.js';
import type { InspectorSnapshot } from '../../src/sinsp/inspector.js';
import type { ChiselRunSetup } from './chisel-run.js';

export const liveReplay =
  ({ host }: ChiselRunSetup, recorder: FlightRecorder<InspectorSnapshot>) =>
  (chisel: Chisel): number | undefined =>
    replayPast(host, chisel, recorder.past());
