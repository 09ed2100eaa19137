/** The door for those who only check settings (API, CLI): nothing is opened, no secret is read. */

import type { ProviderReference } from '../domain/release.ts';
import { notifiers } from './notifiers/index.ts';
import { routers } from './routers/index.ts';
import { targets } from './targets/index.ts';
import { testRunners } from './tests/index.ts';
import { verifiers } from './verifiers/index.ts';

const shelves = {
  target: targets,
  router: routers,
  verifier: verifiers,
  test: testRunners,
  notifier: notifiers,
} as const;

/** Kinds of providers that a specification gives settings for. Metrics are named by connection. */
export type ProviderKind = keyof typeof shelves;

/**
 * Checks the settings a specification gives for a provider.
 * @throws CrescendoError provider_unknown | settings_invalid (with field paths)
 */
export function checkSettings(kind: ProviderKind, reference: ProviderReference): void {
  shelves[kind].check(reference);
}
