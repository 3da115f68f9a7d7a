/**
 * Format strings of `string.format` as JavaScript functions: one expression that adds the pieces up, in which strings
 * and integers need no call.
 */
import { Script } from 'node:vm';
import { applyFormat, type FormatHost, type FormatParts, readFormat } from '../kernel/format.js';

/** The arguments of `string.format`, the format string being the first, as text. */
export type Formatter = (args: readonly unknown[], host: FormatHost) => string;

/** A function of the directives `D` and of what takes over when arguments are missing. */
type Maker = (D: FormatParts['directives'], apply: Formatter) => Formatter;

/** So often a format string is used before a function is made of it. */
const USES = 50;
const formatters = new WeakMap<FormatParts, Formatter>();

/** The formats used last, by their length: few are as long as another one, and comparing them is faster than a Map. */
const RECENT = 64;
const recentFormats: string[] = new Array(RECENT).fill('');
const recent: Formatter[] = new Array(RECENT).fill(() => '');

export function formatterFor(fmt: string): Formatter {
  const place = fmt.length & (RECENT - 1);
  if (recentFormats[place] === fmt) return recent[place]!;
  const parts = readFormat(fmt);
  let formatter = formatters.get(parts);
  if (formatter === undefined) formatters.set(parts, (formatter = makeFormatter(parts)));
  recentFormats[place] = fmt;
  recent[place] = formatter;
  return formatter;
}

function makeFormatter(parts: FormatParts): Formatter {
  const apply: Formatter = (args, host) => applyFormat(parts, args, host);
  if (parts.failure !== undefined) return apply;
  let uses = 0;
  let compiled: Formatter | undefined;
  return (args, host) => {
    if (compiled !== undefined) return compiled(args, host);
    if (++uses === USES) compiled = compile(parts, apply);
    return apply(args, host);
  };
}

function compile({ literals, directives, plain, tail }: FormatParts, apply: Formatter): Formatter {
  const pieces = directives.map((_, i) => {
    const value = `(v=a[${i + 1}])`;
    const general = `d${i}(v,${i + 2},h)`;
    if (plain[i] === 'string') return `(typeof ${value}==='string'?v:${general})`;
    if (plain[i] === 'integer') return `(typeof ${value}==='number'&&(v|0)===v?''+v:${general})`;
    return `d${i}(a[${i + 1}],${i + 2},h)`;
  });
  const sum = pieces
    .map((piece, i) => `${literals[i] === '' ? '' : `${JSON.stringify(literals[i])}+`}${piece}+`)
    .join('');
  const code =
    `(function(D,apply){'use strict';${pieces.map((_, i) => `const d${i}=D[${i}];`).join('')}` +
    `return(a,h)=>{let v;if(a.length<${pieces.length + 1})return apply(a,h);return ${sum}${JSON.stringify(tail)};};})`;
  const make = new Script(code, { filename: 'format' }).runInThisContext() as Maker;
  return make(directives, apply);
}
