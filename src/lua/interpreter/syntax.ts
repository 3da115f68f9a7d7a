/**
 * The language as LuaJIT reads it, out of a scanner for Lua 5.3: no integers, no `//`, `&`, `|`, `~`, `<<`, `>>`, `goto`
 * as a name where it does not begin a goto statement, `_ENV` as an ordinary name; and syntax errors in LuaJIT's words.
 */
import { numberToString, stringToNumber } from '../kernel/numbers.js';
import { bytes, latin1, llex, lobject, stringOf } from './fengari.js';
import { ENVIRONMENT } from './messages.js';

// The environment's name is compared as bytes by the parser and the debugger, which copied the array: change it in place.
llex.LUA_ENV.set(bytes(ENVIRONMENT));

lobject.luaO_str2num = (content, to) => {
  const n = stringToNumber(latin1(content));
  if (n === undefined) return 0;
  to.setfltvalue(n);
  return content.length + 1;
};

lobject.luaO_tostring = (_L, slot) => slot.setsvalue(stringOf(numberToString(slot.value as number)));

const { TK_GOTO, TK_NAME, TK_EOS, TK_IDIV, TK_SHL, TK_SHR } = llex.RESERVED as Record<string, number>;

/** Tokens of 5.3 and the character that 5.1 stumbles over. */
const FOREIGN = new Map([
  [TK_IDIV, '/'],
  [TK_SHL, '<'],
  [TK_SHR, '>'],
]);

/** Characters that are operators in 5.3 only: the parser gets a control character that means nothing to it. */
const DISGUISED = new Map([
  ['&'.charCodeAt(0), 14],
  ['|'.charCodeAt(0), 15],
  ['~'.charCodeAt(0), 16],
]);

const scan = llex.luaX_next;
const lookAhead = llex.luaX_lookahead;

llex.luaX_lookahead = (ls) => (ls.lookahead.token === TK_EOS ? lookAhead(ls) : ls.lookahead.token);

llex.luaX_next = (ls) => {
  scan(ls);
  const { token } = ls.t;
  if (token === TK_GOTO) {
    if (llex.luaX_lookahead(ls) !== TK_NAME) {
      ls.t.token = TK_NAME!;
      ls.t.seminfo.ts = llex.luaX_newstring(ls, bytes('goto'));
    }
    return;
  }
  const disguise = DISGUISED.get(token);
  if (disguise !== undefined) {
    ls.t.token = disguise;
    return;
  }
  const char = FOREIGN.get(token);
  if (char !== undefined) {
    ls.t.token = char.charCodeAt(0);
    llex.luaX_syntaxerror(ls, bytes('unexpected symbol'));
  }
};

/** Fengari's wording of syntax errors and LuaJIT's. */
const REWORDED: [RegExp, string][] = [
  [/'<\\14>'/, "'&'"],
  [/'<\\15>'/, "'|'"],
  [/'<\\16>'/, "'~'"],
  [/: syntax error near /, ": '=' expected near "],
  [
    /(decimal escape too large|hexadecimal digit expected|UTF-8 value too large|missing '[{}]'|invalid escape sequence) near '(.).*'$/s,
    "invalid escape sequence near '$2'",
  ],
  [/ near (<\w+>)$/, " near '$1'"],
  [/(^|: )(<\w+>) expected/, "$1'$2' expected"],
  [/no visible label '(.*)' for <goto> at line \d+/, "undefined label '$1'"],
  [/label '(.*)' already defined on line \d+/, "duplicate label '$1'"],
  [/<break> at line \d+ not inside a loop/, 'no loop to break'],
  [/<goto (.*)> at line \d+ jumps into the scope of local '(.*)'/, "<goto $1> jumps into the scope of local '$2'"],
  [/function or expression needs too many registers/, 'function or expression too complex'],
  [/unfinished long (string|comment) \(starting at line \d+\)/, 'unfinished long $1'],
  [/JS levels \(limit is \d+\)/, 'chunk has too many syntax levels'],
  [
    /too many (local variables|upvalues|C levels|JS levels) \(limit is (\d+)\) in (main function|function at line \d+)/,
    '$3 has more than $2 $1',
  ],
];

/** A syntax error as LuaJIT would say it. */
export function syntaxMessage(message: string): string {
  let text = message;
  for (const [pattern, words] of REWORDED) text = text.replace(pattern, words);
  return text;
}
