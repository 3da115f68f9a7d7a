/**
 * From the tree of a filter to one predicate: closures over prepared fields. What only depends on an event's type is
 * decided by a table; what is said of a name is remembered.
 */
import type { EventCursor } from '../event.js';
import type { Candidates, Extractor, FieldContext } from '../fields/field.js';
import { EVENT_COUNT, PT } from '../schema/index.js';
import type { Check, Filter, Right } from './ast.js';
import { FilterError } from './error.js';
import { rememberedByName } from './name-memory.js';
import { fieldUse, located, operandSource, type Source, textReader } from './operands.js';
import type { Predicate } from './predicate.js';
import { bigintTest, listTest, numberTest, type TextTest, textTest, typeWord } from './tests-of-values.js';
import {
  ALWAYS,
  askAllTypes,
  askType,
  Blank,
  combine,
  joined,
  MAYBE,
  NEVER,
  negate,
  opposite,
  possibleSet,
  type TypeSet,
  unknownSet,
} from './type-sets.js';

type Test = (event: EventCursor) => boolean;

interface Compiled {
  readonly test: Test;
  readonly types: TypeSet;
  /** The same of one event of which little is known; left out where that does not change what the types say. */
  readonly known?: Known;
  /** Its answer depends on which events it was asked about: it must be asked exactly when it is its turn. */
  readonly stateful: boolean;
}

/** Makes the predicate of a filter. Throws FilterError, for wrong types as well. */
export function compile(filter: Filter, text: string, context: FieldContext): Predicate {
  const compiled = new Compiler(text, context).filter(filter);
  const { test, types, stateful } = compiled;
  if (stateful) return { test };
  const known = knownOf(compiled);
  const blank = new Blank();
  return {
    test,
    eventTypes: types.map((value) => (value === NEVER ? 0 : 1)),
    certainTypes: types.map((value) => (value === ALWAYS ? 1 : 0)),
    ofCall: (type, id) => known(blank.asCall(type, id)),
  };
}

class Compiler {
  constructor(
    private readonly text: string,
    private readonly context: FieldContext,
  ) {}

  filter(filter: Filter): Compiled {
    switch (filter.kind) {
      case 'check':
        return this.check(filter);
      case 'not': {
        const term = this.filter(filter.term);
        const { test, types, stateful } = term;
        const known = knownOf(term);
        return decided({
          test: (event) => !test(event),
          types: negate(types),
          known: (event) => opposite(known(event)),
          stateful,
        });
      }
      default:
        return this.junction(filter.kind, filter.terms);
    }
  }

  private junction(kind: 'and' | 'or', terms: readonly Filter[]): Compiled {
    const compiled = terms.map((term) => this.filter(term));
    const stateful = compiled.some((term) => term.stateful);
    const types = combine(
      kind,
      compiled.map((term) => term.types),
    );
    // Tables are cheap: they go first, unless somebody counts how often he is asked.
    const ordered = stateful ? compiled : [...compiled].sort((a, b) => cost(a) - cost(b));
    const tests = ordered.map((term) => term.test);
    const known = compiled.map(knownOf);
    return decided({
      test: kind === 'and' ? allOf(tests) : anyOf(tests),
      types,
      known: (event) => known.map((ask) => ask(event)).reduce((a, b) => joined(kind, a, b)),
      stateful,
    });
  }

  private check(check: Check): Compiled {
    if (check.modifier !== undefined) return this.modified(check);
    if (check.left.kind === 'field') {
      const special = this.specialField(check);
      if (special !== undefined) return special;
    }
    const source = operandSource(this.text, check.left, this.context, 'left');
    const test = this.comparison(check, source);
    return finished(test, source);
  }

  /** Fields that compare in their own way, and fields that stand for several values. */
  private specialField(check: Check): Compiled | undefined {
    const { left, operator, right } = check;
    if (left.kind !== 'field') return undefined;
    const use = fieldUse(this.text, left);
    const { field, argument } = use;
    const traits = {
      eventTypes: field.eventTypes?.(argument),
      byType: field.byType ?? false,
      stateful: field.stateful ?? false,
    };
    const values = constants(right);
    if (field.compare !== undefined && values !== undefined) {
      const at = values.length > 0 ? firstAt(right, left.at) : check.at;
      const own = located(this.text, at, () => field.compare!(operator, values, this.context, argument));
      if (own !== undefined) return finished(own, traits);
    }
    const candidates = field.candidates?.(this.context, argument);
    if (candidates !== undefined) {
      return finished(this.candidateTest(check, candidates, field.type), traits);
    }
    return undefined;
  }

  private candidateTest(check: Check, candidates: Candidates, type: number): Test {
    const { operator, right } = check;
    if (operator === 'exists') return (event) => candidates.visit(event, () => true);
    const values = constants(right);
    if (values === undefined) {
      throw new FilterError('this field can only be compared with constants', this.text, check.at);
    }
    return this.at(check, () => {
      switch (candidates.kind) {
        case 'number': {
          const test = numberTest(operator, values, type);
          return (event) => candidates.visit(event, test);
        }
        case 'bigint': {
          const test = bigintTest(operator, values, type);
          return (event) => candidates.visit(event, test);
        }
        case 'name': {
          const test = rememberedByName(this.context.inspector.state.names, textTest(operator, values, false));
          return (event) => candidates.visit(event, test);
        }
        case 'text': {
          const test = textTest(operator, values, false);
          return (event) => candidates.visit(event, test);
        }
      }
    });
  }

  /** `contains allof (a, b)` and its kin: one check a value, counted. */
  private modified(check: Check): Compiled {
    const { modifier, right, ...rest } = check;
    const values = right?.kind === 'list' ? right.values : [];
    const checks = values.map((value) => this.check({ ...rest, right: value }));
    const stateful = checks.some((one) => one.stateful);
    const tests = checks.map((one) => one.test);
    switch (modifier) {
      case 'allof': {
        // With nothing to satisfy, only a value has to be there.
        if (checks.length === 0) return this.check({ ...rest, operator: 'exists' });
        const types = combine(
          'and',
          checks.map((one) => one.types),
        );
        return decided({ test: allOf(tests), types, stateful });
      }
      case 'anyof': {
        const types = combine(
          'or',
          checks.map((one) => one.types),
        );
        return decided({ test: anyOf(tests), types, stateful });
      }
      default: {
        const types = unknownSet();
        for (let code = 0; code < EVENT_COUNT; code++)
          if (checks.every((one) => one.types[code] === NEVER)) types[code] = NEVER;
        const test: Test = (event) => {
          let count = 0;
          for (const one of tests) if (one(event)) count++;
          return count === 1;
        };
        return decided({ test, types, stateful });
      }
    }
  }

  /** Runs a step that reads the check's operator and values, giving its errors a position. */
  private at<T>(check: Check, step: () => T): T {
    try {
      return located(this.text, check.at, step);
    } catch (error) {
      // What is wrong with a value is shown at the value.
      if (error instanceof FilterError && error.reason.startsWith('"')) {
        throw new FilterError(error.reason, this.text, firstAt(check.right, check.at));
      }
      throw error;
    }
  }

  private comparison(check: Check, source: Source): Test {
    const { operator, right } = check;
    const { extractor, type, map } = source;
    if (operator === 'exists') return map === undefined ? existence(extractor) : present(textReader(source));
    const values = constants(right);
    if (values === undefined) return this.dynamic(check, source);
    return this.at(check, () => {
      switch (extractor.kind) {
        case 'name':
        case 'text':
          return this.textComparison(source, textTest(operator, values, type === PT.BYTEBUF && map === undefined));
        case 'number': {
          const test = numberTest(operator, values, type);
          return (event) => test(extractor.get(event));
        }
        case 'boolean': {
          const test = numberTest(operator, values, type);
          return (event) => {
            const value = extractor.get(event);
            return value !== undefined && test(value ? 1 : 0);
          };
        }
        case 'bigint': {
          const test = bigintTest(operator, values, type);
          return (event) => {
            const value = extractor.get(event);
            return value !== undefined && test(value);
          };
        }
        case 'list': {
          const test = listTest(operator, values);
          return (event) => {
            const list = extractor.get(event);
            return list !== undefined && test(list);
          };
        }
      }
    });
  }

  private textComparison({ extractor, map }: Source, test: TextTest): Test {
    const whole: TextTest =
      map === undefined
        ? test
        : (text) => {
            const mapped = map(text);
            return mapped !== undefined && test(mapped);
          };
    if (extractor.kind === 'name') {
      const remembered = rememberedByName(this.context.inspector.state.names, whole);
      return (event) => {
        const name = extractor.get(event);
        return name !== undefined && remembered(name);
      };
    }
    if (extractor.kind !== 'text') return () => false;
    return (event) => {
      const text = extractor.get(event);
      return text !== undefined && whole(text);
    };
  }

  /** Comparison with another field's value. */
  private dynamic(check: Check, left: Source): Test {
    const { operator, right } = check;
    if (right === undefined || right.kind === 'value' || right.kind === 'list') return () => false;
    const other = operandSource(this.text, right, this.context, 'right');
    const leftWord = typeWord(left.type, left.extractor.kind);
    const rightWord = typeWord(other.type, other.extractor.kind);
    if (leftWord !== rightWord && !(isTextual(left) && (isTextual(other) || other.extractor.kind === 'list'))) {
      throw new FilterError(`cannot compare ${leftWord} with ${rightWord}`, this.text, right.at);
    }
    const isBuffer = left.type === PT.BYTEBUF && left.map === undefined;
    if (isTextual(left)) {
      this.at(check, () =>
        textTest(operator, operator === 'bcontains' || operator === 'bstartswith' ? ['00'] : ['x'], isBuffer),
      );
      const read = textReader(left);
      const readValues = valuesReader(other);
      const tests = new Map<string, TextTest>();
      return (event) => {
        const text = read(event);
        const values = text === undefined ? undefined : readValues(event);
        if (text === undefined || values === undefined) return false;
        const key = values.join('\0');
        let test = tests.get(key);
        if (test === undefined) {
          if (tests.size > 1000) tests.clear();
          test = tolerant(() => textTest(operator, values, isBuffer));
          tests.set(key, test);
        }
        return test(text);
      };
    }
    if (left.extractor.kind === 'list') {
      this.at(check, () => listTest(operator, ['x']));
      const get = left.extractor;
      const readValues = valuesReader(other);
      return (event) => {
        const list = get.get(event);
        const values = list === undefined ? undefined : readValues(event);
        return list !== undefined && values !== undefined && listTest(operator, values)(list);
      };
    }
    this.at(check, () => numberTest(operator, [], left.type));
    const order = numericOrder(operator);
    if (order === undefined) {
      throw new FilterError(`'${operator}' does not work on ${leftWord}: use = != < <= > >= in`, this.text, check.at);
    }
    const a = numberReader(left.extractor);
    const b = numberReader(other.extractor);
    return (event) => {
      const x = a(event);
      const y = b(event);
      // A missing value (NaN) compares with nothing.
      return !Number.isNaN(x) && !Number.isNaN(y) && order(x, y);
    };
  }
}

const isTextual = ({ extractor }: Source): boolean => extractor.kind === 'text' || extractor.kind === 'name';

/** A value of another field may be no regular expression, say: then nothing matches it. */
function tolerant(make: () => TextTest): TextTest {
  try {
    return make();
  } catch {
    return () => false;
  }
}

function valuesReader(source: Source): (event: EventCursor) => readonly string[] | undefined {
  const { extractor } = source;
  if (extractor.kind === 'list') return (event) => extractor.get(event);
  const read = textReader(source);
  return (event) => {
    const text = read(event);
    return text === undefined ? undefined : [text];
  };
}

function numberReader(extractor: Extractor): (event: EventCursor) => number {
  switch (extractor.kind) {
    case 'number':
      return (event) => extractor.get(event);
    case 'bigint':
      return (event) => Number(extractor.get(event) ?? Number.NaN);
    case 'boolean':
      return (event) => {
        const value = extractor.get(event);
        return value === undefined ? Number.NaN : value ? 1 : 0;
      };
    default:
      return () => Number.NaN;
  }
}

function numericOrder(operator: string): ((a: number, b: number) => boolean) | undefined {
  switch (operator) {
    case '=':
    case '==':
    case 'in':
    case 'intersects':
      return (a, b) => a === b;
    case '!=':
      return (a, b) => a !== b;
    case '<':
      return (a, b) => a < b;
    case '<=':
      return (a, b) => a <= b;
    case '>':
      return (a, b) => a > b;
    case '>=':
      return (a, b) => a >= b;
    default:
      return undefined;
  }
}

/** The constants on a right side; undefined when it has another value for each event. */
function constants(right: Right | undefined): readonly string[] | undefined {
  if (right === undefined) return [];
  if (right.kind === 'value') return [right.text];
  return right.kind === 'list' ? right.values.map(({ text }) => text) : undefined;
}

const firstAt = (right: Right | undefined, otherwise: number): number =>
  right === undefined ? otherwise : right.kind === 'list' ? (right.values[0]?.at ?? right.at) : right.at;

const present =
  (read: (event: EventCursor) => unknown): Test =>
  (event) =>
    read(event) !== undefined;

function existence(extractor: Extractor): Test {
  if (extractor.kind !== 'number') return present((event) => extractor.get(event));
  return (event) => !Number.isNaN(extractor.get(event));
}

/** Tables before names and numbers; the order is else as written. */
const cost = ({ types }: Compiled): number => (types.includes(MAYBE) ? 1 : 0);

/** Adds what the event's type tells to a test of one field. */
function finished(
  test: Test,
  { eventTypes, byType, stateful }: Pick<Source, 'eventTypes' | 'byType' | 'stateful'>,
): Compiled {
  if (byType) return decided({ test, types: askAllTypes(test), known: (event) => askType(test, event), stateful });
  return { test, types: eventTypes === undefined ? unknownSet() : possibleSet(eventTypes), stateful };
}

/** Where types decide all, or nearly all, the table is asked first. */
function decided(compiled: Compiled): Compiled {
  const { test, types, stateful } = compiled;
  if (stateful) return compiled;
  if (!types.includes(MAYBE)) return { ...compiled, test: (event) => types[event.type] === ALWAYS };
  if (!types.includes(NEVER) && !types.includes(ALWAYS)) return compiled;
  return {
    ...compiled,
    test: (event) => {
      const known = types[event.type]!;
      return known === MAYBE ? test(event) : known === ALWAYS;
    },
  };
}

/** What a part of a filter says of an event of which only the code, and perhaps the call, is known. */
type Known = (event: Blank) => number;

const knownOf = ({ types, known }: Compiled): Known => known ?? ((event) => types[event.type]!);

function allOf(tests: readonly Test[]): Test {
  const [first, second, third, fourth] = tests;
  switch (tests.length) {
    case 0:
      return () => true;
    case 1:
      return first!;
    case 2:
      return (event) => first!(event) && second!(event);
    case 3:
      return (event) => first!(event) && second!(event) && third!(event);
    case 4:
      return (event) => first!(event) && second!(event) && third!(event) && fourth!(event);
    default: {
      const head = allOf(tests.slice(0, 4));
      const rest = allOf(tests.slice(4));
      return (event) => head(event) && rest(event);
    }
  }
}

function anyOf(tests: readonly Test[]): Test {
  const [first, second, third, fourth] = tests;
  switch (tests.length) {
    case 0:
      return () => false;
    case 1:
      return first!;
    case 2:
      return (event) => first!(event) || second!(event);
    case 3:
      return (event) => first!(event) || second!(event) || third!(event);
    case 4:
      return (event) => first!(event) || second!(event) || third!(event) || fourth!(event);
    default: {
      const head = anyOf(tests.slice(0, 4));
      const rest = anyOf(tests.slice(4));
      return (event) => head(event) || rest(event);
    }
  }
}
