/**
 * Which parts of Lua a program mentions: they decide how it is compiled, or that the interpreter must run it.
 * The program and every module it requires by a literal name are looked at, before anything runs.
 */
import { readFileSync } from 'node:fs';
import { pathBytes } from '../kernel/files.js';
import type { LuaStateOptions } from '../vm.js';
import { defaultPath, searchPath } from './packagelib.js';

export interface Features {
  /** Functions may get other environments. */
  environments: boolean;
  coroutines: boolean;
  /** Hooks, locals or upvalues by the debug library, environments of callers: only the interpreter knows those. */
  interpreter: boolean;
}

const ENVIRONMENTS = /\bsetfenv\b|\bmodule\s*[("']/;
const COROUTINES = /\bcoroutine\b/;
const INTERPRETER =
  /\b(?:sethook|getlocal|setlocal|getupvalue|setupvalue|upvalueid|upvaluejoin)\b|\bsetfenv\s*\(\s*[2-9]|\bstring\s*\.\s*dump\b/;
const REQUIRE = /\brequire\s*\(?\s*(?:"([^"\n]+)"|'([^'\n]+)')/g;
/** Modules followed. */
const MAX_MODULES = 200;

/** What a text mentions; with `options`, what the modules mention that it requires too. */
export function features(source: string, options?: LuaStateOptions): Features {
  const found: Features = { environments: false, coroutines: false, interpreter: false };
  const seen = new Set<string>();
  const visit = (text: string): void => {
    found.environments ||= ENVIRONMENTS.test(text);
    found.coroutines ||= COROUTINES.test(text);
    found.interpreter ||= INTERPRETER.test(text);
    if (options === undefined) return;
    for (const match of text.matchAll(REQUIRE)) {
      const name = match[1] ?? match[2]!;
      if (seen.has(name) || seen.size >= MAX_MODULES || options.preload?.has(name)) continue;
      seen.add(name);
      const file = searchPath(name, options.packagePath ?? defaultPath());
      if (!('found' in file)) continue;
      try {
        visit(readFileSync(pathBytes(file.found), 'latin1'));
      } catch {
        // Whoever requires it is told why it cannot be read.
      }
    }
  };
  if (source !== '') visit(source);
  return found;
}
