/** returnTargets: versions worth offering to somebody who wants to go back. */

import type { Ledger } from '../../domain/ledger.ts';

/** Versions that finished somewhere, latest first; neither quarantined nor live everywhere already. */
export function returnTargets({ environments, quarantine }: Ledger): string[] {
  const places = Object.values(environments);
  const finished = places
    .flatMap(({ history }) => history.filter(({ outcome }) => outcome === 'finished'))
    .toSorted((one, other) => other.at.localeCompare(one.at))
    .map(({ version }) => version);
  return [...new Set(finished)].filter((version) => {
    return !quarantine[version] && places.some(({ live }) => live !== version);
  });
}
