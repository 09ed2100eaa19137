/** Finds executables on PATH and sees whether they run. */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { reasonOf } from '../setup-error.ts';
import { run } from '../run.ts';
import type { Tool } from './tool.ts';

/** Ample for a binary of 150 MB that is read from a cold disk. */
const probeTimeoutMs = 30_000;

/** Every executable file of that name on PATH, in order. */
export async function findOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(Boolean);
  const candidates = [...new Set(folders.map((folder) => resolve(join(folder, name))))];
  const usable = await Promise.all(candidates.map(isExecutableFile));
  return candidates.filter((_, index) => usable[index]);
}

/**
 * Runs the tool once so that it describes itself.
 * @returns its version, `unknown` when it does not say
 * @throws Error with one sentence when it is not there, does not run, or is something else
 */
export async function probe(tool: Tool, path: string): Promise<string> {
  const result = await run(path, tool.probe, { timeoutMs: probeTimeoutMs }).catch((error) => {
    throw new Error(`${path} does not run: ${reasonOf(error)}`, { cause: error });
  });
  const match = tool.answer.exec(result.output);
  if (result.code !== 0 || !match) {
    const said = result.output.trim().split('\n')[0]?.slice(0, 200) || 'nothing';
    throw new Error(
      `${path} is not a working ${tool.title}: exit code ${result.code}, said: ${said}`,
    );
  }
  return match.groups?.['version'] ?? 'unknown';
}

export async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
