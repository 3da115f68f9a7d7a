/** Matching of texts the way shells and path prefixes do, in time linear in text times pattern. Texts are byte strings. */

type Test = (text: string) => boolean;

/** One step of a shell pattern: a set of characters, any one of them, or any run of them. */
type Step = { readonly kind: 'one'; readonly accepts: Uint8Array | null } | { readonly kind: 'run' };

const lowerCase = (code: number): number => (code >= 65 && code <= 90 ? code + 32 : code);

/** ASCII letters in lower case; other bytes as they are. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
}

/** ASCII letters in upper case; other bytes as they are. */
export function asciiUpper(text: string): string {
  return text.replace(/[a-z]+/g, (part) => part.toUpperCase());
}

const CLASSES: Record<string, RegExp> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[\x21-\x7e]/,
  lower: /[a-z]/,
  print: /[\x20-\x7e]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** A bracket expression that begins at `at`; undefined when nothing closes it, and the bracket stands for itself. */
function bracket(pattern: string, at: number): { accepts: Uint8Array; end: number } | undefined {
  const accepts = new Uint8Array(256);
  let i = at + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  for (let first = true; ; first = false) {
    const char = pattern[i];
    if (char === undefined) return undefined;
    if (char === ']' && !first) break;
    const named = /^\[:(\w+):\]/.exec(pattern.slice(i));
    if (named !== null && CLASSES[named[1]!] !== undefined) {
      for (let code = 0; code < 256; code++) if (CLASSES[named[1]!]!.test(String.fromCharCode(code))) accepts[code] = 1;
      i += named[0].length;
      continue;
    }
    if (char === '\\' && i + 1 < pattern.length) i++;
    const from = pattern.charCodeAt(i);
    let to = from;
    if (pattern[i + 1] === '-' && pattern[i + 2] !== undefined && pattern[i + 2] !== ']') {
      i += 2;
      if (pattern[i] === '\\' && i + 1 < pattern.length) i++;
      to = pattern.charCodeAt(i);
    }
    for (let code = from; code <= Math.min(to, 255); code++) accepts[code] = 1;
    i++;
  }
  if (negated) for (let code = 0; code < 256; code++) accepts[code]! ^= 1;
  return { accepts, end: i + 1 };
}

function parseGlob(pattern: string): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*') {
      if (steps.at(-1)?.kind !== 'run') steps.push({ kind: 'run' });
    } else if (char === '?') {
      steps.push({ kind: 'one', accepts: null });
    } else {
      const set = char === '[' ? bracket(pattern, i) : undefined;
      if (set !== undefined) {
        steps.push({ kind: 'one', accepts: set.accepts });
        i = set.end - 1;
        continue;
      }
      if (char === '\\' && i + 1 < pattern.length) i++;
      const accepts = new Uint8Array(256);
      accepts[pattern.charCodeAt(i)] = 1;
      steps.push({ kind: 'one', accepts });
    }
  }
  return steps;
}

/** A shell pattern with `*`, `?` and `[...]`; the whole text must match, and `*` also stands for slashes. */
export function globMatcher(pattern: string, ignoreCase: boolean): Test {
  const steps = parseGlob(pattern);
  if (ignoreCase) {
    for (const step of steps) {
      if (step.kind !== 'one' || step.accepts === null) continue;
      for (let code = 65; code <= 90; code++) {
        if (step.accepts[code] || step.accepts[lowerCase(code)]) step.accepts[code] = step.accepts[lowerCase(code)] = 1;
      }
    }
  }
  return (text) => {
    let at = 0;
    let step = 0;
    // Where to go on when what follows the last run does not match: one character later.
    let runStep = -1;
    let runAt = 0;
    while (at < text.length) {
      const now = steps[step];
      if (now?.kind === 'run') {
        runStep = ++step;
        runAt = at;
        if (runStep === steps.length) return true;
      } else if (now !== undefined && (now.accepts === null || now.accepts[text.charCodeAt(at)] === 1)) {
        step++;
        at++;
      } else if (runStep >= 0) {
        step = runStep;
        at = ++runAt;
      } else {
        return false;
      }
    }
    while (steps[step]?.kind === 'run') step++;
    return step === steps.length;
  };
}

const components = (path: string): string[] => path.split('/').filter((part) => part !== '');

interface PathNode {
  readonly children: Map<string, PathNode>;
  /** One of the prefixes ends here. */
  ends: boolean;
}

/** True for paths of which one of the given paths is a prefix, component by component; `/` is a prefix of all. */
export function pathPrefixMatcher(prefixes: readonly string[]): Test {
  const root: PathNode = { children: new Map(), ends: false };
  for (const prefix of prefixes) {
    let node = root;
    for (const part of components(prefix)) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = { children: new Map(), ends: false };
        node.children.set(part, child);
      }
      node = child;
    }
    node.ends = true;
  }
  return (path) => {
    let node: PathNode | undefined = root;
    if (node.ends) return true;
    for (const part of components(path)) {
      node = node.children.get(part);
      if (node === undefined) return false;
      if (node.ends) return true;
    }
    return false;
  };
}
