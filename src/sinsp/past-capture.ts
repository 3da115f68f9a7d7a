/**
 * Writes a capture of the recorded past and what follows: the state as it was before the first recorded event, then all
 * events since, so that every name can be resolved.
 */
import type { FlightRecorder } from '../capture/recorder.js';
import { CaptureWriter } from '../scap/writer.js';
import type { InspectorSnapshot } from './inspector.js';
import { State } from './state/state.js';
import { stateRecords } from './state-records.js';

export class PastCapture {
  private readonly writer: CaptureWriter;
  private open = true;

  /**
   * Writes what the recorder holds of the last `milliseconds`.
   * Throws an Error with a full sentence when the file cannot be written, or nothing was recorded.
   */
  constructor(
    readonly path: string,
    recorder: FlightRecorder<InspectorSnapshot>,
    milliseconds: number,
    compress = false,
  ) {
    const past = recorder.past(milliseconds);
    if (past === undefined) throw new Error(`${path} was not written: nothing has been recorded yet`);
    this.writer = new CaptureWriter(path, { compress, mode: 0o600 });
    // Writing names sockets; the recorder's copy must stay as it is.
    const state = new State(past.snapshot.state.options);
    state.copyFrom(past.snapshot.state);
    this.writer.writeHeader(stateRecords(state));
    while (past.source.nextBatch()) this.add(past.source.window, past.source.start, past.source.end);
  }

  /** Adds a batch of event blocks. */
  add(window: Uint8Array, start: number, end: number): void {
    if (!this.open || end <= start) return;
    const view = new DataView(window.buffer, window.byteOffset, window.byteLength);
    this.writer.writeEvents(window, view, start, end);
  }

  get events(): number {
    return this.writer.events;
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.writer.close();
  }
}
