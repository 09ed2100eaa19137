/** What a person names, a release (`shop:7`) or an application (`shop`), and which release is meant. */

import type { ApplicationAnswer } from '../answers.ts';
import { segment, type Client } from '../client.ts';
import { labelPattern, parseReleaseId } from '../../domain/ids.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';

export type Target = { release: string } | { application: string };

/** @throws Failure (usage) when it can be neither */
export function parseTarget(text: string): Target {
  if (parseReleaseId(text)) return { release: text };
  if (labelPattern.test(text)) return { application: text };
  throw usage(
    `"${text}" is neither a release (shop:7) nor an application (shop)`,
    '`crescendo list` shows the applications, `crescendo list APPLICATION` its releases.',
  );
}

export async function readApplication(client: Client, name: string): Promise<ApplicationAnswer> {
  return client.get<ApplicationAnswer>(`/applications/${segment(name)}`);
}

/** The release that is meant. @throws Failure (refused) when the application has none under way */
export async function releaseFor(client: Client, text: string): Promise<string> {
  const target = parseTarget(text);
  if ('release' in target) return target.release;
  const { lane } = await readApplication(client, target.application);
  if (lane.active) return `${target.application}:${lane.active.number}`;
  throw new Failure(
    exitCodes.refused,
    `${target.application} has no release under way`,
    `\`crescendo list ${target.application}\` shows its releases.`,
  );
}

/** Path of a release below /api/v1. */
export function releasePath(id: string): string {
  return `/releases/${segment(id)}`;
}
