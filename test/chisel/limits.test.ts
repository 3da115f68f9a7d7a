/**
 * A runaway chisel is stopped within its limit wherever it is, the message says which chisel, function and line, and the
 * other chisels of the run lose nothing. In both tiers.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { burin, demo, run } from './run-burin.js';

/** Counts what it gets: nothing may be missing from it because of its neighbour. */
const NEIGHBOUR = `args = {}
local n = 0
function on_event() n = n + 1 return true end
function on_capture_end() print("neighbour", n) end`;

// The tiers say it in their own words.
const TIME = /time limit of 0\.5 s exceeded|longer than 0\.5 seconds/;
const MEMORY = /memory limit of 32 MiB exceeded|more than 32 MiB|makes a string of \d+ MiB|beyond all memory/;
const DEPTH = /more than 500 calls/;

const RUNAWAYS: Record<string, { body: string; limit: string[]; says: RegExp }> = {
  'an endless loop': {
    body: 'while true do end',
    limit: ['--chisel-timeout=0.5'],
    says: TIME,
  },
  'a loop that swallows errors': {
    body: 'while true do pcall(function() while true do end end) end',
    limit: ['--chisel-timeout=0.5'],
    says: TIME,
  },
  'a loop of xpcall and coroutines': {
    body: 'while true do xpcall(function() coroutine.wrap(function() while true do end end)() end, function() return 1 end) end',
    limit: ['--chisel-timeout=0.5'],
    says: TIME,
  },
  'growing tables': {
    body: 'local t = {} while true do t[#t + 1] = {#t} end',
    limit: ['--chisel-memory=32m', '--chisel-timeout=30'],
    says: MEMORY,
  },
  'tables that are kept in globals and errors swallowed': {
    body: 'kept = {} while true do pcall(function() while true do kept[#kept + 1] = {} end end) end',
    limit: ['--chisel-memory=32m', '--chisel-timeout=30'],
    says: MEMORY,
  },
  'string.rep': {
    body: 'local s = string.rep("x", 1e9) print(#s)',
    limit: ['--chisel-memory=32m'],
    says: MEMORY,
  },
  'joining strings': {
    body: 'local s = "x" while true do s = s .. s end',
    limit: ['--chisel-memory=32m', '--chisel-timeout=30'],
    says: MEMORY,
  },
  'many strings': {
    body: 'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) .. i end',
    limit: ['--chisel-memory=32m', '--chisel-timeout=30'],
    says: MEMORY,
  },
  'table.concat': {
    body: 'local t = {} for i = 1, 1000 do t[i] = ("x"):rep(1000) end for i = 1, 1000 do t[i] = table.concat(t) end',
    limit: ['--chisel-memory=32m', '--chisel-timeout=30'],
    says: MEMORY,
  },
  recursion: {
    body: 'local function f(n) return 1 + f(n + 1) end print(f(1))',
    limit: ['--chisel-depth=500'],
    says: DEPTH,
  },
  'a pattern in string.find': {
    body: 'local s = ("a"):rep(200) .. "b" s:find(("a-"):rep(12) .. "c")',
    limit: ['--chisel-timeout=0.5'],
    says: TIME,
  },
  'a pattern in string.gsub': {
    body: 'local s = ("a"):rep(200) s:gsub(("a*"):rep(12) .. "c", "")',
    limit: ['--chisel-timeout=0.5'],
    says: TIME,
  },
  'a pattern in string.gmatch': {
    body: 'for m in (("a"):rep(200)):gmatch(("a*"):rep(12) .. "c") do end',
    limit: ['--chisel-timeout=0.5'],
    says: TIME,
  },
  'an order function': {
    body: 'table.sort({3, 2, 1}, function() while true do end end)',
    limit: ['--chisel-timeout=0.5'],
    says: TIME,
  },
};

const chisel = (callback: string, body: string) => `args = {}
function on_init() chisel.set_interval_ns(100000) return true end
function on_event() return true end
function on_interval() return true end
function ${callback}()
  ${body}
  return true
end`;

/** How many events the neighbour sees when it is alone. */
const alone = run(['-r', demo, '-n', '2000', '-c', 'neighbour'], { files: { 'neighbour.lua': NEIGHBOUR } });

for (const tier of ['compiled', 'interpreter']) {
  const start = async (source: string, limit: readonly string[], words: readonly string[] = []) => {
    const begun = performance.now();
    const result = await run(
      [`--lua=${tier}`, ...limit, '-r', demo, '-n', '2000', '-c', 'runaway', '-c', 'neighbour', ...words],
      { files: { 'runaway.lua': source, 'neighbour.lua': NEIGHBOUR } },
    );
    return { ...result, seconds: (performance.now() - begun) / 1000 };
  };

  describe(`limits of chisels, ${tier} tier`, () => {
    for (const [name, { body, limit, says }] of Object.entries(RUNAWAYS)) {
      it(`${name} in on_event`, async () => {
        const { status, stdout, stderr, seconds } = await start(chisel('on_event', body), limit);
        assert.match(stderr, says);
        assert.match(stderr, /runaway chisel error: .*:6\b.*; chisel runaway gets no more events\n/);
        assert.match(stderr, /function/);
        assert.equal(stdout, (await alone).stdout, 'the neighbour has seen everything');
        assert.equal(status, 1);
        assert.ok(seconds < 40, `${seconds} s`);
      });
    }

    const loop = RUNAWAYS['an endless loop']!;
    it('an endless loop in on_interval', async () => {
      const { status, stdout, stderr } = await start(chisel('on_interval', loop.body), loop.limit);
      assert.match(stderr, /runaway chisel error: calling on_interval\(\) failed:.*:6\b.*/);
      assert.match(stderr, TIME);
      assert.equal(stdout, (await alone).stdout);
      assert.equal(status, 1);
    });
    it('an endless loop in on_capture_end: the others still have theirs', async () => {
      const { status, stdout, stderr } = await start(chisel('on_capture_end', loop.body), loop.limit);
      assert.match(stderr, /runaway chisel error: .*:6\b/);
      assert.match(stderr, TIME);
      assert.equal(stdout, (await alone).stdout);
      assert.equal(status, 0, 'an error in on_capture_end does not change the status');
    });
    for (const callback of ['on_init', 'on_capture_start']) {
      it(`an endless loop in ${callback}: the run does not begin`, async () => {
        const { status, stdout, stderr } = await start(chisel(callback, loop.body), loop.limit);
        assert.match(stderr, /runaway.*:6\b.*/);
        assert.match(stderr, TIME);
        assert.equal(stdout, 'neighbour\t0\n');
        assert.equal(status, 1);
      });
    }
    it('an endless loop in the main chunk', async () => {
      const { status, stderr } = await start(`args = {}\n${loop.body}`, loop.limit);
      assert.match(stderr, /Failed to load chisel runaway: .*:2\b/);
      assert.match(stderr, TIME);
      assert.equal(status, 1);
    });
    it('an endless loop in on_set_arg', async () => {
      const source = `args = {{name = "a", argtype = "int"}}\nfunction on_set_arg()\n${loop.body}\nend`;
      const { status, stderr } = await run([`--lua=${tier}`, ...loop.limit, '-r', demo, '-c', 'runaway', '1'], {
        files: { 'runaway.lua': source },
      });
      assert.match(stderr, /runaway chisel error: .*:3\b/);
      assert.match(stderr, TIME);
      assert.equal(status, 1);
    });
    it('a slow but honest chisel is left alone', async () => {
      const source = chisel(
        'on_event',
        'if evt.get_num() % 500 == 0 then local t = os.clock() while os.clock() - t < 0.2 do end end',
      );
      const { status, stdout, stderr } = await start(source, ['--chisel-timeout=5']);
      assert.equal(stderr, '');
      assert.equal(stdout, (await alone).stdout);
      assert.equal(status, 0);
    });
  });
}

it('a callback that waits for a reader of its output is not too long', async () => {
  const printer = 'args = {}\nfunction on_capture_end() for i = 1, 40000 do print("line " .. i .. " of many") end end';
  for (const tier of ['compiled', 'interpreter']) {
    const words = `--lua=${tier} --chisel-timeout=3 -r '${demo}' -n 5 -c printer`;
    // The reader begins when the timeout is over; 700 kB do not fit into a pipe.
    const { status, stdout, stderr } = await run(['-c', `"$0" "$1" ${words} | { sleep 4; cat; }`, ...(await burin())], {
      program: ['/bin/sh'],
      files: { 'printer.lua': printer },
    });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.ok(stdout.endsWith('line 40000 of many\n'));
  }
});
