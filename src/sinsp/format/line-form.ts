/**
 * What a line is made of, for those who can make it without the printer: the stepper writes the lines of plain events
 * itself (../stepper/lines.ts). Formats with anything else in them have no such form, and the printer does all of it.
 */
import type { FieldContext, FieldUse } from '../fields/field.js';
import type { ByteWriter } from './byte-writer.js';
import type { ParamRenderer } from './params.js';

/** Pieces besides fixed text. */
export type Piece =
  | 'number'
  | 'time-of-day'
  | 'timestamp'
  | 'cpu'
  | 'program'
  | 'tid'
  | 'pid'
  | 'direction'
  | 'type'
  | 'args'
  | 'info'
  | 'fd-name';

export interface LineForm {
  /** In the order of the line, with its newline. */
  readonly pieces: readonly (Piece | { readonly literal: string })[];
  /** Pieces that are texts are JSON strings. */
  readonly json: boolean;
  /** Stands in the place of what an event does not have; null: the line is left out then. */
  readonly unknown: string | null;
  /** Byte buffers are cut: see RenderSettings. */
  readonly cutBuffers: boolean;
  /** Where the lines go. */
  readonly writer: ByteWriter;
  /** What renders the parameters otherwise. */
  readonly params: ParamRenderer;
}

const FIELD_PIECES: ReadonlyMap<string, Piece> = new Map([
  ['evt.num', 'number'],
  ['evt.time', 'time-of-day'],
  ['evt.outputtime', 'time-of-day'],
  ['evt.rawtime', 'timestamp'],
  ['evt.cpu', 'cpu'],
  ['proc.name', 'program'],
  ['thread.tid', 'tid'],
  ['proc.pid', 'pid'],
  ['evt.dir', 'direction'],
  ['evt.type', 'type'],
  ['evt.args', 'args'],
  ['evt.info', 'info'],
  ['fd.name', 'fd-name'],
]);

/** Arguments are written as a line has them unless something else was asked for: other buffers, ports by name. */
export const hasPlainArgs = ({ bufferFormat, resolvePorts }: FieldContext['settings']): boolean =>
  bufferFormat === 'dots' && !resolvePorts;

/** The piece that a field is; undefined when it is none. */
export function pieceOf(use: FieldUse, { settings }: FieldContext): Piece | undefined {
  if (use.argument !== undefined) return undefined;
  const piece = FIELD_PIECES.get(use.field.name);
  if (piece === 'time-of-day') {
    // Raw times in JSON.
    if (settings.json) return 'timestamp';
    if (use.field.name === 'evt.outputtime' && settings.timeFormat !== 'h') return undefined;
  }
  if ((piece === 'args' || piece === 'info') && !hasPlainArgs(settings)) return undefined;
  return piece;
}
