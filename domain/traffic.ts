/** What a router can be asked for beside the shares themselves, and what each vendor can do. */

import type { Ring, TrafficRules, TrafficShare } from './release.ts';
import { percent } from './words.ts';

/** What a router can do; a plan that asks for more is refused before the start. */
export interface RouterPowers {
  /** Smallest weight difference it can set, in percent (Envoy: 0.01). */
  granularity: number;
  /** Sends requests with a certain header, or cookie, to one version. */
  header?: boolean;
  cookie?: boolean;
  /** Copies a share of the requests to a version and throws its answers away. */
  mirror?: boolean;
  /** Keeps users with the version they met while its weight grows. */
  sticky?: boolean;
}

/** Of a router nobody knows: whole percents, and nothing beside them. */
export const leastPowers: RouterPowers = { granularity: 1 };

/** Why a router cannot keep these rules, in words; empty when it can. */
export function beyond(
  { rings = [], mirror, sticky }: TrafficRules,
  powers: RouterPowers,
): string[] {
  const asked = [
    { needed: rings.some((ring) => 'header' in ring), able: powers.header, what: headerWords },
    { needed: rings.some((ring) => 'cookie' in ring), able: powers.cookie, what: cookieWords },
    { needed: mirror !== undefined, able: powers.mirror, what: 'copy requests' },
    { needed: sticky !== undefined, able: powers.sticky, what: 'keep users with a version' },
  ];
  return asked.filter(({ needed, able }) => needed && able !== true).map(({ what }) => what);
}

const headerWords = 'send requests with a certain header to one version';
const cookieWords = 'send requests with a certain cookie to one version';

/** Rules in a fixed form, to compare what is asked with what is read back; empty for none. */
export function writeRules(rules: TrafficRules | undefined): string {
  const { rings = [], mirror, sticky } = rules ?? {};
  if (rings.length === 0 && mirror === undefined && sticky === undefined) return '';
  return JSON.stringify([
    rings.map(ringWords),
    mirror?.toFixed(4) ?? null,
    sticky ? [sticky.cookie, sticky.ttl] : null,
  ]);
}

/** `x-user-group=insiders`, `cookie beta=yes` */
export function ringWords(ring: Ring): string {
  if ('header' in ring) return `${ring.header.name}=${ring.header.value}`;
  return `cookie ${ring.cookie.name}=${ring.cookie.value}`;
}

/** `ring x-user-group=insiders`, `mirror 10 %`: what a version gets beside its weight. */
export function rulesWords({ rings = [], mirror, sticky }: TrafficRules = {}): string[] {
  return [
    ...rings.map((ring) => `ring ${ringWords(ring)}`),
    ...(mirror === undefined ? [] : [`mirror ${percent(mirror)}`]),
    ...(sticky ? [`sticky by cookie ${sticky.cookie}`] : []),
  ];
}

/** `1.1.0 5 %`, `1.1.0 0 % (ring x-user-group=insiders)` */
export function shareWords({ version, weight, rules }: TrafficShare): string {
  const words = rulesWords(rules);
  return `${version} ${percent(weight)}${words.length > 0 ? ` (${words.join(', ')})` : ''}`;
}
