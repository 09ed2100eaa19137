/** Runs once before the journeys: compiles everything into a folder of its own, as `npm run build` does. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder with the compiled sources and the workflow bundle. */
    built: string;
  }
}

const root = resolve(import.meta.dirname, '../../..');

/** Not into `dist`: a stack that runs from there must not lose its files while tests run. */
export default function setUp(project: TestProject): () => void {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const built = mkdtempSync(join(cache, 'crescendo-e2e-'));
  const remove = () => rmSync(built, { recursive: true, force: true });
  writeFileSync(join(built, 'package.json'), JSON.stringify({ type: 'module' }));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const said = [
    runNode(compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', built),
    runNode(join(built, 'worker', 'bundle.js')),
  ];
  // What `tsc` has to say is the business of `npm run check`; without its output nothing can run.
  if (!existsSync(join(built, 'worker', 'workflow-bundle.js'))) {
    remove();
    throw new Error(said.join('\n'));
  }
  project.provide('built', built);
  return remove;
}

function runNode(...args: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return `${stdout}${stderr}`;
}
