/** GitHub's check runs and commit statuses: is CI green for exactly this commit? */

import { CrescendoError } from '../../../domain/errors.ts';
import type { Version } from '../../../domain/release.ts';
import type { Vendor } from '../../shelf.ts';
import type { Verification, Verifier } from '../contract.ts';
import { commitPage, createGithub, type CommitQuery, type Github } from './client.ts';
import { choose, decide, findMissing, fromCheckRuns, fromStatuses, type Check } from './decide.ts';
import { connectionSchema, repositoryPattern, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

export const githubChecks: Vendor<Settings, Connection, Verifier> = {
  name: 'github-checks',
  settings: settingsSchema,
  connection: connectionSchema,
  create(settings, connection) {
    const github = createGithub(connection);
    return {
      async verify(version, context) {
        context.signal.throwIfAborted();
        const query = { ...locate(version, settings), signal: context.signal };
        const found = await github.checkRuns(query);
        if (!found) return unknownCommit(query);
        const runs = fromCheckRuns(found, settings);
        const statuses = await readStatuses(github, query, runs, settings);
        const checks = choose(runs, statuses, settings);
        const missing = findMissing(checks, statuses, settings);
        const url = commitPage(connection.url, query.repository, query.commit);
        return { url, ...decide(checks, missing) };
      },
    };
  },
};

/** Branches and short SHAs move or are ambiguous, so neither will do. */
function locate(version: Version, settings: Settings): Omit<CommitQuery, 'signal'> {
  const repository = settings.repository ?? version.repository;
  if (!repository || !repositoryPattern.test(repository)) {
    const message = `version ${version.name} names no repository; set \`repository: owner/name\``;
    throw new CrescendoError('settings_invalid', message);
  }
  if (!version.commit || !/^[0-9a-f]{40}$/.test(version.commit)) {
    const found = version.commit ? `its commit is "${version.commit}"` : 'it has no commit';
    const message = `version ${version.name} cannot be verified: ${found}; give the full 40-digit SHA`;
    throw new CrescendoError('provider_refused', message);
  }
  return { repository, commit: version.commit };
}

/** Final: CI runs before a release starts, so a commit it never saw was not verified by it. */
function unknownCommit({ repository, commit }: CommitQuery): Verification {
  const detail = `${repository} has no commit ${commit}; push it, let CI run, and release it again`;
  return { state: 'failed', detail };
}

/** Asked for only when they can matter: a token that reads checks need not read statuses. */
async function readStatuses(
  github: Github,
  query: CommitQuery,
  runs: Check[],
  settings: Settings,
): Promise<Check[]> {
  const isRun = (name: string) => runs.some((run) => run.name === name);
  if (!settings.requireStatuses && (settings.checks ?? []).every(isRun)) return [];
  try {
    return fromStatuses(await github.statuses(query));
  } catch (error) {
    const refused = error instanceof CrescendoError && error.code === 'provider_refused';
    if (refused && !settings.requireStatuses) return [];
    throw error;
  }
}
