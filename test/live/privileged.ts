/** When tests of live capture run: as root with the addon built; in CI always, so that they cannot go missing there. */
import { existsSync } from 'node:fs';
import { addonPaths } from '../../src/capture/addon.js';

/** A reason to skip, or false. */
export function cannotCapture(...programs: string[]): string | false {
  if (process.env['CI']) return false;
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  if (!addonPaths().some((p) => existsSync(p))) return 'needs the native addon: run probe/build.sh';
  const path = (process.env['PATH'] ?? '').split(':');
  const missing = programs.filter((p) => !path.some((d) => existsSync(`${d}/${p}`)));
  return missing.length > 0 ? `needs ${missing.join(', ')}` : false;
}
