import { test } from 'node:test';
import { CaptureFuzzer } from './mutated-captures.js';

test('damaged captures neither crash nor hang the reader', { timeout: 300_000 }, () => {
  // More of the same: npx tsx test/fuzz/mutate-captures.ts --seed N --count N
  const fuzzer = new CaptureFuzzer(7);
  for (let index = 0; index < 1000; index++) fuzzer.run(index);
});
