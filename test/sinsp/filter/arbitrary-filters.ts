/** Random filters: trees of any shape for the printer, and trees that make sense for captures. */
import fc from 'fast-check';
import type { Check, Filter, Operand, Right, Value } from '../../../src/sinsp/filter/ast.js';

/** Positions do not count in comparisons. */
const at = 0;

const junctions = (leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
      leaf,
      tie('filter').map((term): Filter => ({ kind: 'not', term })),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('filter'), { minLength: 2, maxLength: 4 }))
        .map(([kind, terms]): Filter => ({ kind, terms })),
    ),
  })).filter;

const value = (text: fc.Arbitrary<string>): fc.Arbitrary<Value> =>
  text.map((one) => ({ kind: 'value', text: one, at }));
const list = (text: fc.Arbitrary<string>): fc.Arbitrary<Right> =>
  fc.array(value(text), { maxLength: 4 }).map((values) => ({ kind: 'list', values, at }));
const field = (text: string): Operand => ({ kind: 'field', text, at });

/** Byte strings with everything in them that quoting has to deal with. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'"\'\\ (),=x0\n\t'),
      fc.nat(255).map((code) => String.fromCharCode(code)),
    ),
  )
  .map((chars) => chars.join(''));

const anyOperand: fc.Arbitrary<Operand> = fc.letrec<{ operand: Operand }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.constantFrom('proc.name', 'evt.arg[0]', 'evt.arg.fd', 'proc.env[A B]', 'a.b_c[1]').map(field),
    fc
      .tuple(
        fc.constantFrom('tolower', 'concat', 'join', 'len', 'getopt'),
        fc.array(fc.oneof(tie('operand'), value(anyText)), { maxLength: 3 }),
      )
      .map(([name, args]): Operand => ({ kind: 'call', name, args, at })),
  ),
})).operand;

const anyCheck: fc.Arbitrary<Filter> = fc.oneof(
  fc
    .tuple(
      anyOperand,
      fc.constantFrom('=', '==', '!=', '<', '<=', '>', '>=', 'contains', 'glob', 'regex', 'bstartswith'),
      value(anyText),
    )
    .map(([left, operator, right]): Check => ({ kind: 'check', left, operator, right, at })),
  fc
    .tuple(anyOperand, fc.constantFrom('in', 'intersects', 'pmatch'), list(anyText))
    .map(([left, operator, right]): Check => ({ kind: 'check', left, operator, right, at })),
  fc
    .tuple(
      anyOperand,
      fc.constantFrom('=', 'endswith'),
      fc.constantFrom('oneof' as const, 'anyof' as const, 'allof' as const),
      list(anyText),
    )
    .map(([left, operator, modifier, right]): Check => ({ kind: 'check', left, operator, modifier, right, at })),
  fc.tuple(anyOperand, anyOperand).map(
    ([left, right]): Check => ({
      kind: 'check',
      left,
      operator: '=',
      right: right.kind === 'call' ? right : { kind: 'call', name: 'val', args: [right], at },
      at,
    }),
  ),
  anyOperand.map((left): Check => ({ kind: 'check', left, operator: 'exists', at })),
);

/** Any tree that the parser can make. */
export const anyFilter = junctions(anyCheck);

const check = (left: string, operator: string, right: fc.Arbitrary<Right>): fc.Arbitrary<Filter> =>
  right.map((one): Check => ({ kind: 'check', left: field(left), operator, right: one, at }));

const oneOf = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const TEXTS: readonly (readonly [field: string, values: readonly string[]])[] = [
  ['proc.name', ['bash', 'sh', 'cat', 'curl', 'python3', 'node', 'demo']],
  ['proc.cmdline', ['bash', '-c', 'cat /etc']],
  ['fd.name', ['/etc', '/etc/passwd', '/tmp', '/dev/null', 'lib', '/usr/lib', '127.0.0.1', '->']],
  ['fd.filename', ['passwd', 'libc.so.6', 'null']],
  ['fd.directory', ['/etc', '/tmp', '/dev']],
  ['fd.type', ['file', 'ipv4', 'pipe', 'unix']],
  ['fd.typechar', ['f', '4', 'p']],
  ['evt.dir', ['>', '<']],
  ['evt.category', ['file', 'net', 'process', 'memory']],
  ['evt.io_dir', ['read', 'write']],
  ['evt.res', ['SUCCESS', 'ENOENT', 'EAGAIN']],
  ['evt.arg.name', ['/etc', 'lib']],
  ['evt.arg.flags', ['O_RDONLY', 'O_CLOEXEC']],
  ['evt.args', ['fd=3', 'res=0']],
  ['evt.buffer', ['GET', 'ELF', 'root']],
  ['proc.aname', ['bash', 'systemd', 'init', 'sshd']],
  ['user.name', ['root', 'nobody']],
  ['container.id', ['host']],
  ['syscall.type', ['open', 'read']],
];
const TEXT_OPERATORS = [
  '=',
  '!=',
  '<',
  '>=',
  'contains',
  'icontains',
  'startswith',
  'endswith',
  'glob',
  'iglob',
  'regex',
];
/** Those that work on buffers as well. */
const BUFFER_OPERATORS = ['=', '!=', 'contains', 'startswith', 'endswith'];

const textChecks = TEXTS.map(([name, values]) => {
  const operators = name === 'evt.buffer' ? BUFFER_OPERATORS : TEXT_OPERATORS;
  const texts = oneOf(...values, '');
  const patterns = oneOf(...values, ...values.map((one) => `*${one.slice(1)}*`), '*', '?*').filter((one) => one !== '');
  return fc.oneof(
    fc
      .constantFrom(...operators.filter((one) => !/glob|regex/.test(one)))
      .chain((operator) => check(name, operator, value(texts))),
    ...(name === 'evt.buffer'
      ? []
      : [
          fc.constantFrom('glob', 'iglob').chain((operator) => check(name, operator, value(patterns))),
          check(name, 'regex', value(oneOf('.*', '[a-z]+', '/etc/.*', '.*lib.*', 'bash|sh', '[^/]*'))),
          check(name, 'pmatch', list(oneOf('/etc', '/usr/lib', '/', 'bash', '/tmp/'))),
        ]),
    check(name, 'in', list(texts)),
    fc
      .tuple(
        fc.constantFrom('contains', 'endswith'),
        fc.constantFrom('oneof' as const, 'anyof' as const, 'allof' as const),
        list(texts),
      )
      .filter(([, , right]) => right.kind === 'list' && right.values.length > 0)
      .map(
        ([operator, modifier, right]): Filter => ({ kind: 'check', left: field(name), operator, modifier, right, at }),
      ),
    fc.constant<Filter>({ kind: 'check', left: field(name), operator: 'exists', at }),
  );
});

const NUMBERS = [
  'evt.num',
  'evt.cpu',
  'fd.num',
  'evt.rawres',
  'evt.buflen',
  'evt.latency',
  'proc.pid',
  'proc.apid',
  'thread.tid',
  'user.uid',
  'fd.port',
  'fd.sport',
  'evt.rawarg.res',
  'evt.type.is.open',
  'proc.nthreads',
];
const numberChecks = NUMBERS.map((name) =>
  fc.oneof(
    fc
      .constantFrom('=', '!=', '<', '<=', '>', '>=')
      .chain((operator) =>
        check(
          name,
          operator,
          value(
            /port$/.test(name)
              ? fc.oneof(oneOf('0', '3', '65536', '443'), fc.nat().map(String))
              : fc.oneof(oneOf('0', '1', '3', '-1', '100', '65536', '443'), fc.integer().map(String)),
          ),
        ),
      ),
    check(name, 'in', list(oneOf('0', '1', '2', '3', '80'))),
    fc.constant<Filter>({ kind: 'check', left: field(name), operator: 'exists', at }),
  ),
);

const booleanChecks = [
  'evt.failed',
  'evt.is_io',
  'evt.is_io_read',
  'evt.is_wait',
  'thread.ismain',
  'fd.is_server',
  'evt.is_open_write',
].map((name) => fc.constantFrom('=', '!=').chain((operator) => check(name, operator, value(oneOf('true', 'false')))));

const typeChecks = [
  fc
    .constantFrom('=', '!=')
    .chain((operator) =>
      check('evt.type', operator, value(oneOf('open', 'openat', 'read', 'write', 'close', 'mprotect', 'switch'))),
    ),
  check('evt.type', 'in', list(oneOf('open', 'openat', 'execve', 'clone', 'connect'))),
];

const calls: fc.Arbitrary<Filter>[] = [
  fc
    .tuple(
      fc.constantFrom('tolower', 'toupper', 'basename'),
      fc.constantFrom('proc.name', 'fd.name', 'evt.arg.name'),
      fc.constantFrom('contains', '='),
      value(oneOf('bash', 'ETC', 'passwd')),
    )
    .map(
      ([name, inner, operator, right]): Filter => ({
        kind: 'check',
        left: { kind: 'call', name, args: [field(inner)], at },
        operator,
        right,
        at,
      }),
    ),
  fc.tuple(fc.constantFrom('proc.name', 'fd.name'), fc.constantFrom('<', '=', '>='), value(oneOf('4', '10', '0'))).map(
    ([inner, operator, right]): Filter => ({
      kind: 'check',
      left: { kind: 'call', name: 'len', args: [field(inner)], at },
      operator,
      right,
      at,
    }),
  ),
  fc.constantFrom('=', '!=', 'contains').map(
    (operator): Filter => ({
      kind: 'check',
      left: field('proc.exe'),
      operator,
      right: { kind: 'call', name: 'val', args: [field('proc.name')], at },
      at,
    }),
  ),
];

/** Filters over fields that captures have, with values that occur. */
export const sensibleFilter = junctions(
  fc.oneof(...textChecks, ...numberChecks, ...booleanChecks, ...typeChecks, ...calls),
);
