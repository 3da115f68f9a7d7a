/** How the argument word of a chisel is cut, counted and taken from the command line. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ArgumentDeclaration,
  checkArgumentCount,
  joinArguments,
  splitArguments,
  takesArgumentWord,
} from '../../src/chisel/arguments.js';

const declare = (...specs: string[]): ArgumentDeclaration[] =>
  specs.map((spec) => {
    const [name, type, optional] = spec.split(' ');
    return { name: name!, type: type!, optional: optional === 'optional', description: '' };
  });

describe('splitArguments', () => {
  const cases: [string, string[]][] = [
    ['a  b', ['a', '', 'b']],
    ["'a b' `c d` ", ['a b', 'c d']],
    ["'' x", ['', 'x']],
    ["x ''", ['x', '']],
    ['"a b"', ['"a', 'b"']],
    ['x=1 y=2', ['x=1', 'y=2']],
    ["ab'c d'", ["b'c d"]],
    ["'a b'c", ["a b'"]],
    ['  one ', ['one']],
    ['', []],
    ['a\tb', ['a\tb']],
  ];
  for (const [word, expected] of cases) {
    test(JSON.stringify(word), () => assert.deepEqual(splitArguments('x', word), expected));
  }
  test('an open quote is an error', () => {
    assert.throws(() => splitArguments('x', "'a b"), /^ChiselError: corrupted parameters for chisel x/);
  });
  test('exec hands over what split gives back', () => {
    const values = ['evt.type', 'a b', '', 'none'];
    assert.deepEqual(splitArguments('x', joinArguments(values)), values);
  });
});

describe('checkArgumentCount', () => {
  const two = declare('a string', 'b string optional');
  test('too few', () => {
    assert.throws(
      () => checkArgumentCount('x', two, 0),
      /wrong number of parameters for chisel x, 1 required, 0 given/,
    );
  });
  test('too many', () => {
    assert.throws(
      () => checkArgumentCount('x', two, 3),
      /too many parameters for chisel x, 1 required, 1 optional, 3 given/,
    );
  });
  test('right', () => {
    checkArgumentCount('x', two, 1);
    checkArgumentCount('x', two, 2);
  });
});

describe('takesArgumentWord', () => {
  const isFilter = (text: string) => /^[a-z]+\.[a-z]+=\S+( and [a-z]+\.[a-z]+=\S+)*$/.test(text);
  const optional = declare('a string optional');
  const filter = declare('f filter optional');
  const rows: [string, ArgumentDeclaration[], string[], boolean][] = [
    ['no declared arguments: never', [], ['evt.type=open'], false],
    ['a required argument: always', declare('a string'), ['-r'], true],
    ['optional: not when the rest is a filter', optional, ['evt.type=open'], false],
    ['optional: when the rest with later options is no filter', optional, ['evt.type=open', '-r', 'cap', '-n1'], true],
    ['optional: a plain word', optional, ['foo', 'evt.type=open'], true],
    ['optional: not an option', optional, ['-r', 'cap'], false],
    ['optional: nothing left', optional, [], false],
    ['one filter argument: always', filter, ['evt.type=open'], true],
  ];
  for (const [name, declared, rest, expected] of rows) {
    test(name, () => assert.equal(takesArgumentWord('x', declared, rest, isFilter), expected));
  }
  test('a required argument that is missing', () => {
    assert.throws(() => takesArgumentWord('x', declare('a string'), [], isFilter), /missing arguments for chisel x/);
  });
});
