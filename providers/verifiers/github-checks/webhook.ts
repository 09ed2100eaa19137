/** Reads GitHub's webhooks: was it GitHub, and which commit should be looked at again? */

import { verify } from '@octokit/webhooks-methods';
import { z } from 'zod';

/** A commit whose checks may have changed. */
export interface ChangedCommit {
  /** `owner/name` */
  repository: string;
  commit: string;
}

const repositorySchema = z.object({ full_name: z.string() });
const headSchema = z.object({ head_sha: z.string() });

/** Per event, where the commit stands. */
const commitSchemas = {
  check_run: z.object({ check_run: headSchema }).transform((event) => event.check_run.head_sha),
  check_suite: z
    .object({ check_suite: headSchema })
    .transform((event) => event.check_suite.head_sha),
  workflow_run: z
    .object({ workflow_run: headSchema })
    .transform((event) => event.workflow_run.head_sha),
  status: z.object({ sha: z.string() }).transform((event) => event.sha),
};

/**
 * Whether `body`, byte for byte as it came, was signed with `secret`.
 * @param signature the header `X-Hub-Signature-256`
 */
export async function isSignedByGithub(
  secret: string,
  body: string,
  signature: string | undefined,
): Promise<boolean> {
  if (!secret || !body || !signature) return false;
  return verify(secret, body, signature);
}

/**
 * The commit an event is about; null for other events and for what cannot be read.
 * @param event the header `X-GitHub-Event`
 */
export function parseGithubEvent(event: string, body: string): ChangedCommit | null {
  if (!isKnown(event)) return null;
  const payload = parseJson(body);
  const commit = commitSchemas[event].safeParse(payload);
  const owner = z.object({ repository: repositorySchema }).safeParse(payload);
  if (!commit.success || !owner.success) return null;
  return { repository: owner.data.repository.full_name, commit: commit.data };
}

function isKnown(event: string): event is keyof typeof commitSchemas {
  return Object.hasOwn(commitSchemas, event);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
