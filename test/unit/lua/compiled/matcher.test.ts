/** Patterns as functions of their own, against the kernel's matcher. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeMatcher } from '../../../../src/lua/compiled/matcher.js';
import { finderFor } from '../../../../src/lua/compiled/regexp.js';
import { createLuaState } from '../../../../src/lua/index.js';
import { find, parse } from '../../../../src/lua/kernel/pattern.js';
import { Random } from '../../../support/random.js';

const SINGLES = [
  'a',
  'b',
  'c',
  '.',
  '%a',
  '%d',
  '%s',
  '%S',
  '[ab]',
  '[^a]',
  '[%d-]',
  '[^%s/]',
  '/',
  '%.',
  '%w',
  '[a-c0-2_]',
  '%p',
];
const QUANTIFIERS = ['', '', '', '*', '+', '-', '?'];

function randomPattern(random: Random): string {
  let pattern = random.int(4) === 0 ? '^' : '';
  let open = 0;
  for (let n = 1 + random.int(6); n > 0; n--) {
    if (random.int(5) === 0) {
      pattern += '(';
      open++;
    }
    pattern += SINGLES[random.int(SINGLES.length)]! + QUANTIFIERS[random.int(QUANTIFIERS.length)]!;
    if (open > 0 && random.int(3) === 0) {
      pattern += ')';
      open--;
    }
  }
  return pattern + ')'.repeat(open) + (random.int(5) === 0 ? '$' : '');
}

const BYTES = 'aabbc01 /._-\xe4\n\0';

test('random patterns: a matcher finds what the kernel finds', () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const random = new Random(seed * 7919);
    const pattern = randomPattern(random);
    const anchored = pattern.startsWith('^');
    const { items, captures } = parse(pattern, anchored ? 1 : 0);
    // `()` and the like have no regular expression, and so no matcher.
    if (finderFor(pattern, 0) === null) continue;
    const matcher = makeMatcher(items, captures, anchored);
    const regexp = finderFor(pattern, 100_000) ?? matcher;
    for (let n = 0; n < 8; n++) {
      let subject = '';
      for (let length = random.int(14); length > 0; length--) subject += BYTES[random.int(BYTES.length)]!;
      const from = random.int(subject.length + 1);
      const expected = find(subject, pattern, from + 1);
      for (const finder of [matcher, regexp]) {
        const at = finder.find(subject, from);
        const found = at < 0 ? undefined : [at + 1, finder.end, ...finder.captures(subject)];
        assert.deepEqual(found, expected, JSON.stringify({ pattern, subject, from }));
        if (at < 0) continue;
        const whole = subject.slice(at, finder.end);
        const values = captures === 0 ? whole : captures === 1 ? expected![2] : expected!.slice(2);
        assert.deepEqual(finder.captured(subject, at), values);
      }
    }
  }
});

test('functions of the string library give the same whatever matches', () => {
  const state = createLuaState({ tier: 'compiled' });
  const code = `
    local first
    for i = 1, 100 do
      local out = {}
      local function add(...) for n = 1, select("#", ...) do out[#out + 1] = tostring((select(n, ...))) end end
      add(("GET /a/b HTTP/1.1"):match("^(%a+) (%S+) HTTP/(%d%.%d)"))
      add(("key = value"):find("(%w+)%s*=%s*(%w+)"))
      add(("no"):find("x+"), ("no"):match("x+"), ("aXbX"):find("X", 3), ("abc"):find("b*", 9))
      for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do add(k, v) end
      for w in ("^a^b"):gmatch("^%a") do add(w) end
      for w in ("ab"):gmatch("x*") do add("[" .. w .. "]") end
      add(("hello world"):gsub("o", "0"), ("abc"):gsub("", "-"), ("abc"):gsub("%w", "%0%0", 2), ("aaa"):gsub("^a", "b"))
      add(("one two"):gsub("%a+", function(w) return (w:gsub("%a+", "<" .. w .. ">")) end))
      add(("a b"):gsub("(%a)", { a = 1, b = false }))
      add(("  trim  "):match("^%s*(.-)%s*$"))
      local text = table.concat(out, "|")
      first = first or text
      if text ~= first then return i, text, first end
    end
    return first`;
  const results = state.call(state.load(code, '=test'));
  assert.equal(results.length, 1);
  assert.equal(
    results[0],
    'GET|/a/b|1.1|1|11|key|value|nil|nil|4|4|3|a|1|b|2|^a|^b|[]|[]|[]|hell0 w0rld|-a-b-c-|aabbc|baa|1|<one> <two>|2|1 b|2|trim',
  );
});
