/**
 * The last rows of the terminal: what the capture is doing and, above that, a notice, while a chisel prints higher up.
 * The rows above become the scroll region, so that lines that scroll leave these rows where they are.
 */
import type { Output } from '../sinsp/format/output.js';

const SAVE = '\x1b7';
const RESTORE = '\x1b8';
/** Terminals lower than this have no status line. */
const LEAST_ROWS = 4;

/** Texts may come from files and traced programs: no control character reaches the terminal. */
const printable = (text: string): string => text.replaceAll('\t', ' ').replace(/[\x00-\x1f\x7f-\x9f]/g, '.');

export class StatusLine {
  private text = '';
  private notice: readonly string[] = [];
  private rows = 0;
  private columns = 0;
  private active = false;

  /** @param onReserve told how many rows are taken from what chisels may use */
  constructor(
    private readonly output: Output,
    private readonly onReserve: (rows: number) => void = () => {},
    private readonly size: () => [columns: number, rows: number] = () => process.stdout.getWindowSize(),
  ) {}

  start(): void {
    this.active = true;
    process.stdout.on('resize', this.resize);
    // However the program ends, the terminal is left as it was found.
    process.on('exit', this.leave);
    this.resize();
  }

  private readonly resize = (): void => {
    [this.columns, this.rows] = this.size();
    this.reserve();
  };

  /** The notice in lines of the terminal's width; lines of source, and carets below them, are cut instead. */
  private get noticeRows(): string[] {
    const width = Math.max(20, this.columns - 1);
    return this.notice.flatMap((line) => {
      const text = printable(line);
      if (text.length <= width || /^ *\d* \| /.test(text)) return [text.slice(0, width)];
      return text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    });
  }

  /** Rows in use: one, and those of the notice, as far as half the screen allows. */
  private get taken(): number {
    if (this.rows < LEAST_ROWS) return 0;
    return 1 + Math.min(this.noticeRows.length, Math.max(0, (this.rows >> 1) - 1));
  }

  private reserve(): void {
    this.onReserve(this.taken);
    const { taken } = this;
    if (!this.active || taken === 0) return;
    // Make room first, so that the rows that are taken do not cover what was printed.
    const room = '\n'.repeat(taken);
    this.output.writer.text(`${room}\x1b[${taken}A${SAVE}\x1b[1;${this.rows - taken}r${RESTORE}`);
    this.redraw();
  }

  /** Shows a text in the last row, cut to the width. */
  draw(text: string): void {
    this.text = text;
    this.redraw();
  }

  /** Shows lines above the last row until others, or none, take their place. */
  tell(lines: readonly string[]): void {
    if (lines.length === 0 && this.notice.length === 0) return;
    const before = this.taken;
    this.notice = lines;
    const { taken, rows } = this;
    if (this.active && rows >= LEAST_ROWS) {
      // What the notice covered is gone; a blank is better than half of it.
      let clear = '';
      for (let row = rows - Math.max(before, taken) + 1; row <= rows - taken; row++) clear += `\x1b[${row};1H\x1b[2K`;
      this.output.writer.text(`${SAVE}${clear}${RESTORE}`);
    }
    if (taken !== before) this.reserve();
    else this.redraw();
  }

  /** Draws everything again, after something cleared the screen. */
  redraw(): void {
    const { taken, rows } = this;
    if (!this.active || taken === 0) return;
    const width = this.columns - 1;
    let text = SAVE;
    const shown = this.noticeRows.slice(0, taken - 1);
    shown.forEach((line, index) => {
      text += `\x1b[${rows - taken + 1 + index};1H\x1b[2K${line}`;
    });
    text += `\x1b[${rows};1H\x1b[2K\x1b[7m${printable(this.text).slice(0, width).padEnd(width)}\x1b[0m${RESTORE}`;
    this.output.writer.text(text);
    this.output.flush();
  }

  private readonly leave = (): void => this.stop();

  /** Gives the rows back and leaves the cursor below what was printed. */
  stop(): void {
    if (!this.active) return;
    this.active = false;
    process.stdout.off('resize', this.resize);
    process.off('exit', this.leave);
    const { taken, rows } = this;
    if (taken > 0) {
      let clear = '';
      for (let row = rows - taken + 1; row <= rows; row++) clear += `\x1b[${row};1H\x1b[2K`;
      this.output.writer.text(`${SAVE}${clear}\x1b[r${RESTORE}`);
    }
    this.onReserve(0);
    this.output.flush();
  }
}
