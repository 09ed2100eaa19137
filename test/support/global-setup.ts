/** Runs once before all tests: finds or fetches the tools, and builds the workflow bundle. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { resolveTestServer } from '../../embedded/toolbox/index.ts';
import { buildBundle, withoutSourceMap } from '../../worker/bundle.ts';
import { installMissing } from './debian-packages.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of Temporal's time-skipping server. */
    testServer: string;
    /** Path of the bundled workflows. */
    workflowBundle: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'crescendo-tests-'));
  const onProgress = (sentence: string) => process.stderr.write(`test set-up: ${sentence}\n`);
  installMissing(onProgress);
  const [server, code] = await Promise.all([resolveTestServer({ onProgress }), buildBundle()]);
  const bundle = join(directory, 'workflow-bundle.js');
  writeFileSync(bundle, process.env['CRESCENDO_TEST_LOG'] ? code : withoutSourceMap(code));
  project.provide('testServer', server.path);
  project.provide('workflowBundle', bundle);
  return () => rmSync(directory, { recursive: true, force: true });
}
