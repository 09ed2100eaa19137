/**
 * Sticky shares: every user has a place on a circle, by a hash of their cookie, and versions have
 * parts of the circle. The candidate's part begins at a point of its own and grows only at its end,
 * so whoever is inside stays inside.
 */

import { createHash } from 'node:crypto';
import { weightTotal } from './weights.ts';

export interface Part {
  version: string;
  /** Percent. */
  weight: number;
}

/** The circle from its zero point on, as a list in Envoy's order; `first` names the candidate. */
export function layOut(shares: readonly Part[], first: string): Part[] {
  const others = shares.filter(({ version }) => version !== first);
  const inOrder = [
    ...shares.filter(({ version }) => version === first),
    ...others.toSorted((a, b) => (a.version < b.version ? -1 : 1)),
  ];
  let position = startOf(first);
  const parts = inOrder.flatMap(({ version, weight }) => {
    const from = position;
    const size = Math.round((weight * weightTotal) / 100);
    position += size;
    const beyond = from < weightTotal ? Math.max(0, position - weightTotal) : 0;
    const part = { version, from: from % weightTotal, size: size - beyond };
    return beyond > 0 ? [part, { version, from: 0, size: beyond }] : [part];
  });
  return parts
    .toSorted((a, b) => a.from - b.from)
    .map(({ version, size }) => ({ version, weight: (size * 100) / weightTotal }));
}

/** Whose circle this is: the version from whose point it was laid out; null when it is nobody's. */
export function firstOf(parts: readonly Part[], shares: readonly Part[]): string | null {
  const shown = show(parts);
  const found = shares.find(({ version }) => show(layOut(shares, version)) === shown);
  return found?.version ?? null;
}

/** Another point for every version, or the same users would be the first to meet each of them. */
function startOf(version: string): number {
  return createHash('sha256').update(version).digest().readUInt32BE() % weightTotal;
}

function show(parts: readonly Part[]): string {
  return JSON.stringify(parts.map(({ version, weight }) => [version, weight.toFixed(2)]));
}
