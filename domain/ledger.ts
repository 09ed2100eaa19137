/** The ledger: versions that were live per environment, their outcome, and the quarantined ones. */

import type { Version } from './release.ts';

export interface LedgerEntry {
  version: string;
  release: number;
  /** `finished`: passed its final bake here, so it may be returned to. */
  outcome: 'finished' | 'rolled_back';
  /** ISO 8601. */
  at: string;
}

export interface Quarantine {
  reason: string;
  release: number;
  at: string;
}

/** A version that cannot be gone back past, met by people here. */
export interface Door {
  version: string;
  reason: string;
  release: number;
  at: string;
}

export interface EnvironmentLedger {
  /** The version that has the audience when no release is under way; null before the first. */
  live: string | null;
  /** Oldest first; the last ones, fewer of them in an application of many environments. */
  history: LedgerEntry[];
  /** One-way doors that were passed, oldest first, at most `doorLimit`; absent: none. */
  doors?: Door[];
}

export interface Ledger {
  /** Every version ever submitted, so that a name can never change its meaning. */
  versions: Record<string, Version>;
  environments: Record<string, EnvironmentLedger>;
  quarantine: Record<string, Quarantine>;
}

/** Entries of one environment, and of all environments together. */
const historyLimits = { each: 50, fewest: 5, all: 5000 };
const versionLimit = 500;
const doorLimit = 20;

export function emptyLedger(): Ledger {
  return { versions: {}, environments: {}, quarantine: {} };
}

export function environmentLedger(ledger: Ledger, environment: string): EnvironmentLedger {
  return ledger.environments[environment] ?? { live: null, history: [] };
}

/** True when the ledger knows this name for something else: artefact or config differ. */
export function contradicts(ledger: Ledger, version: Version): boolean {
  const known = ledger.versions[version.name];
  if (!known) return false;
  return known.artifact !== version.artifact || known.config !== version.config;
}

/** Keeps what the name stands for. Forgets the oldest names that no environment mentions. */
export function recordVersion(ledger: Ledger, version: Version): Ledger {
  const { [version.name]: known, ...others } = ledger.versions;
  // Said once it holds: whoever submits it again may not know.
  const oneWay = version.oneWay ?? known?.oneWay;
  const versions = {
    ...others,
    [version.name]: { ...version, ...(oneWay === undefined ? {} : { oneWay }) },
  };
  const excess = Object.keys(versions).length - versionLimit;
  if (excess <= 0) return { ...ledger, versions };
  const mentioned = new Set(
    Object.values(ledger.environments).flatMap(({ live, history }) => [
      live,
      ...history.map((entry) => entry.version),
    ]),
  );
  const forgettable = Object.keys(versions).filter((name) => !mentioned.has(name));
  for (const name of forgettable.slice(0, excess)) delete versions[name];
  return { ...ledger, versions };
}

/** Notes how a rollout ended; `live` is the version that has the audience afterwards. */
export function recordRollout(
  ledger: Ledger,
  environment: string,
  entry: LedgerEntry,
  live: string | null,
): Ledger {
  const { history, doors } = environmentLedger(ledger, environment);
  // Whoever went back past a door all the same is on this side of it again.
  const open = entry.outcome === 'rolled_back' && live !== entry.version;
  const left = open ? doors?.filter(({ version }) => version !== entry.version) : doors;
  const limit = limitOf(Object.keys(ledger.environments).length);
  const updated = {
    live,
    history: lastEntries([...history, entry], limit),
    ...(left && left.length > 0 ? { doors: left } : {}),
  };
  return { ...ledger, environments: { ...ledger.environments, [environment]: updated } };
}

function limitOf(environments: number): number {
  const { each, fewest, all } = historyLimits;
  return Math.max(fewest, Math.min(each, Math.floor(all / Math.max(1, environments))));
}

/** However much went wrong since, what an environment can go back to is not forgotten. */
function lastEntries(history: LedgerEntry[], limit: number): LedgerEntry[] {
  const last = history.slice(-limit);
  const good = new Set(last.filter(isGood).map(({ version }) => version));
  const kept = history
    .slice(0, -limit)
    .toReversed()
    .filter((entry) => {
      if (!isGood(entry) || good.has(entry.version) || good.size >= 2) return false;
      good.add(entry.version);
      return true;
    });
  return [...kept.toReversed(), ...last];
}

function isGood({ outcome }: LedgerEntry): boolean {
  return outcome === 'finished';
}

/** Notes that people have met a version that cannot be gone back past. Said twice it counts once. */
export function recordDoor(ledger: Ledger, environment: string, door: Door): Ledger {
  const known = environmentLedger(ledger, environment);
  const others = (known.doors ?? []).filter(({ version }) => version !== door.version);
  const doors = [...others, door].slice(-doorLimit);
  return {
    ...ledger,
    environments: { ...ledger.environments, [environment]: { ...known, doors } },
  };
}

export function quarantine(ledger: Ledger, version: string, entry: Quarantine): Ledger {
  return { ...ledger, quarantine: { ...ledger.quarantine, [version]: entry } };
}

export function liftQuarantine(ledger: Ledger, version: string): Ledger {
  const { [version]: _lifted, ...rest } = ledger.quarantine;
  return { ...ledger, quarantine: rest };
}

/**
 * The last version that finished its bake in this environment, other than `candidate`, and that was
 * neither rolled back here later nor quarantined. Null when there is none.
 */
export function lastGood(ledger: Ledger, environment: string, candidate: string): string | null {
  const bad = new Set([candidate, ...Object.keys(ledger.quarantine)]);
  for (const entry of environmentLedger(ledger, environment).history.toReversed()) {
    if (bad.has(entry.version)) continue;
    if (entry.outcome === 'finished') return entry.version;
    bad.add(entry.version);
  }
  return null;
}
