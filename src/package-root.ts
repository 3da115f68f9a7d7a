/** Where the package lies: the folder with its package.json, `chisels/` and `lua/`. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Looks upward from this file for the package it belongs to, since sources and builds lie at different depths. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string };
      if (name === 'burin') return folder;
    } catch {
      // Not here.
    }
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the package.json of burin is missing beside its program');
    folder = parent;
  }
}
