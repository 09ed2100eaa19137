/** The door to all providers: opened when they are first needed, and kept. */

import type { ProviderReference } from '../domain/release.ts';
import type { Connections } from './connections.ts';
import type { MetricProvider } from './metrics/contract.ts';
import { metricProviders } from './metrics/index.ts';
import type { Notifier } from './notifiers/contract.ts';
import { notifiers } from './notifiers/index.ts';
import type { Router } from './routers/contract.ts';
import { routers } from './routers/index.ts';
import type { Shelf } from './shelf.ts';
import type { Target } from './targets/contract.ts';
import { targets } from './targets/index.ts';
import type { TestRunner } from './tests/contract.ts';
import { testRunners } from './tests/index.ts';
import type { Verifier } from './verifiers/contract.ts';
import { verifiers } from './verifiers/index.ts';

/**
 * All that activities need of the outside. Every method throws CrescendoError provider_unknown,
 * settings_invalid, connection_unknown or connection_invalid.
 */
export interface Providers {
  target(reference: ProviderReference): Target;
  router(reference: ProviderReference): Router;
  /** By the name of a connection, as metrics write it in `from:`. */
  metrics(connection: string): MetricProvider;
  verifier(reference: ProviderReference): Verifier;
  testRunner(reference: ProviderReference): TestRunner;
  notifier(reference: ProviderReference): Notifier;
}

/** Beyond this many the kept ones are let go; opening again is cheap. */
const maxKept = 500;

export function createProviders(connections: Connections): Providers {
  return {
    target: opener(targets, connections),
    router: opener(routers, connections),
    metrics: metricsOpener(connections),
    verifier: opener(verifiers, connections),
    testRunner: opener(testRunners, connections),
    notifier: opener(notifiers, connections),
  };
}

function opener<Provider>(shelf: Shelf<Provider>, connections: Connections) {
  const keep = createKeeper<Provider>();
  return (reference: ProviderReference) => {
    const { connection } = reference.settings;
    const name = typeof connection === 'string' ? connection : reference.vendor;
    // Part of the key, so that a credential that has changed opens the provider anew.
    const entry = connections.find(name, reference.vendor);
    return keep([reference, entry], () => shelf.open(reference, connections));
  };
}

function metricsOpener(connections: Connections) {
  const keep = createKeeper<MetricProvider>();
  return (name: string) => {
    const entry = connections.find(name, connections.vendorOf(name));
    return keep([name, entry], () => metricProviders.openConnection(name, connections));
  };
}

function createKeeper<Provider>() {
  const kept = new Map<string, Provider>();
  return (what: unknown, open: () => Provider): Provider => {
    const key = JSON.stringify(what);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const provider = open();
    if (kept.size >= maxKept) kept.clear();
    kept.set(key, provider);
    return provider;
  };
}
