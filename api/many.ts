/** Many workflows at once: their names in Temporal's list, and what they answer. */

import type { Temporal } from './temporal.ts';

/** More than this are not listed. */
export const listLimit = 1000;
/** Workflows asked at the same time. */
const askedAtOnce = 20;

/**
 * Names of the workflows `<prefix>:<name>` that a query of Temporal's list finds, each once, at most
 * `listLimit`, in order. One that was started a moment ago may be missing.
 */
export function namesOf(temporal: Temporal, prefix: string, query: string): Promise<string[]> {
  return temporal.ask({ kind: 'server' }, async () => {
    const names = new Set<string>();
    for await (const { workflowId } of temporal.workflow.list({ query })) {
      if (workflowId.startsWith(`${prefix}:`)) names.add(workflowId.slice(prefix.length + 1));
      if (names.size === listLimit) break;
    }
    return [...names].toSorted();
  });
}

/** What each of them answers, in their order; some are asked at the same time. */
export async function askAll<Answer>(
  names: readonly string[],
  ask: (name: string) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < names.length; start += askedAtOnce) {
    const some = names.slice(start, start + askedAtOnce);
    answers.push(...(await Promise.all(some.map(ask))));
  }
  return answers;
}
