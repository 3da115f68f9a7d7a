/** The stubs for the Lua language server have everything that the runtime gives, and nothing more. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { API_NAMES, CALLBACKS } from '../../src/authoring/lua-names.js';
import { packageRoot } from '../../src/package-root.js';
import { FIELDS } from '../../src/sinsp/fields/index.js';

const stubs = readFileSync(path.join(packageRoot(), 'lua/burin.meta.lua'), 'utf8');

for (const [table, names] of Object.entries(API_NAMES)) {
  it(`the functions of ${table}`, () => {
    const found = [...stubs.matchAll(new RegExp(`^function ${table}\\.(\\w+)\\(`, 'gm'))].map((match) => match[1]!);
    if (table === 'chisel') {
      assert.match(stubs, /^---@class chisel\n---@field data table/m);
      found.push('data');
    }
    assert.deepEqual(found.sort(), [...names].sort());
  });
}

it('every function says what it returns, or returns nothing; every parameter has a type', () => {
  for (const [, comments, name, parameters] of stubs.matchAll(/((?:^---.*\n)*)^function ([\w.:]+)\((.*)\) end$/gm)) {
    for (const parameter of parameters!.split(', ').filter(Boolean)) {
      assert.ok(comments!.includes(`---@param ${parameter}`), `${name}: ${parameter}`);
    }
  }
});

it('the callbacks', () => {
  const found = [...stubs.matchAll(/^function (on_\w+)\(/gm)].map((match) => match[1]!);
  // Never called, by burin or by sysdig; chisels define it all the same.
  const called = [...CALLBACKS].filter((name) => name !== 'on_end_of_sample');
  assert.deepEqual(found.sort(), called.sort());
});

it('the fields, with what they are', () => {
  const rows = new Map([...stubs.matchAll(/^---\| "([^"]+)" # (.+)$/gm)].map((match) => [match[1]!, match[2]!]));
  assert.deepEqual(
    [...rows.keys()],
    FIELDS.filter((field) => !field.filterOnly).map((field) => field.name),
  );
});
