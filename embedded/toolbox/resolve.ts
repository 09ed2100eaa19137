/** Finds a tool: the one that was named, the one that is installed, else one that is fetched. */

import { reasonOf, SetupError } from '../setup-error.ts';
import { fromCache } from './cache.ts';
import { findOnPath, probe } from './executable.ts';
import type { ResolvedTool, ResolveOptions, Tool } from './tool.ts';

/**
 * Order: `options.path`, the tool's variable, PATH, our cache, the tool's fetchers.
 * @throws SetupError when a named one does not run, or when there is none and none can be fetched
 */
export async function resolveTool(tool: Tool, options: ResolveOptions = {}): Promise<ResolvedTool> {
  const environment = options.environment ?? process.env;
  if (options.path) return named(tool, options.path, 'named by an option');
  const variable = environment[tool.variable];
  if (variable) return named(tool, variable, `named by ${tool.variable}`);
  return (await onPath(tool, environment, options)) ?? fromCache(tool, options);
}

/** A person's choice is never replaced by something else in silence. */
async function named(tool: Tool, path: string, source: string): Promise<ResolvedTool> {
  try {
    return { path, version: await probe(tool, path), source };
  } catch (error) {
    const advice = `Correct the path, or unset ${tool.variable} to let Crescendo find one.`;
    throw new SetupError(`${tool.title}, ${source}: ${reasonOf(error)}`, advice, error);
  }
}

async function onPath(
  tool: Tool,
  environment: NodeJS.ProcessEnv,
  options: ResolveOptions,
): Promise<ResolvedTool | undefined> {
  for (const path of await findOnPath(tool.name, environment)) {
    try {
      return { path, version: await probe(tool, path), source: 'on PATH' };
    } catch (error) {
      options.onProgress?.(`not used: ${reasonOf(error)}`);
    }
  }
  return undefined;
}
