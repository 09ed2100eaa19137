/** What the Envoy router refuses before it writes anything. */

import { CrescendoError } from '../../../domain/errors.ts';
import type { Site } from '../../targets/contract.ts';
import type { RoutedVersion } from '../contract.ts';
import { checkRules } from '../rules.ts';
import { siteName } from './names.ts';
import { weightTotal } from './weights.ts';
import type { EnvoySettings, SiteState } from './schema.ts';

/** @throws CrescendoError provider_refused when the set cannot be routed as it is */
export function checkVersions(versions: RoutedVersion[]): void {
  if (versions.length === 0) return;
  for (const { version, weight, endpoint, rules } of versions) {
    const hundredths = weight * 100;
    if (!(weight >= 0) || Math.abs(hundredths - Math.round(hundredths)) > 1e-6) {
      throw refused(`weight ${weight} of version ${version} is no multiple of 0.01 %`);
    }
    checkEndpoint(version, endpoint.url);
    checkRules(version, rules);
  }
  const names = new Set(versions.map(({ version }) => version));
  if (names.size < versions.length) throw refused('a version is named twice');
  if (versions.filter(({ rules }) => rules?.sticky).length > 1) {
    throw refused('users can be kept with one version, not with two');
  }
  const total = versions.reduce((sum, { weight }) => sum + Math.round(weight * 100), 0);
  if (total !== weightTotal) throw refused(`the weights add up to ${total / 100} %, not to 100 %`);
}

function checkEndpoint(version: string, url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'http:' && parsed.pathname === '/' && parsed.search === '') return;
  throw refused(
    `version ${version} answers at ${url}; Envoy needs http://HOST:PORT without a path`,
  );
}

/**
 * Two sites may share a port, not a name on it.
 * @throws CrescendoError provider_refused
 */
export function checkNeighbours(site: Site, settings: EnvoySettings, others: SiteState[]): void {
  const { port, host, domains } = settings;
  for (const other of others.filter((state) => state.settings.port === port)) {
    if (other.settings.host !== host) {
      const message = `port ${port} is open on ${other.settings.host} for ${siteName(other)}`;
      throw refused(`${message}; ${siteName(site)} wants it on ${host}`);
    }
    const both = domains.filter((domain) => other.settings.domains.includes(domain));
    if (both.length > 0) {
      const message = `${siteName(other)} already has ${both.join(', ')} on port ${port}`;
      throw refused(`${message}; give ${siteName(site)} another port or other domains`);
    }
  }
}

/** @throws CrescendoError traffic_outdated when the site has seen a newer decision */
export function checkFence(site: Site, fence: number, known: SiteState | undefined): void {
  if (!known || fence >= known.fence) return;
  const message = `decision ${fence} for ${siteName(site)} came after decision ${known.fence}`;
  throw new CrescendoError('traffic_outdated', message);
}

function refused(message: string): CrescendoError {
  return new CrescendoError('provider_refused', message);
}
