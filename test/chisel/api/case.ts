/**
 * A case of the agreement test: small chisels, the command line that runs them, and whether sysdig 0.29.3 is a judge.
 */
export interface ApiCase {
  /** Unique; the key of the recorded expectation. */
  readonly name: string;
  /** Files of the scratch folder, which is the current one: path to content. */
  readonly files: Readonly<Record<string, string>>;
  /** Command line. `CAP` stands for the capture; `-r CAP` is put in front unless it occurs. */
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Where sysdig 0.29.3 is no judge, and why: it crashes, or is broken and its manual says otherwise. Then burin runs
   * alone and must do this.
   */
  readonly own?: { readonly why: string; readonly stdout?: RegExp; readonly stderr?: RegExp; readonly status: number };
  /** Lines come in no defined order: they are compared sorted. */
  readonly unordered?: boolean;
  /** It prints one JSON text, whose objects have their keys in an order that changes from run to run in sysdig. */
  readonly json?: boolean;
  /** sysdig draws a progress line on stderr. */
  readonly progress?: boolean;
  /** burin says it in other words: stderr is not compared. */
  readonly ownWords?: boolean;
  /** What burin says on stderr where sysdig leaves it unsaid. */
  readonly explains?: RegExp;
}

type More = Omit<Partial<ApiCase>, 'name' | 'words'>;

/** A case of one chisel file, `t.lua`, and others where `more` has them. */
export const one = (
  name: string,
  source: string,
  words: readonly string[] = ['-c', 't'],
  more: More = {},
): ApiCase => ({
  name,
  words,
  ...more,
  files: { 't.lua': source, ...more.files },
});
