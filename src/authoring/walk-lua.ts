/** Visits every expression and statement of a parsed Lua chunk, parents first. */
import type { Block, Expr, FunctionNode, Statement } from '../lua/compiled/ast.js';

export interface LuaVisitor {
  expression?(node: Expr): void;
  statement?(node: Statement): void;
}

export function walkFunction(node: FunctionNode, visitor: LuaVisitor): void {
  walkBlock(node.body, visitor);
}

function walkBlock(block: Block | undefined, visitor: LuaVisitor): void {
  for (const statement of block?.statements ?? []) walkStatement(statement, visitor);
}

function walkAll(nodes: readonly Expr[], visitor: LuaVisitor): void {
  for (const node of nodes) walk(node, visitor);
}

function walkStatement(node: Statement, visitor: LuaVisitor): void {
  visitor.statement?.(node);
  switch (node.kind) {
    case 'local':
    case 'return':
      walkAll(node.values, visitor);
      break;
    case 'localFunction':
      walk(node.fn, visitor);
      break;
    case 'assign':
      walkAll(node.targets, visitor);
      walkAll(node.values, visitor);
      break;
    case 'call':
      walk(node.call, visitor);
      break;
    case 'do':
      walkBlock(node.body, visitor);
      break;
    case 'while':
    case 'repeat':
      walk(node.condition, visitor);
      walkBlock(node.body, visitor);
      break;
    case 'if':
      for (const clause of node.clauses) {
        walk(clause.condition, visitor);
        walkBlock(clause.body, visitor);
      }
      walkBlock(node.otherwise, visitor);
      break;
    case 'for':
      walkAll([node.from, node.to, ...(node.step === undefined ? [] : [node.step])], visitor);
      walkBlock(node.body, visitor);
      break;
    case 'forIn':
      walkAll(node.values, visitor);
      walkBlock(node.body, visitor);
      break;
  }
}

function walk(node: Expr, visitor: LuaVisitor): void {
  visitor.expression?.(node);
  switch (node.kind) {
    case 'function':
      walkBlock(node.body, visitor);
      break;
    case 'index':
      walkAll([node.object, node.key], visitor);
      break;
    case 'call':
      walk(node.callee, visitor);
      walkAll(node.args, visitor);
      break;
    case 'binary':
    case 'and':
    case 'or':
      walkAll([node.left, node.right], visitor);
      break;
    case 'concat':
      walkAll(node.parts, visitor);
      break;
    case 'not':
    case 'paren':
    case 'minus':
    case 'length':
      walk(node.value, visitor);
      break;
    case 'table':
      for (const item of node.items) {
        if (item.key !== undefined) walk(item.key, visitor);
        walk(item.value, visitor);
      }
      break;
  }
}
