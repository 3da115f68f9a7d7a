/** The progress line on standard error while captures are read: percent, events a second, time left. */
import { writeSync } from 'node:fs';
import type { EventSource } from '../capture/event-source.js';
import { clockMs } from '../clock.js';

const EVERY_MS = 200;

export class Progress {
  private readonly begun = clockMs();
  private shownAt = 0;
  private shown = false;

  /** Called often; shows something a few times a second. */
  tick(source: EventSource, events: number): void {
    const now = clockMs();
    if (now - this.shownAt < EVERY_MS) return;
    this.shownAt = now;
    const seconds = (now - this.begun) / 1000;
    const { bytesRead, bytesTotal } = source.stats();
    const rate = Math.round(events / Math.max(seconds, 0.001));
    let text = `${events} events, ${rate}/s`;
    if (bytesTotal > 0) {
      const part = Math.min(bytesRead / bytesTotal, 1);
      const left = part > 0 ? Math.ceil((seconds / part) * (1 - part)) : 0;
      text = `${(part * 100).toFixed(1)}%, ${text}, ${left} s left`;
    }
    this.line(text);
  }

  finish(): void {
    if (this.shown) this.line('');
    this.shown = false;
  }

  private line(text: string): void {
    this.shown = true;
    try {
      writeSync(2, `\r\x1b[K${text}`);
    } catch {
      // Progress is not worth an error.
    }
  }
}
