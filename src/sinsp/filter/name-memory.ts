/** Remembers what a test said of a name, by the name's id: one table load where a text would be searched. */
import type { Name, Names } from '../names.js';
import type { TextTest } from './tests-of-values.js';

const NO = 1;
const YES = 2;
/** Answers for this many names are kept at most; there are no more names at a time in the table. */
const LARGEST = 1 << 20;

export function rememberedByName(names: Names, test: TextTest): (name: Name) => boolean {
  let base = names.firstId;
  let answers = new Uint8Array(1024);

  const ask = (name: Name): boolean => {
    if (base !== names.firstId) {
      // The table of names was emptied: ids begin anew from there.
      base = names.firstId;
      answers = new Uint8Array(1024);
    }
    const answer = test(name.text);
    const slot = name.id - base;
    if (slot < 0 || slot >= LARGEST) return answer;
    if (slot >= answers.length) {
      const larger = new Uint8Array(Math.max(slot + 1, answers.length * 2));
      larger.set(answers);
      answers = larger;
    }
    answers[slot] = answer ? YES : NO;
    return answer;
  };

  return (name) => {
    // A name older than the table has a negative slot, which no array has: it is asked anew.
    const answer = answers[name.id - base];
    return answer === YES ? true : answer === NO ? false : ask(name);
  };
}
