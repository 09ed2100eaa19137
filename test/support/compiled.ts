/** Compiles sources to JavaScript, for tests that run them in a process of their own. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface Compiled {
  /** Path of the JavaScript of a source, e.g. `embedded/journal-main.ts`. */
  path(source: string): string;
  remove(): void;
}

/** Compiles these sources and what they import. They find packages as the sources do. */
export function compile(...sources: string[]): Compiled {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, 'crescendo-test-'));
  const config = {
    extends: join(root, 'tsconfig.build.json'),
    compilerOptions: { outDir, rootDir: root, types: ['node'] },
    files: sources.map((source) => join(root, source)),
    include: [],
  };
  writeFileSync(join(outDir, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(outDir, 'package.json'), JSON.stringify({ type: 'module' }));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', outDir], { stdio: 'pipe' });
  return {
    path: (source) => join(outDir, source.replace(/\.ts$/, '.js')),
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}
