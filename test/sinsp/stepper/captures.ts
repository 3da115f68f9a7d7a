/** The captures that the tests of the stepper walk through, each with a source of chance and a name for messages. */
import { existsSync, readdirSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileSource, openCaptureFile } from '../../../src/capture/file-source.js';
import { CaptureFuzzer } from '../../fuzz/mutated-captures.js';
import { type CaptureBuilder, memoryInput } from '../../support/capture-builder.js';
import { Random } from '../../support/random.js';
import { SCENARIOS } from '../state/scenarios.js';

export interface Case {
  readonly open: () => FileSource;
  readonly random: Random;
  readonly what: string;
}

/** A capture in memory, read through a window of random size. */
export function inMemory(bytes: Uint8Array, random: Random, what: string): Case {
  const windowSize = random.pick([1024, 4096, 1 << 18]);
  const open = () => new FileSource('memory', memoryInput(bytes), bytes.length, { windowSize, allowEmpty: true });
  return { open, random, what };
}

/** So many captures that are made at random, from this seed on. */
export function* made(count: number, make: (random: Random) => CaptureBuilder, first = 1): Iterable<Case> {
  for (let seed = first; seed < first + count; seed++) {
    const random = new Random(seed);
    yield inMemory(make(random).build(), random, `seed ${seed}`);
  }
}

/** The rules of test/sinsp/state, each six times. */
export function* rules(): Iterable<Case> {
  for (const [name, make] of Object.entries(SCENARIOS)) {
    const bytes = make().build();
    for (let seed = 1; seed <= 6; seed++) yield inMemory(bytes, new Random(seed), `${name}, seed ${seed}`);
  }
}

/** Damaged captures of a seed. */
export function* damaged(seed: number, count: number): Iterable<Case> {
  const fuzzer = new CaptureFuzzer(seed);
  for (let index = 0; index < count; index++) {
    const bytes = fuzzer.bytesOf(index);
    // Compressed ones are another reader's business.
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) continue;
    yield inMemory(bytes, new Random(index + 1), `case ${index}`);
  }
}

/** The example, and the captures of others where they are, each three times. */
export function* recordings(): Iterable<Case> {
  for (const folder of ['../../../examples', '../../../../shared/captures']) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    if (!existsSync(path)) continue;
    for (const name of readdirSync(path)) {
      if (!name.endsWith('.scap')) continue;
      const file = joinPath(path, name);
      const open = () => openCaptureFile(file) as FileSource;
      for (let seed = 1; seed <= 3; seed++) yield { open, random: new Random(seed), what: `${file}, seed ${seed}` };
    }
  }
}
