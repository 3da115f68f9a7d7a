/** The syntax tree: names are resolved to locals or globals while parsing. */

/** A local variable. What is known about its use decides how it is compiled. */
export interface Local {
  name: string;
  /** Name in the generated code. */
  js: string;
  /** Function that declares it. */
  owner: FunctionNode;
  /** Used by an inner function. */
  captured: boolean;
  /** Assigned after its declaration. */
  reassigned: boolean;
  /** Every expression ever assigned; undefined when a value is not known here (parameters, multiple results). */
  values: Expr[] | undefined;
  /** Concatenations assigned to it, and whether it is used as a table key. */
  texts: Extract<Expr, { kind: 'concat' }>[];
  isKey: boolean;
  /** All values are numbers; found out before code is generated. */
  isNumber: boolean;
  /** Declared inside a loop of its function, or after a label jumped back to: each turn has its own. */
  inLoop: boolean;
}

export interface FunctionNode {
  kind: 'function';
  params: Local[];
  vararg: boolean;
  body: Block;
  /** Line of `function`, and of `end`. */
  line: number;
  endLine: number;
  /** Locals of enclosing functions that it uses. */
  upvalues: Local[];
  /** Calls anything or loops: then it must burn fuel. */
  busy: boolean;
  parent: FunctionNode | undefined;
  depth: number;
  isMain: boolean;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '^' | '==' | '~=' | '<' | '<=' | '>' | '>=';

export type Expr =
  | { kind: 'nil' | 'true' | 'false' | 'vararg' }
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | FunctionNode
  | { kind: 'local'; local: Local; upvalue: boolean }
  | { kind: 'global'; name: string; line: number }
  | { kind: 'index'; object: Expr; key: Expr; line: number }
  | CallNode
  | { kind: 'binary'; op: BinaryOperator; left: Expr; right: Expr; line: number }
  /** repeats: its text is likely one that was made before: a key, what a function returns, what is written. */
  | { kind: 'concat'; parts: Expr[]; line: number; repeats: boolean }
  | { kind: 'and' | 'or'; left: Expr; right: Expr }
  | { kind: 'not' | 'paren'; value: Expr }
  | { kind: 'minus' | 'length'; value: Expr; line: number }
  | { kind: 'table'; items: TableItem[]; line: number };

export interface CallNode {
  kind: 'call';
  callee: Expr;
  /** `callee:method(...)`. */
  method: string | undefined;
  args: Expr[];
  /** Line of the opening bracket, and of the last token. */
  line: number;
  endLine: number;
}

/** A positional item has no key. */
export interface TableItem {
  key: Expr | undefined;
  value: Expr;
}

export interface Block {
  statements: Statement[];
}

/** A place `goto` can name. */
export interface Label {
  name: string;
  js: string;
  line: number;
  /** Jumped to from before (leaves a block) and from behind (repeats one). */
  forward: boolean;
  backward: boolean;
}

export interface GotoNode {
  kind: 'goto';
  name: string;
  line: number;
  label: Label | undefined;
  backward: boolean;
}

export type Statement =
  | { kind: 'local'; locals: Local[]; values: Expr[]; line: number }
  | { kind: 'localFunction'; local: Local; fn: FunctionNode }
  | { kind: 'assign'; targets: Expr[]; values: Expr[]; line: number }
  | { kind: 'call'; call: CallNode }
  | { kind: 'do'; body: Block }
  | { kind: 'while'; condition: Expr; body: Block; line: number }
  | { kind: 'repeat'; condition: Expr; body: Block; line: number }
  | { kind: 'if'; clauses: { condition: Expr; body: Block }[]; otherwise: Block | undefined }
  | { kind: 'for'; local: Local; from: Expr; to: Expr; step: Expr | undefined; body: Block; line: number }
  | { kind: 'forIn'; locals: Local[]; values: Expr[]; body: Block; line: number }
  | { kind: 'return'; values: Expr[]; line: number }
  | { kind: 'break' }
  | GotoNode
  | { kind: 'label'; label: Label };
