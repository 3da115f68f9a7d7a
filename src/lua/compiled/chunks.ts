/**
 * From Lua source to a factory of its main function. Results are kept by content for the life of the process, so
 * that states made later (another chisel, a reload) do not compile their libraries again.
 */
import { Script } from 'node:vm';
import { shortSource } from '../kernel/errors.js';
import { type CodeOptions, generate, UnsupportedError } from './codegen.js';
import { parse } from './parser.js';
import { type ChunkInfo, registerChunk } from './stack.js';
import type { LuaTable } from './table.js';
import type { NativeFunction } from './values.js';

/** Makes the main function of a chunk for a state's runtime and an environment. */
export type ChunkFactory = (runtime: object, info: ChunkInfo, environment: LuaTable) => NativeFunction;

export interface CompiledChunk {
  script: Script;
  info: ChunkInfo;
  code: string;
}

/** Characters of source kept compiled, and chunks: a chisel that is edited all day leaves one for each version. */
const CACHE_SIZE = 8_000_000;
const CACHE_CHUNKS = 100;

const cache = new Map<string, CompiledChunk>();
let cached = 0;

/** Compiles a chunk. Throws LuaError for what is no Lua and UnsupportedError for what this tier does not take. */
export function compileChunk(source: string, chunkName: string, options: CodeOptions): CompiledChunk {
  const flags = (options.environments ? 'e' : '') + (options.coroutines ? 'c' : '') + (options.countDepth ? 'd' : '');
  const key = `${flags}\n${chunkName}\n${source}`;
  const known = cache.get(key);
  if (known !== undefined) {
    // The order of the map is that of use.
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const generated = generate(parse(source, chunkName), options);
  const info: ChunkInfo = {
    shortName: shortSource(chunkName),
    chunkName,
    lines: generated.lines,
    sites: generated.sites,
    functions: generated.functions,
  };
  const chunk = { script: new Script(generated.code, { filename: registerChunk(info) }), info, code: generated.code };
  if (source.length < CACHE_SIZE / 4) {
    cached += key.length;
    cache.set(key, chunk);
    for (const oldest of cache.keys()) {
      if (cached <= CACHE_SIZE && cache.size <= CACHE_CHUNKS) break;
      cached -= oldest.length;
      cache.delete(oldest);
    }
  }
  return chunk;
}

/** False for a program that this tier does not take. A program with a syntax error is taken: loading it tells. */
export function compilable(source: string): boolean {
  if (!/\bgoto\b/.test(source)) return true;
  try {
    generate(parse(source, '=program'), { environments: false, coroutines: false, countDepth: false });
    return true;
  } catch (error) {
    return !(error instanceof UnsupportedError);
  }
}
