/** The version of this package, from the package.json above, compiled or not. */

import { readFileSync } from 'node:fs';

/** `0.1.0` */
export function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      const { name, version } = JSON.parse(text) as { name?: string; version?: string };
      if (name === 'crescendo' && version) return version;
    } catch {
      // The other place, then.
    }
  }
  return 'unknown';
}
