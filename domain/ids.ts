/** Names and ids: release id ↔ workflow id ↔ task queue. */

/** Task queue of all workflows, and of the activities of environments that name no worker. */
export const defaultTaskQueue = 'crescendo';

/** Lower-case DNS label, so that it fits into every provider's names. */
export const labelPattern = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Letters, digits and `. _ + -`, 1 to 63 characters, starting with a letter or digit. */
export const versionNamePattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$/;

export interface ReleaseId {
  application: string;
  number: number;
}

/** The one workflow that all applications look to. */
export const estateWorkflowId = 'crescendo';

/** What the journal calls the whole estate: no application can be called so. */
export const estateName = '*';

/** `shop:7` */
export function formatReleaseId({ application, number }: ReleaseId): string {
  return `${application}:${number}`;
}

/** The parts of `shop:7`, or null when it is no release id. */
export function parseReleaseId(text: string): ReleaseId | null {
  const match = /^([a-z0-9-]+):([1-9]\d{0,8})$/.exec(text);
  if (!match?.[1] || !labelPattern.test(match[1])) return null;
  return { application: match[1], number: Number(match[2]) };
}

export function applicationWorkflowId(application: string): string {
  return `application:${application}`;
}

/** One release of a group at a time. */
export function groupWorkflowId(group: string): string {
  return `group:${group}`;
}

export function releaseWorkflowId(release: ReleaseId): string {
  return `release:${formatReleaseId(release)}`;
}

export function rolloutWorkflowId(release: ReleaseId, environment: string): string {
  return `rollout:${formatReleaseId(release)}:${environment}`;
}

/** One of the workflows that look after up to fifty rollouts each; `attempt` is the release's. */
export function batchWorkflowId(release: ReleaseId, attempt: number, number: number): string {
  const run = attempt === 1 ? '' : `.${attempt}`;
  return `batch:${formatReleaseId(release)}:${number}${run}`;
}

/** Task queue of an environment's activities; `worker` is the name given in the specification. */
export function environmentTaskQueue(worker: string | null): string {
  return worker === null ? defaultTaskQueue : `${defaultTaskQueue}-${worker}`;
}

/**
 * A version name that fits where only `a-z 0-9 - _` are allowed (statistics, clusters, files).
 * Different names give different slugs: what had to be changed is told apart by a short hash.
 */
export function versionSlug(name: string): string {
  const slug = name.toLowerCase().replaceAll('.', '_').replaceAll('+', '-');
  // One that ends like a hash is told apart too, or it could be mistaken for another name's slug.
  const reversible = name === slug.replaceAll('_', '.') && !/-[0-9a-f]{8}$/.test(slug);
  return reversible ? slug : `${slug}-${fnv1a(name)}`;
}

/** 32-bit FNV-1a as eight hexadecimal digits: short, stable, not for security. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
