/** The rows at the bottom of a terminal, and who may read its keys. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inForeground } from '../../src/cli/keys.js';
import { StatusLine } from '../../src/cli/status-line.js';
import { fileOutput } from '../support/chisel-run.js';

/** A terminal that knows cursor addresses, clearing of lines and printing: what the rows show in the end. */
function screen(text: string, rows: number, columns: number): string[] {
  const lines = Array.from({ length: rows }, () => ' '.repeat(columns));
  let row = 0;
  let column = 0;
  let saved: [number, number] = [0, 0];
  for (const [, sequence, character] of text.matchAll(/(\x1b[78]|\x1b\[[0-9;]*[a-zA-Z])|([\s\S])/g)) {
    if (character === '\n') row = Math.min(rows - 1, row + 1);
    else if (character !== undefined) {
      assert.ok(column < columns, 'nothing is written beyond the width');
      lines[row] = lines[row]!.slice(0, column) + character + lines[row]!.slice(column + 1);
      column++;
    } else if (sequence === '\x1b7') saved = [row, column];
    else if (sequence === '\x1b8') [row, column] = saved;
    else if (sequence!.endsWith('H'))
      [row, column] = sequence!
        .slice(2, -1)
        .split(';')
        .map((n) => Number(n) - 1) as [number, number];
    else if (sequence === '\x1b[2K') lines[row] = ' '.repeat(columns);
    else if (sequence!.endsWith('A')) row = Math.max(0, row - Number(sequence!.slice(2, -1)));
  }
  return lines.map((line) => line.trimEnd());
}

function status(rows: number, columns: number) {
  const { output, text } = fileOutput();
  const reserved: number[] = [];
  const line = new StatusLine(
    output,
    (count) => reserved.push(count),
    () => [columns, rows],
  );
  line.start();
  return { line, reserved, text, shown: () => screen(text(), rows, columns) };
}

describe('status rows', () => {
  it('show the text in the last row, cut to the width, and free of control characters', () => {
    const { line, reserved, shown } = status(10, 20);
    line.draw('abc\x1b[2Jdef ghi jkl mno pqr');
    assert.equal(shown().at(-1), 'abc.[2Jdef ghi jkl');
    assert.deepEqual(reserved, [1]);
    line.stop();
    assert.deepEqual(reserved, [1, 0]);
  });

  it('show a notice above, wrapped, until it is taken back', () => {
    const { line, reserved, text, shown } = status(12, 24);
    line.draw('status');
    line.tell(['one line that is too long for it', '    3 | source that is cut where it ends']);
    assert.deepEqual(shown().slice(-4), ['one line that is too lo', 'ng for it', '    3 | source that is', 'status']);
    assert.equal(reserved.at(-1), 4);
    assert.ok(text().includes('\x1b[1;8r'), 'the rows above scroll');
    line.tell([]);
    assert.deepEqual(shown().slice(-4), ['', '', '', 'status']);
    assert.equal(reserved.at(-1), 1);
    line.stop();
    assert.ok(text().includes('\x1b[r'), 'the whole screen scrolls again');
  });

  it('leave half of the screen to chisels, and all of a small one', () => {
    const { line, reserved } = status(8, 40);
    line.tell(Array.from({ length: 20 }, (_, i) => `line ${i}`));
    assert.equal(reserved.at(-1), 4);
    line.stop();
    const small = status(3, 40);
    small.line.draw('x');
    assert.equal(small.text(), '');
    small.line.stop();
  });
});

it('keys are left alone in the background', () => {
  assert.equal(inForeground('12 (a b) S) S 1 12 12 34816 12 4194304'), true);
  assert.equal(inForeground('12 (a b) S) S 1 12 12 34816 99 4194304'), false);
});
