/** The page about fields is made from the table. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { FIELDS_FILE, fieldsPage, STUBS_FILE, stubsWithFields } from '../../../scripts/generate-field-docs.js';

const HINT = 'run npx tsx scripts/generate-field-docs.ts';

test('docs/fields.md is up to date', () => {
  assert.ok(readFileSync(FIELDS_FILE, 'utf8') === fieldsPage(), HINT);
});

test('the names of fields in lua/burin.meta.lua are up to date', {
  skip: existsSync(STUBS_FILE) ? false : 'no stubs',
}, () => {
  const stubs = readFileSync(STUBS_FILE, 'utf8');
  assert.ok(stubsWithFields(stubs) === stubs, HINT);
});
