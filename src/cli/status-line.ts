/**
 * The last row of the terminal: what the capture is doing, while a chisel prints above it. The rows above become the
 * scroll region, so that lines that scroll leave the status where it is.
 */
import type { Output } from '../sinsp/format/output.js';

const SAVE = '\x1b7';
const RESTORE = '\x1b8';

export class StatusLine {
  private text = '';
  private rows = 0;
  private columns = 0;
  private active = false;

  constructor(private readonly output: Output) {}

  start(): void {
    this.active = true;
    this.resize();
    process.stdout.on('resize', this.resize);
  }

  private readonly resize = (): void => {
    const [columns, rows] = process.stdout.getWindowSize();
    this.columns = columns;
    this.rows = rows;
    if (rows < 4) return;
    // Make room first, so that the row that becomes the status does not cover what was printed.
    this.output.writer.text(`\n\x1b[1A${SAVE}\x1b[1;${rows - 1}r${RESTORE}`);
    this.draw(this.text);
  };

  /** Shows a text, cut to the width. */
  draw(text: string): void {
    this.text = text;
    if (!this.active || this.rows < 4) return;
    const shown = text.slice(0, this.columns - 1);
    this.output.writer.text(`${SAVE}\x1b[${this.rows};1H\x1b[2K\x1b[7m${shown}\x1b[0m${RESTORE}`);
    this.output.flush();
  }

  stop(): void {
    if (!this.active) return;
    this.active = false;
    process.stdout.off('resize', this.resize);
    if (this.rows >= 4) this.output.writer.text(`${SAVE}\x1b[${this.rows};1H\x1b[2K\x1b[r${RESTORE}`);
    this.output.flush();
  }
}
