/** The words of the command line: glued letters, permutation, abbreviations, chisel arguments, mistakes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { UsageError } from '../../src/cli/errors.js';
import { settingsOf } from '../../src/cli/settings.js';

const parse = (...argv: string[]) => parseCommandLine(argv, () => 0);

describe('command line', () => {
  it('takes letters glued to each other and to their values', () => {
    const line = parse('-r', 'a.scap', '-n5', '-pc', '-tr', '-xv', '-qSr', 'b.scap');
    assert.deepEqual(line.values.get('read'), ['a.scap', 'b.scap']);
    assert.deepEqual(line.values.get('numevents'), ['5']);
    assert.deepEqual(line.values.get('print'), ['c']);
    assert.deepEqual(line.values.get('timetype'), ['r']);
    for (const name of ['print-hex', 'verbose', 'quiet', 'summary']) assert.ok(line.switches.has(name), name);
    assert.deepEqual(line.words, []);
  });

  it('makes a filter of the other words, wherever they stand', () => {
    const line = parse('evt.type=open', '-r', 'a.scap', 'and', 'proc.name=x', '--', '-odd');
    assert.equal(settingsOf(line).filter, 'evt.type=open and proc.name=x -odd');
  });

  it('takes long names, their short forms, and values with and without =', () => {
    const line = parse('--read=a.scap', '--read', 'b.scap', '--numev', '3', '--unbuf');
    assert.deepEqual(line.values.get('read'), ['a.scap', 'b.scap']);
    assert.equal(settingsOf(line).maxEvents, 3);
    assert.equal(settingsOf(line).unbuffered, true);
  });

  it('asks a chisel how many of the next words are its own', () => {
    const asked: [string, readonly string[]][] = [];
    const line = parseCommandLine(['-c', 'spy', 'arg', 'evt.type=open', '-r', 'a'], (name, rest) => {
      asked.push([name, rest]);
      return 1;
    });
    assert.deepEqual(asked, [['spy', ['arg', 'evt.type=open', '-r', 'a']]]);
    assert.deepEqual(line.words, ['evt.type=open']);
    assert.deepEqual(parse('-cl').values.get('chisel'), ['l']);
  });

  it('turns text of the command line into bytes', () => {
    assert.equal(settingsOf(parse('proc.name=é')).filter, 'proc.name=\xc3\xa9');
  });

  it('lets the last of -p and -pc count', () => {
    assert.equal(settingsOf(parse('-pc', '-p', '%evt.num')).format, '%evt.num');
    assert.equal(settingsOf(parse('-pc', '-p', '%evt.num')).containerData, true);
    assert.equal(settingsOf(parse('-p', '%evt.num')).containerData, false);
    assert.equal(settingsOf(parse('-p', '%evt.num', '-pp', '-pc')).format, '%evt.num');
    assert.equal(settingsOf(parse('-p', '%evt.num', '-pc')).format, undefined);
    assert.equal(settingsOf(parse('-pm')).printKind, 'm');
  });

  it('names mistakes in one line', () => {
    const mistakes: [string[], RegExp][] = [
      [['-y'], /no option -y/],
      [['--sumary'], /did you mean --summary\?/],
      [['--list-'], /may mean/],
      [['-r'], /-r needs a value: -r FILE/],
      [['--quiet=1'], /--quiet takes no value/],
      [['-n', '0'], /-n: "0" is not a whole number from 1 on/],
      [['-t', 'x'], /invalid modifier for flag -t/],
      [['-x', '-A'], /cannot specify more than one output format/],
      [['-bb'], /cannot specify more than one output format/],
      [['--log-level', 'loud'], /--log-level loud/],
    ];
    for (const [argv, message] of mistakes) {
      assert.throws(
        () => settingsOf(parse(...argv)),
        (error) => error instanceof UsageError && message.test(error.message) && !error.message.includes('\n'),
        argv.join(' '),
      );
    }
  });
});
