/**
 * `import()` of an installed package that most runs do not need. A program that V8 compiles from its code cache cannot
 * import by itself, so the launcher of the bundle hands in a function that does.
 */

type Importer = (name: string) => Promise<unknown>;

export function importPackage<Module>(name: string): Promise<Module> {
  const { burinImport } = globalThis as { burinImport?: Importer };
  return (burinImport === undefined ? import(name) : burinImport(name)) as Promise<Module>;
}
