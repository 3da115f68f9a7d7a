/**
 * `burin check`: finds mistakes in chisels without running them: syntax, unknown globals, misuse of the API, unknown
 * fields, bad filters and formats.
 */
import { readFileSync } from 'node:fs';
import { searchPath } from '../chisel/search-path.js';
import type { CallNode, Expr, FunctionNode } from '../lua/compiled/ast.js';
import { parse } from '../lua/compiled/parser.js';
import type { FieldContext } from '../sinsp/fields/field.js';
import { FIELDS, nearest, parseField } from '../sinsp/fields/index.js';
import { compileFilter, FilterError } from '../sinsp/filter/index.js';
import { parseFormat } from '../sinsp/format/format-parser.js';
import { Inspector } from '../sinsp/inspector.js';
import { API_NAMES, CALLBACKS, LUA_GLOBALS } from './lua-names.js';
import { syntaxErrorColumn } from './syntax-column.js';
import { walkFunction } from './walk-lua.js';

export interface Problem {
  file: string;
  /** From 1. */
  line: number;
  column: number;
  severity: 'error' | 'warning';
  message: string;
}

/** Checks a file. Throws an Error with a full sentence when it cannot be read. */
export function checkChisel(file: string): Problem[] {
  let source: string;
  try {
    source = readFileSync(file, 'latin1').replace(/^#[^\n]*/, '');
  } catch (error) {
    throw new Error(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
  return new Check(file, source).run();
}

/** `a.b` for an index of a global by a literal name. */
function apiName(node: Expr): { table: string; key: string } | undefined {
  if (node.kind !== 'index' || node.object.kind !== 'global' || node.key.kind !== 'string') return undefined;
  return { table: node.object.name, key: node.key.value };
}

class Check {
  private readonly problems: Problem[] = [];
  private readonly lines: string[];
  private readonly context: FieldContext;

  constructor(
    private readonly file: string,
    private readonly source: string,
  ) {
    this.lines = source.split('\n');
    this.context = {
      inspector: new Inspector(),
      settings: { bufferFormat: 'dots', cutBuffers: false, resolvePorts: false, timeFormat: 'h', json: false },
    };
  }

  run(): Problem[] {
    let main: FunctionNode;
    try {
      ({ main } = parse(this.source, `=${this.file}`));
    } catch (error) {
      const match = /:(\d+): ([\s\S]*)$/.exec((error as Error).message);
      const message = match?.[2] ?? (error as Error).message;
      const column = syntaxErrorColumn(this.source, (error as Error).message);
      this.report('error', Number(match?.[1] ?? 1), undefined, message, column);
      return this.problems;
    }
    const assigned = new Map<string, Expr | undefined>();
    collectGlobals(main, assigned);
    const known = new Set([...LUA_GLOBALS, ...CALLBACKS, ...assigned.keys(), ...this.globalsOfModules(main)]);
    const told = new Set<string>();
    walkFunction(main, {
      expression: (node) => {
        if (node.kind === 'global' && !known.has(node.name) && !told.has(node.name)) {
          told.add(node.name);
          const near = nearest(node.name, known, 1)[0];
          this.report(
            'error',
            node.line,
            node.name,
            `unknown global '${node.name}'${near === undefined ? '' : `; did you mean '${near}'?`}`,
          );
        }
        if (node.kind === 'index') this.checkApiName(node);
        if (node.kind === 'call') this.checkCall(node);
      },
    });
    this.checkShape(assigned);
    return this.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  }

  private report(
    severity: Problem['severity'],
    line: number,
    token: string | undefined,
    message: string,
    at = -1,
  ): void {
    const text = this.lines[line - 1] ?? '';
    const found = at >= 0 || token === undefined ? at : placeOf(text, token);
    const column = (found >= 0 ? found : text.search(/\S|$/)) + 1;
    this.problems.push({ file: this.file, line, column, severity, message });
  }

  /** Globals that the modules set which are required by a literal name. */
  private globalsOfModules(main: FunctionNode): Set<string> {
    const found = new Map<string, Expr | undefined>();
    const seen = new Set<string>();
    const templates = searchPath().packagePath.split(';');
    const visit = (node: FunctionNode): void => {
      walkFunction(node, {
        expression: (call) => {
          if (call.kind !== 'call' || call.callee.kind !== 'global' || call.callee.name !== 'require') return;
          const [name] = call.args;
          if (name?.kind !== 'string' || seen.has(name.value)) return;
          seen.add(name.value);
          for (const template of templates) {
            try {
              const path = template.replaceAll('?', name.value.replaceAll('.', '/'));
              const module = parse(readFileSync(path, 'latin1'), `@${path}`).main;
              collectGlobals(module, found);
              visit(module);
              return;
            } catch {
              // Not here; a module that is nowhere is require's error when it runs.
            }
          }
        },
      });
    };
    visit(main);
    return new Set(found.keys());
  }

  private checkApiName(node: Expr & { kind: 'index' }): void {
    const name = apiName(node);
    const names = name === undefined ? undefined : API_NAMES[name.table];
    if (name === undefined || names === undefined || names.has(name.key)) return;
    const near = nearest(name.key, names, 1)[0];
    const other = Object.entries(API_NAMES).find(([, keys]) => keys.has(name.key))?.[0];
    const hint =
      other !== undefined
        ? `; it is ${other}.${name.key}`
        : near === undefined
          ? ''
          : `; did you mean ${name.table}.${near}?`;
    this.report('error', node.line, name.key, `there is no ${name.table}.${name.key}${hint}`);
  }

  private checkCall(node: CallNode): void {
    const name = apiName(node.callee);
    if (name === undefined) return;
    const called = `${name.table}.${name.key}`;
    const [first] = node.args;
    if (called === 'evt.field' && first?.kind === 'string') {
      this.report('error', node.line, first.value, 'evt.field takes the handle that chisel.request_field returned');
      return;
    }
    const needsArgument = ['chisel.request_field', 'chisel.set_filter', 'chisel.set_event_formatter', 'chisel.exec'];
    if (needsArgument.includes(called) && (first === undefined || first.kind === 'nil')) {
      this.report('error', node.line, name.key, `${called} needs a string`);
      return;
    }
    if (first?.kind !== 'string') return;
    if (called === 'chisel.request_field') this.checkField(node.line, first.value);
    else if (
      called === 'chisel.set_filter' ||
      called === 'sysdig.set_filter' ||
      name.key.startsWith('get_thread_table')
    ) {
      this.checkFilter(node.line, first.value);
    } else if (called === 'chisel.set_event_formatter') this.checkFormat(node.line, first.value);
  }

  private checkField(line: number, text: string): void {
    const use = parseField(text);
    if (use === undefined) {
      const near = nearest(
        text,
        FIELDS.map((field) => field.name),
        1,
      )[0];
      this.report('error', line, text, `unknown field ${text}${near === undefined ? '' : `; did you mean ${near}?`}`);
      return;
    }
    if (use.field.filterOnly) {
      this.report('error', line, text, `field ${text} can be used in filters only`);
      return;
    }
    try {
      use.field.make(this.context, use.argument);
    } catch (error) {
      this.report('error', line, text, (error as Error).message);
    }
  }

  private checkFilter(line: number, text: string): void {
    if (text === '') return;
    try {
      compileFilter(text, this.context);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      const suggestion = error.suggestions.length > 0 ? `; did you mean ${error.suggestions.join(' or ')}?` : '';
      const rest = text.slice(error.position);
      this.report('error', line, rest === '' ? text : rest, `bad filter: ${error.reason}${suggestion}`);
    }
  }

  private checkFormat(line: number, text: string): void {
    if (text === '' || text === 'default') return;
    try {
      parseFormat(text);
    } catch (error) {
      this.report('error', line, text, `bad format: ${(error as Error).message}`);
    }
  }

  /** What the runtime looks for. */
  private checkShape(assigned: ReadonlyMap<string, Expr | undefined>): void {
    const args = assigned.get('args');
    if (!assigned.has('args')) this.report('error', 1, undefined, 'the global args is missing; use args = {} for none');
    if (!assigned.has('description'))
      this.report('warning', 1, undefined, 'no description: -cl will not list this chisel');
    else if (!assigned.has('short_description')) {
      this.report('warning', 1, undefined, 'no short_description: -cl will not list this chisel');
    }
    if (args?.kind === 'table' && args.items.length > 0 && !assigned.has('on_set_arg')) {
      this.report('error', args.line, 'args', 'args are declared, but there is no on_set_arg to take them');
    }
    for (const [name, value] of assigned) {
      if (/^on_/.test(name) && !CALLBACKS.has(name) && value?.kind === 'function') {
        const near = nearest(name, CALLBACKS, 1)[0];
        this.report(
          'warning',
          value.line,
          name,
          `nothing calls ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
        );
      }
      const mustReturn = ['on_init', 'on_set_arg', 'on_capture_start', 'on_interval'].includes(name);
      if (mustReturn && value?.kind === 'function' && !returns(value)) {
        this.report('error', value.line, name, `${name} must return true or false`);
      }
    }
  }
}

/** Where a token begins, as a whole word where it is one; -1 when it is not there. */
function placeOf(line: string, token: string): number {
  if (!/^\w+$/.test(token)) return line.indexOf(token);
  return new RegExp(`\\b${token}\\b`).exec(line)?.index ?? -1;
}

/** Globals that a chunk assigns, with the value where it is one. */
function collectGlobals(main: FunctionNode, into: Map<string, Expr | undefined>): void {
  walkFunction(main, {
    statement: (node) => {
      if (node.kind !== 'assign') return;
      node.targets.forEach((target, index) => {
        if (target.kind === 'global' && !into.has(target.name)) into.set(target.name, node.values[index]);
      });
    },
  });
}

/** A function returns something somewhere, or hands over with chisel.exec or os.exit. */
function returns(fn: FunctionNode): boolean {
  let found = false;
  walkFunction(fn, {
    statement: (node) => {
      if (node.kind === 'return' && node.values.length > 0) found = true;
    },
    expression: (node) => {
      if (node.kind !== 'call') return;
      const name = apiName(node.callee);
      if (name?.key === 'exec' || name?.key === 'exit') found = true;
    },
  });
  return found;
}
