#!/usr/bin/env node
/**
 * Starts the bundled program with V8's code cache, when there is one for this Node. There are two: what plain reading needs,
 * and what chisels need besides, because unpacking a cache takes time by its size.
 * Becomes dist/bin/burin.js. BURIN_CODE_CACHE=write makes the cache at the end of a run (code-cache.mjs does that).
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const file = path.join(__dirname, 'program.cjs');
const withChisel = process.argv.some((argument) => /^(-\w*c|--chisel)/.test(argument));
// V8 itself does not tell the caches of two kinds of processors apart: it would run what fits the other one, and crash.
const system = `${process.version}-${process.platform}-${process.arch}`;
const cacheFile = path.join(__dirname, `${withChisel ? 'chisel' : 'program'}-${system}.cache`);

let cachedData;
try {
  cachedData = fs.readFileSync(cacheFile);
} catch {
  // Without it the program is compiled as it is needed.
}
// The bundle is plain ASCII: one function that takes what a module has.
const script = new vm.Script(fs.readFileSync(file, 'latin1'), { filename: file, cachedData });
// Scripts from a code cache cannot import modules themselves.
globalThis.burinImport = (name) => import(name);
const program = { exports: {} };
script.runInThisContext()(program.exports, require, program, file, __dirname);
if (process.env.BURIN_CODE_CACHE === 'write') {
  process.on('exit', () => {
    // Under its name only when it is whole: others may be starting.
    try {
      fs.writeFileSync(`${cacheFile}.new`, script.createCachedData());
      fs.renameSync(`${cacheFile}.new`, cacheFile);
    } catch (error) {
      process.stderr.write(`burin: no code cache: ${error.message}\n`);
      process.exitCode = 1;
    }
  });
}
