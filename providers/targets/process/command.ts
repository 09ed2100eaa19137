/** What is run for a version: placeholders filled in, environment variables chosen. */

import type { Version } from '../../../domain/release.ts';
import { fillTemplates } from '../../../domain/template.ts';
import type { Site } from '../contract.ts';
import { artifactPath } from './artifact.ts';
import type { placeholders, ProcessConnection, ProcessSettings } from './schema.ts';

export interface VersionCommand {
  command: string[];
  cwd: string | undefined;
  env: Record<string, string>;
}

/** What programs need of the worker's own environment. The rest may hold the worker's secrets. */
const inherited = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR)$/;

export function buildCommand(
  settings: ProcessSettings,
  connection: ProcessConnection,
  { application, environment }: Site,
  version: Version,
  port: number,
): VersionCommand {
  const values: Record<(typeof placeholders)[number], string> = {
    artifact: artifactPath(version.artifact),
    version: version.name,
    port: String(port),
    application,
    environment,
    config: version.config ?? '',
  };
  const { command, cwd, env } = settings;
  const filled = fillTemplates({ command, cwd, env }, values);
  const own = {
    PORT: String(port),
    CRESCENDO_APPLICATION: application,
    CRESCENDO_ENVIRONMENT: environment,
    CRESCENDO_VERSION: version.name,
  };
  return { ...filled, env: { ...workerEnvironment(), ...connection.env, ...filled.env, ...own } };
}

function workerEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => inherited.test(name));
  return Object.fromEntries(entries) as Record<string, string>;
}
