/**
 * Lua 5.1 with LuaJIT's extensions (`goto`, escapes, numerals) to a resolved syntax tree.
 * Lines are those LuaJIT would give the instruction that can fail.
 */

import { cString } from '../kernel/c-string.js';
import { shortSource } from '../kernel/errors.js';
import { LuaError } from '../vm.js';
import type {
  BinaryOperator,
  Block,
  CallNode,
  Expr,
  FunctionNode,
  GotoNode,
  Label,
  Local,
  Statement,
  TableItem,
} from './ast.js';
import { Lexer, SyntaxProblem } from './lexer.js';

/** Left and right binding power. */
const PRIORITY: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['or', [1, 1]],
  ['and', [2, 2]],
  ['<', [3, 3]],
  ['>', [3, 3]],
  ['<=', [3, 3]],
  ['>=', [3, 3]],
  ['~=', [3, 3]],
  ['==', [3, 3]],
  ['..', [5, 4]],
  ['+', [6, 6]],
  ['-', [6, 6]],
  ['*', [7, 7]],
  ['/', [7, 7]],
  ['%', [7, 7]],
  ['^', [10, 9]],
]);
const UNARY_PRIORITY = 8;
const MAX_LOCALS = 200;
const MAX_UPVALUES = 60;
/** Nested expressions and blocks, as LuaJIT bounds them; JavaScript's own parser recurses deeper for each. */
const MAX_LEVELS = 200;

interface Scope {
  names: Map<string, Local>;
  /** Locals in force when each label and goto was met, to find jumps into a scope. */
  labels: { label: Label; locals: number; position: number }[];
  gotos: { node: GotoNode; locals: number; position: number }[];
  isLoop: boolean;
  outer: Scope | undefined;
}

interface FunctionScope {
  node: FunctionNode;
  scope: Scope;
  /** Locals in scope. */
  active: Local[];
  outer: FunctionScope | undefined;
}

/** What a chunk mentions, as far as it decides how it is compiled. */
export interface ParsedChunk {
  main: FunctionNode;
  locals: Local[];
}

/** Parses a chunk. Throws {@link LuaError} with "chunk:line: what near 'token'". */
export function parse(source: string, chunkName: string): ParsedChunk {
  if (source.startsWith('\x1b')) throw new LuaError('attempt to load chunk with wrong mode');
  try {
    return new Parser(source).chunk();
  } catch (error) {
    if (error instanceof SyntaxProblem) {
      const near = error.near === undefined ? '' : ` near '${cString(error.near)}'`;
      throw new LuaError(`${shortSource(chunkName)}:${error.line}: ${error.detail}${near}`);
    }
    throw error;
  }
}

/** A name as JavaScript takes it: Lua's may have any byte above 127. */
function asciiName(name: string): string {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 127) return name.replace(/[^A-Za-z0-9_]/g, '_');
  return name;
}

class Parser {
  private readonly lexer: Lexer;
  private fn!: FunctionScope;
  private readonly locals: Local[] = [];
  private nextId = 0;
  private levels = 0;
  private position = 0;

  constructor(source: string) {
    this.lexer = new Lexer(source);
  }

  chunk(): ParsedChunk {
    const main = this.openFunction(0, true);
    main.vararg = true;
    main.body = this.block(false);
    if (this.lexer.kind !== '<eof>') this.expected('<eof>');
    main.endLine = this.lexer.line;
    this.closeFunction();
    return { main, locals: this.locals };
  }

  // ---- errors and tokens

  private fail(detail: string, line = this.lexer.line): never {
    throw new SyntaxProblem(detail, line, this.lexer.describe());
  }

  private expected(what: string): never {
    return this.fail(`'${what}' expected`);
  }

  private accept(kind: string): boolean {
    if (this.lexer.kind !== kind) return false;
    this.lexer.advance();
    return true;
  }

  private expect(kind: string): void {
    if (!this.accept(kind)) this.expected(kind);
  }

  /** Expects what closes an opening token of another line. */
  private close(kind: string, open: string, line: number): void {
    if (this.accept(kind)) return;
    if (line === this.lexer.line) this.expected(kind);
    this.fail(`'${kind}' expected (to close '${open}' at line ${line})`);
  }

  private isName(): boolean {
    return this.lexer.kind === '<name>' || this.lexer.kind === 'goto';
  }

  private name(): string {
    if (!this.isName()) this.expected('<name>');
    const { text } = this.lexer;
    this.lexer.advance();
    return text;
  }

  private enter(): void {
    if (++this.levels > MAX_LEVELS) {
      throw new SyntaxProblem('chunk has too many syntax levels', this.lexer.line, undefined);
    }
  }

  // ---- scopes

  private openFunction(line: number, isMain: boolean): FunctionNode {
    const node: FunctionNode = {
      kind: 'function',
      params: [],
      vararg: false,
      body: { statements: [] },
      line,
      endLine: line,
      upvalues: [],
      busy: false,
      parent: this.fn?.node,
      depth: this.fn ? this.fn.node.depth + 1 : 0,
      isMain,
    };
    this.fn = { node, scope: newScope(undefined, false), active: [], outer: this.fn };
    return node;
  }

  private closeFunction(): void {
    this.resolveGotos(this.fn.scope);
    const left = this.fn.scope.gotos[0];
    if (left) throw new SyntaxProblem(`undefined label '${left.node.name}'`, left.node.line, undefined);
    this.fn = this.fn.outer!;
  }

  private openScope(isLoop: boolean): void {
    this.fn.scope = newScope(this.fn.scope, isLoop);
  }

  private closeScope(): void {
    const { scope, active } = this.fn;
    this.resolveGotos(scope);
    const outer = scope.outer!;
    active.length -= scope.names.size + (this.shadowed.get(scope) ?? 0);
    for (const pending of scope.gotos) {
      outer.gotos.push({ node: pending.node, locals: active.length, position: pending.position });
    }
    this.fn.scope = outer;
  }

  /** Locals of a scope that a later one of the same name hides. */
  private readonly shadowed = new Map<Scope, number>();

  private declare(name: string, values: Expr[] | undefined): Local {
    const { scope, active, node } = this.fn;
    if (active.length >= MAX_LOCALS) {
      const where = node.isMain ? 'main function' : `function at line ${node.line}`;
      throw new SyntaxProblem(`${where} has more than ${MAX_LOCALS} local variables`, this.lexer.line, undefined);
    }
    const local: Local = {
      name,
      js: `${asciiName(name)}_${++this.nextId}`,
      owner: node,
      captured: false,
      reassigned: false,
      values,
      isNumber: false,
      texts: [],
      isKey: false,
      inLoop: this.insideLoop(),
    };
    if (scope.names.has(name)) this.shadowed.set(scope, (this.shadowed.get(scope) ?? 0) + 1);
    scope.names.set(name, local);
    active.push(local);
    this.locals.push(local);
    return local;
  }

  private insideLoop(): boolean {
    for (let scope: Scope | undefined = this.fn.scope; scope; scope = scope.outer) {
      if (scope.isLoop || scope.labels.length > 0) return true;
    }
    return false;
  }

  private resolve(name: string): Expr {
    for (let fn: FunctionScope | undefined = this.fn; fn; fn = fn.outer) {
      for (let scope: Scope | undefined = fn.scope; scope; scope = scope.outer) {
        const local = scope.names.get(name);
        if (local === undefined) continue;
        if (fn !== this.fn) {
          local.captured = true;
          for (let user: FunctionScope = this.fn; user !== fn; user = user.outer!) {
            const { upvalues, isMain, line } = user.node;
            if (upvalues.includes(local)) continue;
            upvalues.push(local);
            if (upvalues.length > MAX_UPVALUES) {
              const where = isMain ? 'main function' : `function at line ${line}`;
              throw new SyntaxProblem(`${where} has more than ${MAX_UPVALUES} upvalues`, this.lexer.line, undefined);
            }
          }
        }
        return { kind: 'local', local, upvalue: fn !== this.fn };
      }
    }
    return { kind: 'global', name, line: this.lexer.lastLine };
  }

  private resolveGotos(scope: Scope): void {
    const open: Scope['gotos'] = [];
    for (const pending of scope.gotos) {
      const found = scope.labels.find((entry) => entry.label.name === pending.node.name);
      if (!found) {
        open.push(pending);
        continue;
      }
      const { label } = found;
      if (found.locals > pending.locals) {
        const name = this.fn.active[pending.locals]?.name ?? '?';
        throw new SyntaxProblem(
          `<goto ${label.name}> jumps into the scope of local '${name}'`,
          pending.node.line,
          undefined,
        );
      }
      pending.node.label = label;
      pending.node.backward = pending.position > found.position;
      if (pending.node.backward) label.backward = true;
      else label.forward = true;
    }
    scope.gotos = open;
  }

  // ---- statements

  private blockEnds(): boolean {
    const { kind } = this.lexer;
    return kind === 'end' || kind === 'else' || kind === 'elseif' || kind === 'until' || kind === '<eof>';
  }

  /** A block in a scope of its own, unless the caller keeps one. */
  private block(ownScope = true, isLoop = false): Block {
    this.enter();
    if (ownScope) this.openScope(isLoop);
    const statements: Statement[] = [];
    while (!this.blockEnds()) {
      this.position++;
      const { kind } = this.lexer;
      if (kind === 'return') {
        statements.push(this.returnStatement());
        break;
      }
      if (kind === 'break') {
        statements.push(this.breakStatement());
        this.accept(';');
        continue;
      }
      const statement = this.statement();
      if (statement) statements.push(statement);
      this.accept(';');
    }
    // A label that only void statements follow counts as the end of the block: no local is in scope there.
    if (this.lexer.kind !== 'until') this.endLabels(statements);
    if (ownScope) this.closeScope();
    this.levels--;
    return { statements };
  }

  private endLabels(statements: Statement[]): void {
    const { scope } = this.fn;
    for (let i = statements.length - 1; i >= 0; i--) {
      const statement = statements[i]!;
      if (statement.kind !== 'label') break;
      const entry = scope.labels.find((candidate) => candidate.label === statement.label)!;
      entry.locals = 0;
    }
  }

  private statement(): Statement | undefined {
    const { lexer } = this;
    const { line } = lexer;
    switch (lexer.kind) {
      case 'if':
        return this.ifStatement(line);
      case 'while': {
        lexer.advance();
        this.fn.node.busy = true;
        this.openScope(true);
        const condition = this.expression();
        this.expect('do');
        const body = this.block(true, true);
        this.close('end', 'while', line);
        this.closeScope();
        return { kind: 'while', condition, body, line };
      }
      case 'do': {
        lexer.advance();
        const body = this.block();
        this.close('end', 'do', line);
        return { kind: 'do', body };
      }
      case 'for':
        return this.forStatement(line);
      case 'repeat': {
        lexer.advance();
        this.fn.node.busy = true;
        this.openScope(true);
        this.openScope(false);
        const body = this.block(false);
        this.close('until', 'repeat', line);
        const condition = this.expression();
        this.closeScope();
        this.closeScope();
        return { kind: 'repeat', condition, body, line };
      }
      case 'function':
        return this.functionStatement(line);
      case 'local':
        lexer.advance();
        return this.accept('function') ? this.localFunction(line) : this.localStatement(line);
      case '::':
        return this.labelStatement(line);
      case 'goto':
        if (lexer.peek() === '<name>') {
          lexer.advance();
          const node: GotoNode = { kind: 'goto', name: this.name(), line, label: undefined, backward: false };
          this.fn.scope.gotos.push({ node, locals: this.fn.active.length, position: this.position });
          return node;
        }
        break;
    }
    return this.expressionStatement(line);
  }

  private breakStatement(): Statement {
    const { line } = this.lexer;
    this.lexer.advance();
    for (let scope: Scope | undefined = this.fn.scope; scope; scope = scope.outer) {
      if (scope.isLoop) return { kind: 'break' };
    }
    throw new SyntaxProblem('no loop to break', line, undefined);
  }

  private returnStatement(): Statement {
    this.lexer.advance();
    let values: Expr[] = [];
    if (!this.blockEnds() && this.lexer.kind !== ';') values = this.expressions();
    // Functions that make keys often just return them.
    if (values.length === 1 && values[0]!.kind === 'concat') values[0].repeats = true;
    const statement: Statement = { kind: 'return', values, line: this.lexer.lastLine };
    this.accept(';');
    if (!this.blockEnds()) this.expected(this.fn.node.isMain ? '<eof>' : 'end');
    return statement;
  }

  private ifStatement(line: number): Statement {
    const clauses: { condition: Expr; body: Block }[] = [];
    let otherwise: Block | undefined;
    do {
      this.lexer.advance();
      const condition = this.expression();
      this.expect('then');
      clauses.push({ condition, body: this.block() });
    } while (this.lexer.kind === 'elseif');
    if (this.accept('else')) otherwise = this.block();
    this.close('end', 'if', line);
    return { kind: 'if', clauses, otherwise };
  }

  private forStatement(line: number): Statement {
    this.lexer.advance();
    this.fn.node.busy = true;
    const first = this.name();
    if (this.accept('=')) {
      const from = this.expression();
      this.expect(',');
      const to = this.expression();
      const step = this.accept(',') ? this.expression() : undefined;
      this.expect('do');
      this.openScope(true);
      const local = this.declare(first, [{ kind: 'number', value: 0 }]);
      const body = this.block();
      this.closeScope();
      this.close('end', 'for', line);
      return { kind: 'for', local, from, to, step, body, line };
    }
    if (this.lexer.kind !== ',' && this.lexer.kind !== 'in') this.fail("'=' or 'in' expected");
    const names = [first];
    while (this.accept(',')) names.push(this.name());
    this.expect('in');
    const callLine = this.lexer.line;
    const values = this.expressions();
    this.expect('do');
    this.openScope(true);
    const locals = names.map((name) => this.declare(name, undefined));
    const body = this.block();
    this.closeScope();
    this.close('end', 'for', line);
    return { kind: 'forIn', locals, values, body, line: callLine };
  }

  private functionStatement(line: number): Statement {
    this.lexer.advance();
    const root = this.name();
    let target = this.resolve(root);
    let isMethod = false;
    while (this.lexer.kind === '.' || this.lexer.kind === ':') {
      isMethod = this.lexer.kind === ':';
      this.lexer.advance();
      const key = this.name();
      target = { kind: 'index', object: target, key: { kind: 'string', value: key }, line: this.lexer.lastLine };
      if (isMethod) break;
    }
    const fn = this.functionBody(line, isMethod);
    if (target.kind === 'local') this.assigned(target.local, fn);
    return { kind: 'assign', targets: [target], values: [fn], line };
  }

  private localFunction(line: number): Statement {
    const local = this.declare(this.name(), undefined);
    const fn = this.functionBody(line, false);
    return { kind: 'localFunction', local, fn };
  }

  private localStatement(line: number): Statement {
    const names = [this.name()];
    while (this.accept(',')) names.push(this.name());
    const values = this.accept('=') ? this.expressions() : [];
    const locals = names.map((name, i) => {
      const value = values[i];
      const known = value && (i < values.length - 1 || !isMulti(value)) && names.length >= i;
      const local = this.declare(name, known ? [value] : undefined);
      if (value?.kind === 'concat') local.texts.push(value);
      return local;
    });
    return { kind: 'local', locals, values, line };
  }

  private labelStatement(line: number): Statement {
    this.lexer.advance();
    const name = this.name();
    for (let scope: Scope | undefined = this.fn.scope; scope; scope = scope.outer) {
      if (scope.labels.some((entry) => entry.label.name === name)) {
        throw new SyntaxProblem(`duplicate label '${name}'`, line, undefined);
      }
    }
    this.expect('::');
    this.fn.node.busy = true;
    const label: Label = { name, js: `L${++this.nextId}`, line, forward: false, backward: false };
    this.fn.scope.labels.push({ label, locals: this.fn.active.length, position: this.position });
    return { kind: 'label', label };
  }

  private assigned(local: Local, value: Expr | undefined): void {
    local.reassigned = true;
    if (value === undefined) local.values = undefined;
    else {
      local.values?.push(value);
      if (value.kind === 'concat') local.texts.push(value);
    }
  }

  private expressionStatement(line: number): Statement {
    const first = this.suffixed();
    if (first.kind === 'call') return { kind: 'call', call: first };
    const targets: Expr[] = [first];
    const check = (target: Expr) => {
      if (target.kind !== 'local' && target.kind !== 'global' && target.kind !== 'index') this.fail('syntax error');
    };
    check(first);
    while (this.accept(',')) {
      const target = this.suffixed();
      check(target);
      targets.push(target);
    }
    this.expect('=');
    const values = this.expressions();
    targets.forEach((target, i) => {
      if (target.kind !== 'local') return;
      const value = values[i];
      this.assigned(target.local, value && (i < values.length - 1 || !isMulti(value)) ? value : undefined);
    });
    return { kind: 'assign', targets, values, line };
  }

  // ---- expressions

  private expressions(): Expr[] {
    const list = [this.expression()];
    while (this.accept(',')) list.push(this.expression());
    return list;
  }

  private functionBody(line: number, isMethod: boolean): FunctionNode {
    const node = this.openFunction(line, false);
    if (isMethod) node.params.push(this.declare('self', undefined));
    this.expect('(');
    if (this.lexer.kind !== ')') {
      do {
        if (this.accept('...')) {
          node.vararg = true;
          break;
        }
        if (!this.isName()) this.fail("<name> or '...' expected");
        node.params.push(this.declare(this.name(), undefined));
      } while (this.accept(','));
    }
    this.expect(')');
    node.body = this.block(false);
    node.endLine = this.lexer.line;
    this.close('end', 'function', line);
    this.closeFunction();
    return node;
  }

  private primary(): Expr {
    if (this.isName()) {
      const name = this.name();
      return this.resolve(name);
    }
    const { line } = this.lexer;
    if (this.accept('(')) {
      const value = this.expression();
      this.close(')', '(', line);
      return { kind: 'paren', value };
    }
    return this.fail('unexpected symbol');
  }

  private suffixed(): Expr {
    let value = this.primary();
    for (;;) {
      switch (this.lexer.kind) {
        case '.': {
          this.lexer.advance();
          const key: Expr = { kind: 'string', value: this.name() };
          value = { kind: 'index', object: value, key, line: this.lexer.lastLine };
          break;
        }
        case '[': {
          this.lexer.advance();
          const key = this.expression();
          this.expect(']');
          if (key.kind === 'concat') key.repeats = true;
          else if (key.kind === 'local') key.local.isKey = true;
          value = { kind: 'index', object: value, key, line: this.lexer.lastLine };
          break;
        }
        case ':': {
          this.lexer.advance();
          value = this.call(value, this.name());
          break;
        }
        case '(':
          if (this.lexer.line !== this.lexer.lastLine) {
            this.fail('ambiguous syntax (function call x new statement)');
          }
          value = this.call(value, undefined);
          break;
        case '<string>':
        case '{':
          value = this.call(value, undefined);
          break;
        default:
          return value;
      }
    }
  }

  private call(callee: Expr, method: string | undefined): CallNode {
    const { line } = this.lexer;
    this.fn.node.busy = true;
    let args: Expr[];
    if (this.lexer.kind === '<string>') {
      args = [{ kind: 'string', value: this.lexer.text }];
      this.lexer.advance();
    } else if (this.lexer.kind === '{') {
      args = [this.table()];
    } else if (this.accept('(')) {
      args = this.lexer.kind === ')' ? [] : this.expressions();
      this.close(')', '(', line);
    } else {
      return this.fail('function arguments expected');
    }
    // What draws on a terminal writes the same few sequences again and again.
    const only = args.length === 1 ? args[0]! : undefined;
    if (
      only?.kind === 'concat' &&
      callee.kind === 'index' &&
      callee.key.kind === 'string' &&
      callee.key.value === 'write'
    ) {
      only.repeats = true;
    }
    return { kind: 'call', callee, method, args, line, endLine: this.lexer.lastLine };
  }

  private table(): Expr {
    const { line } = this.lexer;
    this.expect('{');
    const items: TableItem[] = [];
    while (this.lexer.kind !== '}') {
      if (this.accept('[')) {
        const key = this.expression();
        this.expect(']');
        this.expect('=');
        items.push({ key, value: this.expression() });
      } else if (this.isName() && this.lexer.peek() === '=') {
        const key: Expr = { kind: 'string', value: this.name() };
        this.expect('=');
        items.push({ key, value: this.expression() });
      } else {
        items.push({ key: undefined, value: this.expression() });
      }
      if (!this.accept(',') && !this.accept(';')) break;
    }
    this.close('}', '{', line);
    return { kind: 'table', items, line };
  }

  private simple(): Expr {
    const { lexer } = this;
    switch (lexer.kind) {
      case '<number>': {
        const { value } = lexer;
        lexer.advance();
        return { kind: 'number', value };
      }
      case '<string>': {
        const { text } = lexer;
        lexer.advance();
        return { kind: 'string', value: text };
      }
      case 'nil':
      case 'true':
      case 'false': {
        const kind = lexer.kind as 'nil' | 'true' | 'false';
        lexer.advance();
        return { kind };
      }
      case '...':
        if (!this.fn.node.vararg) this.fail("cannot use '...' outside a vararg function");
        lexer.advance();
        return { kind: 'vararg' };
      case '{':
        return this.table();
      case 'function': {
        const { line } = lexer;
        lexer.advance();
        return this.functionBody(line, false);
      }
      default:
        return this.suffixed();
    }
  }

  private expression(limit = 0): Expr {
    this.enter();
    const { lexer } = this;
    let left: Expr;
    if (lexer.kind === 'not') {
      lexer.advance();
      left = { kind: 'not', value: this.expression(UNARY_PRIORITY) };
    } else if (lexer.kind === '-' || lexer.kind === '#') {
      const kind = lexer.kind === '-' ? 'minus' : 'length';
      lexer.advance();
      const value = this.expression(UNARY_PRIORITY);
      left =
        kind === 'minus' && value.kind === 'number'
          ? { kind: 'number', value: -value.value }
          : { kind, value, line: lexer.lastLine };
    } else {
      left = this.simple();
    }
    for (;;) {
      const op = lexer.kind;
      const priority = PRIORITY.get(op);
      if (priority === undefined || priority[0] <= limit) break;
      lexer.advance();
      const right = this.expression(priority[1]);
      left = combine(op, left, right, lexer.lastLine);
    }
    this.levels--;
    return left;
  }
}

function combine(op: string, left: Expr, right: Expr, line: number): Expr {
  if (op === 'and' || op === 'or') return { kind: op, left, right };
  if (op === '..') {
    // Right-associative: a chain arrives from the right.
    if (right.kind === 'concat') return { kind: 'concat', parts: [left, ...right.parts], line, repeats: false };
    return { kind: 'concat', parts: [left, right], line, repeats: false };
  }
  return { kind: 'binary', op: op as BinaryOperator, left, right, line };
}

function newScope(outer: Scope | undefined, isLoop: boolean): Scope {
  return { names: new Map(), labels: [], gotos: [], isLoop, outer };
}

/** Can give any number of values. */
export function isMulti(e: Expr): boolean {
  return e.kind === 'call' || e.kind === 'vararg';
}
