/**
 * Random Lua programs, the same for the same seed: expressions, tables, strings, control flow, closures, errors caught
 * by pcall. They end, and print what does not depend on addresses or on the order of hash keys.
 */

import { Random } from '../../../support/random.js';

class Program {
  private readonly scopes: string[][] = [['x', 'y', 't']];
  private names = 0;
  private depth = 0;
  private loops = 0;

  constructor(private readonly random: () => number) {}

  private below(n: number): number {
    return Math.floor(this.random() * n);
  }

  private pick<V>(list: readonly V[]): V {
    return list[this.below(list.length)]!;
  }

  private variable(): string {
    return this.pick(this.scopes.flat());
  }

  private literal(): string {
    switch (this.below(9)) {
      case 0:
        return this.pick(['nil', 'true', 'false']);
      case 1:
      case 2:
        return this.pick(['"a"', '"10"', '"hello"', '""', '"0x1p2"', '"\\0z"', "'abc def'"]);
      case 3:
        return this.pick(['0.5', '1e15', '-0', '2^53', '1/0', '1e-3', '123456.789']);
      default:
        return String(this.below(20) - 5).replace(/^-.*/, '($&)');
    }
  }

  expression(depth = 0): string {
    if (depth > 3) return this.random() < 0.6 ? this.variable() : this.literal();
    const sub = () => this.expression(depth + 1);
    switch (this.below(22)) {
      case 0:
      case 1:
        return this.literal();
      case 2:
      case 3:
      case 4:
        return this.variable();
      case 5:
      case 6:
      case 7:
        return `(${sub()} ${this.pick(['+', '-', '*', '/', '%', '^'])} ${sub()})`;
      case 8:
        return `(${sub()} .. ${sub()}${this.random() < 0.3 ? ` .. ${sub()}` : ''})`;
      case 9:
        return `(${sub()} ${this.pick(['==', '~=', '<', '<=', '>', '>='])} ${sub()})`;
      case 10:
        return `(${sub()} ${this.pick(['and', 'or'])} ${sub()})`;
      case 11:
        return `${this.pick(['not ', '- ', '#'])}(${sub()})`;
      case 12:
        return `t.${this.pick(['a', 'b', 'n'])}`;
      case 13:
        return `t[${sub()}]`;
      case 14:
        return `({${sub()}, ${sub()}, k = ${sub()}})${this.pick(['[1]', '[2]', '.k', '.none'])}`;
      case 15:
        return `select(${this.pick(['"#"', '1', '2'])}, ${sub()}, ${sub()})`;
      case 16:
        return `tostring(${sub()})`.replace(/^tostring\((t|\{.*)\)$/, '"table"');
      case 17:
        return `(tonumber(${sub()}) or 0)`;
      case 18:
        return `string.format("${this.pick(['%d', '%5.2f', '%s|', '%g', '%x', '%q'])}", ${sub()})`;
      case 19:
        return `(${this.pick(['"abcabc"', '"a1b2"', '"  x y "'])}):${this.pick([
          'upper()',
          'rep(2)',
          'sub(2, -2)',
          'gsub("%a", "<%0>")',
          'find("b")',
          'match("(%a)(%d?)")',
          'byte(1, 2)',
          'len()',
        ])}`;
      case 20:
        return `(function(...) local p, q = ... return ${this.pick(['p', 'q', 'p, q', 'select("#", ...)', '...'])} end)(${sub()}, ${sub()})`;
      default:
        return `math.${this.pick(['floor', 'abs', 'max', 'min'])}(${sub()}, ${sub()})`;
    }
  }

  private block(size: number): string {
    this.depth++;
    this.scopes.push([]);
    let text = '';
    for (let i = 0; i < size; i++) text += `${this.statement()}\n`;
    this.scopes.pop();
    this.depth--;
    return text;
  }

  private declare(): string {
    const name = `v${++this.names}`;
    this.scopes.at(-1)!.push(name);
    return name;
  }

  statement(): string {
    const deep = this.depth > 3;
    switch (this.below(deep ? 8 : 18)) {
      case 0:
      case 1: {
        const value = this.expression();
        return `local ${this.declare()} = ${value}`;
      }
      case 2: {
        const values = `${this.expression()}, ${this.expression()}`;
        return `local ${this.declare()}, ${this.declare()} = ${values}`;
      }
      case 3:
        return `${this.pick(this.scopes.flat().filter((name) => name !== 't'))} = ${this.expression()}`;
      case 4:
        return `t.${this.pick(['a', 'b', 'n'])} = ${this.expression()}`;
      case 5:
        return `show(${this.expression()}, ${this.expression()})`;
      case 6:
        return `show(pcall(function() return ${this.expression()} end))`;
      case 7:
        return `t[${this.below(4) + 1}] = ${this.expression()}`;
      case 8:
        return `if ${this.expression()} then\n${this.block(2)}else\n${this.block(1)}end`;
      case 9: {
        const [from, to, step] = [this.below(5), this.below(8), this.pick(['1', '2', '-1', '0.5'])];
        const name = `i${++this.names}`;
        this.scopes.push([name]);
        const body = this.block(2);
        this.scopes.pop();
        return `for ${name} = ${from}, ${to}, ${step} do\n${body}end`;
      }
      case 10: {
        const name = `w${++this.names}`;
        return `local ${name} = 0\nwhile ${name} < ${this.below(4)} do\n${name} = ${name} + 1\n${this.block(1)}${this.random() < 0.3 ? `if ${this.expression()} then break end\n` : ''}end`;
      }
      case 11: {
        const change = this.pick([
          '',
          'list[k + 1] = nil ',
          'if k < 4 then list[#list + 1] = k end ',
          'list[k] = nil ',
        ]);
        return `do local list = {${this.expression()}, ${this.expression()}} for k, v in ipairs(list) do ${change}show(k, v) end end`;
      }
      case 16: {
        const [from, to, step] = [this.below(4) - 1, this.below(6), this.pick(['1', '2', '-1'])];
        const object = this.pick(['list', 'list', 'list', 't', 'x', '"text"']);
        const store = this.pick(['', `list[i] = ${this.expression()} `, 'list[i] = nil ', 't[i] = i ']);
        return `do local list = {${this.expression()}, ${this.expression()}, 3} for i = ${from}, ${to}, ${step} do ${store}show(pcall(function() return ${object}[i], list[2] end)) end show(list[1], list[2], list[3], next(list)) end`;
      }
      case 12: {
        const name = `f${++this.names}`;
        const body = this.block(2);
        return `local function ${name}(x, ...)\n${body}return ${this.expression()}, ...\nend\nshow(pcall(${name}, ${this.expression()}, ${this.expression()}))`;
      }
      case 13:
        return `do\n${this.block(2)}end`;
      case 14: {
        const label = `L${++this.loops}`;
        return `for j = 1, 3 do\nif j == 2 then goto ${label} end\nshow(j)\n::${label}::\nend`;
      }
      case 15:
        return `do local fs = {}\nfor j = 1, 3 do local u = j fs[j] = function() u = u + j return u end end\nshow(fs[1](), fs[1](), fs[2](), fs[3]()) end`;
      default:
        return `t, x = {a = ${this.expression()}, b = ${this.expression()}, n = ${this.below(9)}}, ${this.expression()}`;
    }
  }
}

const HEAD = `local function show(...)
  local out = {}
  for i = 1, select('#', ...) do
    local v = select(i, ...)
    out[i] = (type(v) == "table" or type(v) == "function") and type(v) or tostring(v):gsub("table: .*", "table")
  end
  print(table.concat(out, " "))
end
`;

/** A program of `count` independent parts; an error ends a part only. */
export function generateProgram(seed: number, count: number): string {
  const numbers = new Random(seed);
  const random = () => numbers.next();
  let text = HEAD;
  for (let i = 0; i < count; i++) {
    const program = new Program(random);
    let body = '';
    for (let n = 0; n < 6; n++) body += `${program.statement()}\n`;
    text += `show(pcall(function()\nlocal x, y, t = ${i}, "s${i}", {a = 1, n = ${i}, 10, 20}\n${body}end))\n`;
  }
  return text;
}
