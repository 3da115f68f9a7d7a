/**
 * Syntax tree to JavaScript source.
 *
 * Conventions of the generated code:
 * - a Lua function is a JavaScript function of its parameters; one result is returned plain, any other number as an
 *   array. `[TAIL, f, ...args]` asks the caller to go on with f(...args): every 128th tail call of a chunk does that,
 *   so that chains of them do not grow the stack;
 * - globals are entries of the table of globals, looked up once (`g1.v`);
 * - each place that can fail or be seen in a traceback starts a line of its own in the generated source, and
 *   {@link Site} says which Lua line it is and how its operands are called. That costs nothing at run time;
 * - `$1`, `$2`... are temporaries; `$v`, `$f`, `$r` are temporaries read again at once;
 * - a chunk that may run in coroutines gives each function a second, generator form in its property `g`;
 * - a chunk whose functions may get other environments keeps the environment of each function in `E`.
 */

import { cString } from '../kernel/c-string.js';
import type { Block, CallNode, Expr, FunctionNode, Label, Local, Statement } from './ast.js';
import { isMulti, type ParsedChunk } from './parser.js';

/** A place in the generated code. */
export interface Site {
  line: number;
  /** A tail call: the frame is gone for tracebacks and levels. */
  tail: boolean;
  /** Calls a function, whose name is `names[0]`; else an operator. */
  isCall: boolean;
  /** Operands as messages name them: "local 'x'". */
  names: readonly (string | undefined)[];
}

export interface FunctionInfo {
  line: number;
  endLine: number;
  isMain: boolean;
  params: number;
  vararg: boolean;
  upvalues: readonly string[];
}

export interface GeneratedChunk {
  code: string;
  /** Line of the code (from 1) to index into `sites`. */
  lines: Int32Array;
  sites: Site[];
  /** By the number in the generated name `f12`. */
  functions: FunctionInfo[];
}

export interface CodeOptions {
  /** Functions may get other environments (setfenv, module). */
  environments: boolean;
  /** Functions may run inside coroutines. */
  coroutines: boolean;
  /** Count nested calls against `R.maxDepth`. */
  countDepth: boolean;
}

/** Functions nested deeper than this only get the generator form, or code would double with each level. */
const MAX_DUAL_DEPTH = 3;

/** Turns of a loop that are paid for at once, ahead: a function that is left early has paid too much, never too little. */
const TURNS = 32;

const ARITHMETIC: Record<string, { helper: string; code: (l: string, r: string) => string }> = {
  '+': { helper: 'add', code: (l, r) => `${l}+${r}` },
  '-': { helper: 'sub', code: (l, r) => `${l}-${r}` },
  '*': { helper: 'mul', code: (l, r) => `${l}*${r}` },
  '/': { helper: 'div', code: (l, r) => `${l}/${r}` },
  '%': { helper: 'mod', code: (l, r) => `${l}-floor(${l}/${r})*${r}` },
  '^': { helper: 'pow', code: (l, r) => `${l}**${r}` },
};

const HELPERS =
  'T,NONE,TAIL,isArray,floor,index,setindex,add,sub,mul,div,mod,pow,unm,len,eq,lt,le,concat,numstr,callable,method,one,' +
  'S,all,drop,oneG,indexG,arithmeticG,gget,gset,refuel,forNumber,iterator,ConcatMemo,pairs,ipairs,next,select,G,envs,dual,' +
  'drive,deeper';

interface FunctionState {
  node: FunctionNode;
  generator: boolean;
  temps: number;
  maxTemps: number;
  /** Of the loops around the statement at hand. */
  labels: string[];
  /** There is a loop somewhere in the function. */
  loops: boolean;
}

interface Operand {
  /** To be evaluated first; '' when there is nothing to do. */
  setup: string;
  /** Can be read any number of times. */
  ref: string;
}

/** Thrown for what this compiler does not take (some forms of goto); the interpreter does. */
export class UnsupportedError extends Error {}

export function generate(chunk: ParsedChunk, options: CodeOptions): GeneratedChunk {
  inferNumbers(chunk.locals);
  for (const local of chunk.locals) if (local.isKey) for (const text of local.texts) text.repeats = true;
  return new Generator(options).chunk(chunk.main);
}

/** Finds locals that only ever hold numbers: assumes it of all, then drops those with a value that need not be one. */
function inferNumbers(locals: Local[]): void {
  let open = locals.filter((local) => local.values !== undefined && local.values.length > 0);
  for (const local of open) local.isNumber = true;
  for (let changed = true; changed; ) {
    changed = false;
    open = open.filter((local) => {
      if (local.values!.every(isNumber)) return true;
      local.isNumber = false;
      changed = true;
      return false;
    });
  }
}

const isSmallInteger = (e: Expr): boolean => e.kind === 'number' && (e.value | 0) === e.value;

function isNumber(e: Expr): boolean {
  switch (e.kind) {
    case 'number':
      return true;
    case 'local':
      return e.local.isNumber;
    case 'paren':
    case 'minus':
      return isNumber(e.value);
    case 'binary':
      return e.op in ARITHMETIC && isNumber(e.left) && isNumber(e.right);
    default:
      return false;
  }
}

function isBoolean(e: Expr): boolean {
  switch (e.kind) {
    case 'true':
    case 'false':
    case 'not':
      return true;
    case 'paren':
      return isBoolean(e.value);
    case 'binary':
      return !(e.op in ARITHMETIC);
    case 'and':
    case 'or':
      return isBoolean(e.left) && isBoolean(e.right);
    default:
      return false;
  }
}

/** How messages name the value of an expression. */
function describe(e: Expr): string | undefined {
  switch (e.kind) {
    case 'local':
      return `${e.upvalue ? 'upvalue' : 'local'} '${e.local.name}'`;
    case 'global':
      return `global '${e.name}'`;
    case 'index':
      return e.key.kind === 'string' ? `field '${cString(e.key.value)}'` : undefined;
    case 'and':
    case 'or':
      // Only the last operand leaves its name where the value is found.
      return e.right.kind === 'local' || e.right.kind === 'global' ? describe(e.right) : undefined;
    case 'paren':
      return isMulti(e.value) ? undefined : describe(e.value);
    default:
      return undefined;
  }
}

function quote(text: string): string {
  let i = 0;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126 || code === 34 || code === 92) break;
  }
  if (i === text.length) return `"${text}"`;
  return JSON.stringify(text).replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function numeral(n: number): string {
  if (Number.isNaN(n)) return 'NaN';
  if (n === Infinity) return 'Infinity';
  return n < 0 || Object.is(n, -0) ? `(${Object.is(n, -0) ? '-0' : n})` : String(n);
}

class Generator {
  private readonly sites: Site[] = [];
  private readonly functions: FunctionInfo[] = [];
  private readonly functionIds = new Map<FunctionNode, number>();
  private readonly cells = new Map<string, number>();
  /** Variables of loops that only ever hold integers. */
  private readonly counters = new Set<Local>();
  private caches = 0;
  private hints = 0;
  private memos = 0;
  private fs!: FunctionState;
  private readonly hoisted = new Set<Local>();
  /** Locals that hold one known function, so that calls need no check. */
  private readonly functionLocals = new Set<Local>();
  private names = 0;

  constructor(private readonly options: CodeOptions) {}

  chunk(main: FunctionNode): GeneratedChunk {
    const body = this.functionExpression(main);
    let head = `(function(R,C,E){'use strict';const {${HELPERS}}=R;let fuel=0,tc=0`;
    for (let i = 1; i <= this.caches; i++) head += `,c${i}t=NONE,c${i}e`;
    for (let i = 1; i <= this.memos; i++) head += `,m${i}=new ConcatMemo()`;
    for (let i = 1; i <= this.hints; i++) head += `,h${i}=0`;
    for (const [name, id] of this.cells) head += `,g${id}=R.cell(${quote(name)})`;
    head += ';';
    const code = `${head}return ${body};})`;
    const lines = [-1, -1];
    for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) {
      let site = 0;
      // After the line break comes a comment.
      for (let i = at + 3; code.charCodeAt(i) !== 42; i++) site = site * 10 + code.charCodeAt(i) - 48;
      lines.push(site);
    }
    return { code, lines: Int32Array.from(lines), sites: this.sites, functions: this.functions };
  }

  /** Starts a line of generated code for a place in the program, with the index of the site in a comment. */
  private mark(line: number, isCall: boolean, names: (string | undefined)[] = [], tail = false): string {
    this.sites.push({ line, tail, isCall, names });
    return `\n/*${this.sites.length - 1}*/`;
  }

  private temp(): string {
    const n = ++this.fs.temps;
    if (n > this.fs.maxTemps) this.fs.maxTemps = n;
    return `$${n}`;
  }

  private unique(stem: string): string {
    return `${stem}$${++this.names}`;
  }

  private fuel(line: number): string {
    return `if(--fuel<0)fuel=${this.mark(line, false)}refuel(C);`;
  }

  /** Burns fuel for a turn of a loop, some turns at a time: a counter of the function's own can stay in a register. */
  private loopFuel(line: number): string {
    this.fs.loops = true;
    return `if(--$s<0){$s=${TURNS - 1};if((fuel-=${TURNS})<0)fuel=${this.mark(line, false)}refuel(C);}`;
  }

  // ---- functions

  private functionExpression(node: FunctionNode): string {
    let id = this.functionIds.get(node);
    if (id === undefined) {
      id = this.functions.length;
      this.functionIds.set(node, id);
      this.functions.push({
        line: node.line,
        endLine: node.endLine,
        isMain: node.isMain,
        params: node.params.length,
        vararg: node.vararg,
        upvalues: node.upvalues.map((local) => local.name),
      });
    }
    let code: string;
    if (!this.options.coroutines) code = this.functionForm(node, id, false);
    else if (node.depth > MAX_DUAL_DEPTH) code = `drive(${this.functionForm(node, id, true)})`;
    else code = `dual(${this.functionForm(node, id, false)},${this.functionForm(node, id, true)})`;
    if (!this.options.environments) return code;
    return `((E)=>{const A=(e)=>e===undefined?E:(E=e),F=${code};envs.set(F,A);return F;})(E)`;
  }

  private functionForm(node: FunctionNode, id: number, generator: boolean): string {
    const outer = this.fs;
    this.fs = { node, generator, temps: 0, maxTemps: 0, labels: [], loops: false };
    const params = node.params.map((local) => local.js);
    if (node.vararg) params.push('...va');
    let body = this.block(node.body);
    if (node.body.statements.at(-1)?.kind !== 'return') body += 'return NONE;';
    let head = 'let $f,$v,$r';
    for (let i = 1; i <= this.fs.maxTemps; i++) head += `,$${i}`;
    head += this.fs.loops ? ',$s=0;' : ';';
    if (node.busy) head += this.fuel(node.line);
    if (this.options.countDepth && node.busy)
      body = `${this.mark(node.line, false)}deeper(1);try{${body}}finally{deeper(-1);}`;
    this.fs = outer;
    return `function${generator ? '*' : ''} f${id}(${params.join(',')}){${head}${body}}`;
  }

  // ---- statements

  private block(block: Block): string {
    return this.statements(block.statements);
  }

  private statements(list: readonly Statement[]): string {
    const backward = list.findIndex((s) => s.kind === 'label' && s.label.backward);
    let forward = -1;
    list.forEach((s, i) => {
      if (s.kind === 'label' && s.label.forward && (backward < 0 || i <= backward)) forward = i;
    });
    if (forward >= 0) return this.forwardLabel(list, forward);
    if (backward >= 0) {
      const { label } = list[backward] as { label: Label };
      const before = list.slice(0, backward);
      const rest = list.slice(backward + 1);
      for (const s of rest) {
        if (s.kind === 'label' && s.label.forward && before.some((b) => jumpsTo(b, s.label))) {
          throw new UnsupportedError('goto into a repeated part');
        }
      }
      return `${this.plain(before)}${label.js}b:for(;;){${this.loopFuel(label.line)}${this.statements(rest)}break;}`;
    }
    return this.plain(list);
  }

  /** What comes before the label becomes a block to leave; its locals move out of it. */
  private forwardLabel(list: readonly Statement[], at: number): string {
    const { label } = list[at] as { label: Label };
    const before = list.slice(0, at);
    const locals: Local[] = [];
    for (const s of before) {
      for (const local of s.kind === 'local' ? s.locals : s.kind === 'localFunction' ? [s.local] : []) {
        if (this.hoisted.has(local)) continue;
        this.hoisted.add(local);
        locals.push(local);
      }
    }
    const declared = locals.length > 0 ? `let ${locals.map((local) => local.js).join(',')};` : '';
    const first = this.statements(before);
    for (const local of locals) this.hoisted.delete(local);
    const rest = label.backward
      ? `${label.js}b:for(;;){${this.loopFuel(label.line)}${this.statements(list.slice(at + 1))}break;}`
      : this.statements(list.slice(at + 1));
    return `${declared}${label.js}:{${first}}${rest}`;
  }

  private plain(list: readonly Statement[]): string {
    let code = '';
    for (const statement of list) {
      this.fs.temps = 0;
      code += this.statement(statement);
    }
    return code;
  }

  private statement(s: Statement): string {
    switch (s.kind) {
      case 'local':
        return this.localStatement(s.locals, s.values);
      case 'localFunction': {
        const { local } = s;
        if (!local.reassigned) this.functionLocals.add(local);
        const value = this.functionExpression(s.fn);
        if (this.hoisted.has(local)) return `${local.js}=${value};`;
        return `${local.reassigned ? 'let' : 'const'} ${local.js}=${value};`;
      }
      case 'assign':
        return s.targets.length === 1 && s.values.length === 1
          ? this.assignOne(s.targets[0]!, s.values[0]!)
          : this.assignMany(s.targets, s.values);
      case 'call':
        return this.fs.generator
          ? `if(isArray($r=${this.call(s.call)}))yield* oneG($r);`
          : `if(isArray($r=${this.call(s.call)}))drop($r);`;
      case 'do':
        return `{${this.block(s.body)}}`;
      case 'while':
        return this.loop((label) => {
          const condition = this.condition(s.condition);
          return `${label}:while(${condition}){${this.loopFuel(s.line)}${this.block(s.body)}}`;
        });
      case 'repeat':
        return this.loop((label) => {
          const body = this.block(s.body);
          this.fs.temps = 0;
          return `${label}:for(;;){${this.loopFuel(s.line)}${body}if(${this.condition(s.condition)})break;}`;
        });
      case 'if': {
        let code = '';
        for (const clause of s.clauses) {
          this.fs.temps = 0;
          code += `${code === '' ? '' : 'else '}if(${this.condition(clause.condition)}){${this.block(clause.body)}}`;
        }
        return s.otherwise ? `${code}else{${this.block(s.otherwise)}}` : code;
      }
      case 'for':
        return this.loop((label) => this.numericFor(s, label));
      case 'forIn':
        return this.loop((label) => this.genericFor(s, label));
      case 'return':
        return this.returnStatement(s.values, s.line);
      case 'break':
        return `break ${this.fs.labels.at(-1)};`;
      case 'goto': {
        const { label } = s;
        return s.backward ? `continue ${label!.js}b;` : `break ${label!.js};`;
      }
      case 'label':
        return '';
    }
  }

  private loop(make: (label: string) => string): string {
    const label = this.unique('W');
    this.fs.labels.push(label);
    const code = make(label);
    this.fs.labels.pop();
    return code;
  }

  /** `let x=`, or what suits what is known about the variable. */
  private declare(local: Local): string {
    if (this.hoisted.has(local)) return local.js;
    if (!local.captured) return `let ${local.js}`;
    if (!local.reassigned) return `const ${local.js}`;
    // `var` needs no check that it is initialized; in a loop each turn must have its own.
    return local.inLoop ? `let ${local.js}` : `var ${local.js}`;
  }

  private localStatement(locals: Local[], values: Expr[]): string {
    const last = values.at(-1);
    let code = '';
    if (
      last &&
      isMulti(last) &&
      values.length < locals.length + (last.kind === 'vararg' ? 1 : 0) &&
      locals.length > 1
    ) {
      const fixed = values.length - 1;
      for (let i = 0; i < fixed; i++) code += `${this.declare(locals[i]!)}=${this.expr(values[i]!)};`;
      const list = this.temp();
      code += last.kind === 'vararg' ? `${list}=va;` : `${list}=${this.list(last)};`;
      for (let i = fixed; i < locals.length; i++) code += `${this.declare(locals[i]!)}=${list}[${i - fixed}];`;
      return code;
    }
    locals.forEach((local, i) => {
      const value = values[i];
      code += `${this.declare(local)}=${value ? this.expr(value) : 'undefined'};`;
    });
    for (const extra of values.slice(locals.length)) code += `${this.expr(extra)};`;
    return code;
  }

  private assignOne(target: Expr, value: Expr): string {
    if (target.kind === 'local') return `${target.local.js}=${this.expr(value)};`;
    if (target.kind === 'global') {
      const v = this.temp();
      return `${v}=${this.expr(value)};${this.setGlobal(target.name, v, target.line)}`;
    }
    if (target.kind !== 'index') throw new Error('not assignable');
    const o = this.object(target.object);
    const k = this.operand(target.key);
    const v = this.operand(value);
    return `${statementOf(o.setup)}${statementOf(k.setup)}${statementOf(v.setup)}${this.store(target, o.ref, k.ref, v.ref)}`;
  }

  private assignMany(targets: Expr[], values: Expr[]): string {
    let code = '';
    const places = targets.map((target) => {
      if (target.kind !== 'index') return undefined;
      const o = this.temp();
      code += `${o}=${this.expr(target.object)};`;
      if (target.key.kind === 'string' || target.key.kind === 'number') return [o, this.expr(target.key)] as const;
      const k = this.temp();
      code += `${k}=${this.expr(target.key)};`;
      return [o, k] as const;
    });
    const refs: string[] = [];
    values.forEach((value, i) => {
      if (i === values.length - 1 && isMulti(value) && targets.length > values.length) {
        const list = this.temp();
        code += `${list}=${this.list(value)};`;
        for (let j = i; j < targets.length; j++) refs.push(`${list}[${j - i}]`);
        return;
      }
      const v = this.temp();
      code += `${v}=${this.expr(value)};`;
      refs.push(v);
    });
    for (let i = targets.length - 1; i >= 0; i--) {
      const target = targets[i]!;
      const ref = refs[i] ?? 'undefined';
      if (target.kind === 'local') code += `${target.local.js}=${ref};`;
      else if (target.kind === 'global') {
        const v = this.temp();
        code += `${v}=${ref};${this.setGlobal(target.name, v, target.line)}`;
      } else code += this.store(target, places[i]![0], places[i]![1], ref);
    }
    return code;
  }

  private store(target: Expr, o: string, k: string, v: string): string {
    if (target.kind !== 'index') throw new Error('not assignable');
    const names = [describe(target.object)];
    if (target.key.kind === 'string') {
      const h = `h${++this.hints}`;
      const quick = `($r=${o}?.slots)!==undefined&&($r=$r[${h}])!==undefined&&$r.key===${k}&&$r.v!==undefined&&${v}!==undefined`;
      return (
        `if(${quick})$r.v=${v};else if(${o} instanceof T&&${o}.meta===undefined)${h}=${o}.setStr(${k},${v});` +
        `else ${this.mark(target.line, false, names)}setindex(${o},${k},${v});`
      );
    }
    const fast = `${this.mark(target.line, false, names)}${o}.set(${k},${v})`;
    const any = `if(${o} instanceof T&&${o}.meta===undefined)${fast};else ${this.mark(target.line, false, names)}setindex(${o},${k},${v});`;
    if (!this.isIndex(target.key)) return any;
    // An element that is not the last one, and stays: the table need not know.
    const inside = `($r=${o}?.arr)!==undefined&&${k}>0&&${k}<$r.length-1&&${o}.meta===undefined&&${v}!==undefined`;
    return `if(${inside})$r[${k}]=${v};else ${any}`;
  }

  private setGlobal(name: string, ref: string, line: number): string {
    const cell = this.cell(name);
    const code = `if(${cell}.v===undefined)${this.mark(line, false)}gset(${cell},${ref});else ${cell}.v=${ref};`;
    if (!this.options.environments) return code;
    return `if(E===G){${code}}else ${this.mark(line, false)}setindex(E,${quote(name)},${ref});`;
  }

  private cell(name: string): string {
    let id = this.cells.get(name);
    if (id === undefined) {
      id = this.cells.size + 1;
      this.cells.set(name, id);
    }
    return `g${id}`;
  }

  private numericFor(s: Extract<Statement, { kind: 'for' }>, label: string): string {
    const { local } = s;
    let head = '';
    const part = (e: Expr, role: string, stem: string): string => {
      if (e.kind === 'number') return this.expr(e);
      const name = this.unique(stem);
      head += `let ${name}=${this.expr(e)};`;
      if (!isNumber(e)) {
        head += `if(typeof ${name}!=='number')${name}=${this.mark(s.line, false)}forNumber(${name},'${role}');`;
      }
      return name;
    };
    const from = part(s.from, 'initial', 'a');
    const to = part(s.to, 'limit', 'b');
    const step = s.step ? part(s.step, 'step', 's') : '1';
    const own = local.captured || local.reassigned;
    const counter = own ? this.unique('i') : local.js;
    const up = `${counter}<=${to}`;
    const down = `${counter}>=${to}`;
    const test =
      s.step === undefined
        ? up
        : s.step.kind === 'number'
          ? s.step.value < 0
            ? down
            : up
          : `(${step}<0?${down}:${up})`;
    if (!local.reassigned && isSmallInteger(s.from) && (s.step === undefined || isSmallInteger(s.step))) {
      this.counters.add(local);
    }
    const body = this.block(s.body);
    const copy = own ? `let ${local.js}=${counter};` : '';
    const advance = step === '1' ? `${counter}++` : `${counter}+=${step}`;
    return `{${head}${label}:for(let ${counter}=${from};${test};${advance}){${this.loopFuel(s.line)}${copy}${body}}}`;
  }

  private genericFor(s: Extract<Statement, { kind: 'forIn' }>, label: string): string {
    const [it, fn, state, control] = ['it', 'fn', 'st', 'ct'].map((stem) => this.unique(stem)) as [
      string,
      string,
      string,
      string,
    ];
    let head = `let ${it},${fn},${state},${control};`;
    const only = s.values.length === 1 ? s.values[0]! : undefined;
    const named =
      only?.kind === 'call' && only.method === undefined && only.callee.kind === 'global' ? only.callee.name : '';
    // ipairs needs no object for where it is.
    const [list, index] = named === 'ipairs' ? [this.unique('l'), this.unique('n')] : ['', ''];
    const isList = list === '' ? '' : `${list}===undefined&&`;
    if (list !== '') head += `let ${list},${index}=0;`;
    const triple = (values: string) =>
      `{const l=${values};${fn}=l[0];${state}=l[1];${control}=l[2];${it}=iterator(${fn},${state},${control});}`;
    if (only?.kind === 'call' && (named === 'pairs' || named === 'ipairs') && only.args.length === 1) {
      const t = this.temp();
      const global = this.temp();
      const begin = named === 'pairs' ? `${it}=${t}.iterate()` : `${list}=${t}`;
      const call = `callable(${global})${this.mark(only.line, true, [`global '${named}'`])}(${t})`;
      head += `${global}=${this.expr(only.callee)};${t}=${this.expr(only.args[0]!)};`;
      head += `if(${global}===${named}&&${t} instanceof T)${begin};else${triple(`all(${call})`)}`;
    } else if (only && isMulti(only)) {
      head += triple(only.kind === 'vararg' ? 'va' : this.list(only));
    } else {
      head += triple(this.listOf(s.values));
    }
    head += `if(${isList}${it}===undefined)${fn}=callable(${fn});`;
    const [k, ...others] = s.locals.map((local) => local.js) as [string, ...string[]];
    const declared = `let ${s.locals.map((local) => local.js).join(',')};`;
    const mark = this.mark(s.line, true);
    const call = this.fs.generator
      ? `(${fn}.g===undefined?${mark}${fn}(${state},${control}):yield* ${this.mark(s.line, true)}${fn}.g(${state},${control}))`
      : `${mark}${fn}(${state},${control})`;
    const all = this.fs.generator ? '[yield* oneG($r)]' : 'all($r)';
    const spread = this.fs.generator ? '$r[0]===TAIL?yield* oneG($r,true):$r' : all;
    const assign = others.map((name, i) => `${name}=$r[${i + 1}];`).join('');
    const clear = others.map((name) => `${name}=undefined;`).join('');
    const fast = `if(!${it}.step())break;${k}=${it}.k;${others.length > 0 ? `${others[0]}=${it}.v;` : ''}`;
    const next =
      list === ''
        ? ''
        : `if(${list}!==undefined){if(($v=++${index}<($v=${list}.arr).length?$v[${index}]:${list}.get(${index}))===undefined)break;` +
          `${k}=${index};${others.length > 0 ? `${others[0]}=$v;` : ''}}else `;
    const slow =
      `if(isArray($r=${call})){$r=${spread};${k}=$r[0];${assign}}else{${k}=$r;${clear}}` +
      `if(${k}===undefined)break;${control}=${k};`;
    const body = this.block(s.body);
    return `{${head}${label}:for(;;){${this.loopFuel(s.line)}${declared}${next}if(${it}!==undefined){${fast}}else{${slow}}${body}}}`;
  }

  private returnStatement(values: Expr[], line: number): string {
    if (values.length === 0) return 'return NONE;';
    const only = values.length === 1 ? values[0]! : undefined;
    if (only === undefined) return `return ${this.listOf(values)};`;
    if (only.kind === 'vararg') return 'return va;';
    if (only.kind === 'call') return `return (${this.call(only, line)});`;
    return `return (${this.expr(only)});`;
  }

  // ---- expressions

  /** Something that can be read several times, and what must run before. */
  private operand(e: Expr): Operand {
    switch (e.kind) {
      case 'nil':
      case 'true':
      case 'false':
      case 'number':
      case 'string':
      case 'local':
        return { setup: '', ref: this.expr(e) };
      case 'paren':
        if (!isMulti(e.value)) return this.operand(e.value);
        break;
    }
    const value = this.expr(e);
    const t = this.temp();
    return { setup: `${t}=${value}`, ref: t };
  }

  /** The same for something that a property is read of. */
  private object(e: Expr): Operand {
    const o = this.operand(e);
    let inner = e;
    while (inner.kind === 'paren') inner = inner.value;
    if (inner.kind !== 'number' && inner.kind !== 'nil') return o;
    const t = this.temp();
    return { setup: `${t}=${o.ref}`, ref: t };
  }

  /** An operator's slow form; in a generator its metamethod may yield. */
  private slow(mark: string, helper: string, args: string): string {
    if (!this.fs.generator) return `${mark}${helper}(${args})`;
    const call = helper === 'index' ? `${mark}indexG(${args})` : `${mark}arithmeticG(${helper},${args})`;
    return `(isArray($r=${call})?(yield* oneG($r)):$r)`;
  }

  /** An expression as exactly one value. */
  private expr(e: Expr): string {
    switch (e.kind) {
      case 'nil':
        return 'undefined';
      case 'true':
      case 'false':
        return e.kind;
      case 'number':
        return numeral(e.value);
      case 'string':
        return quote(e.value);
      case 'vararg':
        return 'va[0]';
      case 'function':
        return this.functionExpression(e);
      case 'local':
        return e.local.js;
      case 'global':
        return this.global(e.name, e.line);
      case 'paren':
        return this.expr(e.value);
      case 'index':
        return this.index(e);
      case 'call': {
        const fast = this.selectCall(e);
        if (fast !== undefined) return fast;
        return this.fs.generator
          ? `(isArray($r=${this.call(e)})?(yield* oneG($r)):$r)`
          : `(isArray($r=${this.call(e)})?one($r):$r)`;
      }
      case 'and':
      case 'or':
        return this.logical(e);
      case 'not':
        return `!${this.condition(e.value)}`;
      case 'minus': {
        const { setup, ref } = this.operand(e.value);
        if (isNumber(e.value)) return sequence(setup, `-${ref}`);
        const slow = `${this.mark(e.line, false, [describe(e.value)])}unm(${ref})`;
        return sequence(setup, `typeof ${ref}==='number'?-${ref}:${slow}`);
      }
      case 'length': {
        const { setup, ref } = this.object(e.value);
        const slow = `${this.mark(e.line, false, [describe(e.value)])}len(${ref})`;
        return sequence(
          setup,
          `${ref} instanceof T?${ref}.arr.length-1:typeof ${ref}==='string'?${ref}.length:${slow}`,
        );
      }
      case 'concat':
        return this.concat(e.parts, e.line, e.repeats);
      case 'binary':
        return e.op in ARITHMETIC ? this.arithmetic(e) : this.comparison(e);
      case 'table':
        return this.table(e);
    }
  }

  private global(name: string, line: number): string {
    const cell = this.cell(name);
    const code = `(($v=${cell}.v)!==undefined?$v:${this.mark(line, false)}gget(${cell}))`;
    return this.options.environments ? `(E===G?${code}:${this.mark(line, false)}index(E,${quote(name)}))` : code;
  }

  private index(e: Extract<Expr, { kind: 'index' }>): string {
    const o = this.object(e.object);
    const names = [describe(e.object)];
    const slow = (k: string) => this.slow(this.mark(e.line, false, names), 'index', `${o.ref},${k}`);
    if (e.key.kind === 'string') {
      const key = quote(e.key.value);
      if (isShared(e.object)) {
        const c = `c${++this.caches}`;
        const found = `${o.ref} instanceof T&&($r=${o.ref}.seek(${key}))!==undefined&&($v=$r.v)!==undefined`;
        return sequence(
          o.setup,
          `${o.ref}===${c}t&&($v=${c}e.v)!==undefined?$v:${found}?(${c}t=${o.ref},${c}e=$r,$v):${slow(key)}`,
        );
      }
      return sequence(o.setup, `${this.slot(o.ref, key)}&&($v=$r.v)!==undefined?$v:${slow(key)}`);
    }
    const k = this.operand(e.key);
    const found = this.isIndex(e.key)
      ? `($v=${o.ref}?.arr)!==undefined&&($v=$v[${k.ref}])!==undefined`
      : `${o.ref} instanceof T&&($v=${o.ref}.get(${k.ref}))!==undefined`;
    return sequence(o.setup, k.setup, `${found}?$v:${slow(k.ref)}`);
  }

  /** It is always an integer, so that the array part can be asked without a look at it. */
  private isIndex(key: Expr): boolean {
    if (key.kind === 'number') return isSmallInteger(key);
    return key.kind === 'local' && this.counters.has(key.local);
  }

  /** Leaves the entry of a constant key in `$r`: where this place last found it, or by a search. */
  private slot(o: string, key: string): string {
    const h = `h${++this.hints}`;
    const search = `($r=${o}.seek(${key}))!==undefined&&((${h}=$r.at),true)`;
    return `($r=${o}?.slots)!==undefined&&(($r=$r[${h}])!==undefined&&$r.key===${key}||${search})`;
  }

  private logical(e: Extract<Expr, { kind: 'and' | 'or' }>): string {
    if (isBoolean(e.left)) return `(${this.expr(e.left)}${e.kind === 'and' ? '&&' : '||'}${this.expr(e.right)})`;
    const left = this.expr(e.left);
    const ref = e.left.kind === 'local' ? left : '$v';
    const first = ref === '$v' ? `($v=${left})` : left;
    const right = this.expr(e.right);
    return e.kind === 'and'
      ? `(${first}===undefined||${ref}===false?${ref}:${right})`
      : `(${first}!==undefined&&${ref}!==false?${ref}:${right})`;
  }

  /** An expression as a JavaScript boolean. */
  private condition(e: Expr): string {
    switch (e.kind) {
      case 'nil':
      case 'false':
        return 'false';
      case 'true':
      case 'number':
      case 'string':
        return 'true';
      case 'paren':
        return this.condition(e.value);
      case 'not':
        return `!${this.condition(e.value)}`;
      case 'and':
        return `(${this.condition(e.left)}&&${this.condition(e.right)})`;
      case 'or':
        return `(${this.condition(e.left)}||${this.condition(e.right)})`;
      case 'local':
        return `(${e.local.js}!==undefined&&${e.local.js}!==false)`;
    }
    const value = this.expr(e);
    return isBoolean(e) ? value : `(($v=${value})!==undefined&&$v!==false)`;
  }

  private arithmetic(e: Extract<Expr, { kind: 'binary' }>): string {
    const l = this.operand(e.left);
    const r = this.operand(e.right);
    const { helper, code } = ARITHMETIC[e.op]!;
    const guards = numberGuards(e, l.ref, r.ref);
    const fast = code(l.ref, r.ref);
    if (guards === '') return sequence(l.setup, r.setup, fast);
    const mark = this.mark(e.line, false, [describe(e.left), describe(e.right)]);
    const slow = this.slow(mark, helper, `${l.ref},${r.ref}`);
    return sequence(l.setup, r.setup, `${guards}?${fast}:${slow}`);
  }

  private comparison(e: Extract<Expr, { kind: 'binary' }>): string {
    const l = this.operand(e.left);
    const r = this.operand(e.right);
    if (e.op === '==' || e.op === '~=') {
      const sign = e.op === '==' ? '' : '!';
      if (isConstant(e.left) || isConstant(e.right)) {
        return sequence(l.setup, r.setup, `${l.ref}${e.op === '==' ? '===' : '!=='}${r.ref}`);
      }
      const slow = `${this.mark(e.line, false)}eq(${l.ref},${r.ref})`;
      return sequence(l.setup, r.setup, `${sign}(${l.ref}===${r.ref}||typeof ${l.ref}==='object'&&${slow})`);
    }
    const guards = numberGuards(e, l.ref, r.ref);
    const fast = `${l.ref}${e.op}${r.ref}`;
    if (guards === '') return sequence(l.setup, r.setup, fast);
    // a > b is b < a, in messages too.
    const [a, b] = e.op === '>' || e.op === '>=' ? [r.ref, l.ref] : [l.ref, r.ref];
    const slow = `${this.mark(e.line, false)}${e.op === '<' || e.op === '>' ? 'lt' : 'le'}(${a},${b})`;
    return sequence(l.setup, r.setup, `${guards}?${fast}:${slow}`);
  }

  private concat(parts: Expr[], line: number, repeats: boolean): string {
    const operands = parts.map((part) => this.operand(part));
    const setup = operands.map((o) => o.setup).filter((s) => s !== '');
    const guards: string[] = [];
    const texts = operands.map(({ ref }, i) => {
      const part = parts[i]!;
      if (part.kind === 'string') return ref;
      if (isNumber(part)) return `numstr(${ref})`;
      guards.push(`(typeof ${ref}==='string'||typeof ${ref}==='number')`);
      return `(typeof ${ref}==='string'?${ref}:numstr(${ref}))`;
    });
    let fast = texts.join('+');
    const varying = operands.filter((_o, i) => parts[i]!.kind !== 'string');
    if (repeats && (varying.length === 1 || varying.length === 2) && guards.length > 0) {
      const m = `m${++this.memos}`;
      const pair = `${varying[0]!.ref},${varying[1]?.ref ?? true}`;
      fast = `(${m}.on?($v=${m}.get(${pair}))!==undefined?$v:${m}.put(${pair},${fast}):${fast})`;
    }
    if (guards.length === 0) return sequence(...setup, fast);
    const names = parts.map(describe);
    const slow = `${this.mark(line, false, names)}concat([${operands.map((o) => o.ref).join(',')}])`;
    return sequence(...setup, `${guards.join('&&')}?${fast}:${slow}`);
  }

  private table(e: Extract<Expr, { kind: 'table' }>): string {
    const { items } = e;
    if (items.length === 0) return 'new T()';
    if (items.every((item) => item.key === undefined)) {
      const list = items.map((item) => item.value);
      return `T.fromList(${this.listOf(list, 'undefined')})`;
    }
    const t = this.temp();
    const steps = [`${t}=new T()`];
    let n = 0;
    items.forEach((item, i) => {
      if (item.key === undefined) {
        n++;
        if (i === items.length - 1 && isMulti(item.value)) {
          const list = this.list(item.value);
          steps.push(`${list}.forEach((v,i)=>${t}.set(${n}+i,v))`);
        } else {
          steps.push(`${t}.set(${n},${this.expr(item.value)})`);
        }
      } else if (item.key.kind === 'string') {
        steps.push(`${t}.setStr(${this.expr(item.key)},${this.expr(item.value)})`);
      } else {
        const k = this.operand(item.key);
        if (k.setup !== '') steps.push(k.setup);
        const v = this.operand(item.value);
        if (v.setup !== '') steps.push(v.setup);
        steps.push(`${this.mark(e.line, false)}${t}.set(${k.ref},${v.ref})`);
      }
    });
    return `(${steps.join(',')},${t})`;
  }

  /** A call or `...` as an array of all its values. */
  private list(e: Expr): string {
    if (e.kind === 'vararg') return 'va';
    if (e.kind !== 'call') return `[${this.expr(e)}]`;
    if (this.fs.generator) return `(isArray($r=${this.call(e)})?(yield* oneG($r,true)):[$r])`;
    return `all(${this.call(e)})`;
  }

  /** An expression list as an array; a last call or `...` gives all its values. */
  private listOf(values: Expr[], first = ''): string {
    const items = first === '' ? [] : [first];
    values.forEach((value, i) => {
      if (i === values.length - 1 && isMulti(value)) items.push(`...${this.list(value)}`);
      else items.push(this.expr(value));
    });
    return `[${items.join(',')}]`;
  }

  /** `select('#', ...)` without passing the arguments. */
  private selectCall(e: CallNode): string | undefined {
    if (e.method !== undefined || e.callee.kind !== 'global' || e.callee.name !== 'select') return undefined;
    if (this.fs.generator || e.args.length !== 2 || e.args[1]!.kind !== 'vararg') return undefined;
    const f = this.temp();
    const n = this.operand(e.args[0]!);
    const call = `(isArray($r=callable(${f})${this.mark(e.line, true, ["global 'select'"])}(${n.ref},...va))?one($r):$r)`;
    const fast = `${f}===select&&typeof ${n.ref}==='number'&&${n.ref}>=1`;
    return sequence(
      `${f}=${this.expr(e.callee)}`,
      n.setup,
      `${f}===select&&${n.ref}==="#"?va.length:${fast}?va[floor(${n.ref})-1]:${call}`,
    );
  }

  /** A call, giving its raw result. With `tailLine` it may give [TAIL, f, ...args] instead of calling. */
  private call(e: CallNode, tailLine = 0): string {
    const tail = tailLine > 0;
    const name = e.method !== undefined ? `method '${e.method}'` : describe(e.callee);
    const line = tail ? e.endLine : e.line;
    const mark = () => this.mark(line, true, [name], tail);
    const setup: string[] = [];
    const args: string[] = [];
    let callee: string;
    const last = e.args.at(-1);
    const spreads = last !== undefined && last.kind === 'call';
    // Everything goes through temporaries where the call is written more than once.
    const twice = tail || this.fs.generator || spreads;
    if (e.method !== undefined) {
      const o = this.object(e.callee);
      if (o.setup !== '') setup.push(o.setup);
      args.push(o.ref);
      const key = quote(e.method);
      const found = `${this.slot(o.ref, key)}&&($v=$r.v)!==undefined?$v`;
      // A string's methods are those of one library: this place remembers the entry it found there.
      const c = `c${++this.caches}`;
      const known = `(S.e.v===${c}t||(${c}e=S.seek(${key}),${c}t=S.e.v,true))&&($v=${c}e.v)!==undefined?$v`;
      const slow = `${this.mark(e.line, false, [describe(e.callee)])}method(${o.ref},${key})`;
      callee = `(${found}:typeof ${o.ref}==='string'&&${known}:${slow})`;
    } else {
      callee = this.expr(e.callee);
    }
    let guarded = `(typeof ($f=${callee})==='function'?$f:callable($f))`;
    if (e.method === undefined && e.callee.kind === 'local') {
      const certain = this.functionLocals.has(e.callee.local);
      guarded = certain ? callee : `(typeof ${callee}==='function'?${callee}:callable(${callee}))`;
    }
    if (this.options.environments && isEnvironmentFunction(e)) setup.push('R.current=A');
    const rest = (arg: Expr, i: number): string => {
      if (i === e.args.length - 1 && isMulti(arg)) return arg.kind === 'vararg' ? '...va' : '';
      if (!twice) return this.expr(arg);
      const { setup: before, ref } = this.operand(arg);
      if (before !== '') setup.push(before);
      else if (arg.kind === 'local' && arg.local.captured && arg.local.reassigned) {
        const t = this.temp();
        setup.push(`${t}=${ref}`);
        return t;
      }
      return ref;
    };
    if (!twice) {
      e.args.forEach((arg, i) => {
        args.push(rest(arg, i));
      });
      if (guarded === callee) return sequence(...setup, `${mark()}${callee}(${args.join(',')})`);
      return sequence(...setup, `${guarded}${mark()}(${args.join(',')})`);
    }
    const f = this.temp();
    setup.push(`${f}=${guarded}`);
    e.args.forEach((arg, i) => {
      args.push(rest(arg, i));
    });
    const invoke = (list: string): string => {
      const direct = `${mark()}${f}(${list})`;
      const called = this.fs.generator ? `${f}.g===undefined?${direct}:(yield* ${mark()}${f}.g(${list}))` : direct;
      return tail ? `(++tc&127)===0?[TAIL,${f}${list === '' ? '' : `,${list}`}]:${called}` : called;
    };
    if (!spreads) return sequence(...setup, invoke(args.join(',')));
    args.pop();
    const r = this.temp();
    setup.push(`${r}=${this.call(last)}`);
    const fixed = args.join(',');
    const prefix = fixed === '' ? '' : `${fixed},`;
    const spread = this.fs.generator ? `...(yield* oneG(${r},true))` : `...all(${r})`;
    return sequence(...setup, `isArray(${r})?${invoke(prefix + spread)}:${invoke(prefix + r)}`);
  }
}

/** The test that the operands are numbers, where that is not known. */
function numberGuards(e: Extract<Expr, { kind: 'binary' }>, left: string, right: string): string {
  const l = isNumber(e.left) ? '' : `typeof ${left}==='number'`;
  const r = isNumber(e.right) ? '' : `typeof ${right}==='number'`;
  return l !== '' && r !== '' ? `${l}&&${r}` : l + r;
}

function statementOf(setup: string): string {
  return setup === '' ? '' : `${setup};`;
}

function sequence(...parts: string[]): string {
  let code = '';
  for (const part of parts) if (part !== '') code = code === '' ? part : `${code},${part}`;
  return `(${code})`;
}

function isConstant(e: Expr): boolean {
  return e.kind === 'nil' || e.kind === 'true' || e.kind === 'false' || e.kind === 'number' || e.kind === 'string';
}

/** Likely to be the same table each time: a library, a module. */
function isShared(e: Expr): boolean {
  return e.kind === 'global' || (e.kind === 'local' && e.upvalue && !e.local.reassigned);
}

/** The functions that ask for the environment of their caller, by name. */
function isEnvironmentFunction(e: CallNode): boolean {
  const { callee } = e;
  const name =
    callee.kind === 'global'
      ? callee.name
      : callee.kind === 'local'
        ? callee.local.name
        : callee.kind === 'index' && callee.key.kind === 'string'
          ? callee.key.value
          : '';
  return name === 'setfenv' || name === 'getfenv' || name === 'module';
}

function jumpsTo(s: Statement, label: Label): boolean {
  const inBlock = (block: Block | undefined): boolean =>
    block?.statements.some((inner) => jumpsTo(inner, label)) ?? false;
  switch (s.kind) {
    case 'goto':
      return s.label === label;
    case 'do':
    case 'while':
    case 'repeat':
    case 'for':
    case 'forIn':
      return inBlock(s.body);
    case 'if':
      return s.clauses.some((clause) => inBlock(clause.body)) || inBlock(s.otherwise);
    default:
      return false;
  }
}
