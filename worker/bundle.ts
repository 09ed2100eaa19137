/** Builds the workflow bundle: once at build time, so that workers start fast and all alike. */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Where the build leaves the bundle, beside the compiled worker. */
export const bundlePath = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));

/** The code of all workflows in one script, from source or from compiled files. */
export async function buildBundle(): Promise<string> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workflow = (name: string) =>
    fileURLToPath(new URL(`../workflows/${name}.${extension}`, import.meta.url));
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflow('index'),
    preloadModules: [workflow('warm-zod'), ...domainModules(extension)],
    logger: new DefaultLogger('WARN'),
  });
  return code;
}

/**
 * One copy, frozen by the SDK, serves all workflows of a worker: what is here is pure and keeps no
 * state. Schemas (`*spec`) are no part of it, for zod completes them while they are used.
 */
function domainModules(extension: string): string[] {
  const folder = fileURLToPath(new URL('../domain', import.meta.url));
  return readdirSync(folder)
    .filter((name) => name.endsWith(`.${extension}`) && !name.includes('spec.'))
    .map((name) => join(folder, name));
}

/**
 * The same code for workers that live for seconds: one reads the source map whenever it is made, which
 * takes longer than a short story's workflows.
 */
export function withoutSourceMap(code: string): string {
  const start = code.lastIndexOf('//# sourceMappingURL=');
  const map = { version: 3, file: 'workflow-bundle.js', sources: [], names: [], mappings: '' };
  const data = Buffer.from(JSON.stringify(map)).toString('base64');
  return `${code.slice(0, start)}//# sourceMappingURL=data:application/json;charset=utf-8;base64,${data}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(bundlePath), { recursive: true });
  writeFileSync(bundlePath, await buildBundle());
}
