/** Providers in memory for activity tests: they answer what the test says, and remember the calls. */

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { BakeInput } from '../../activities/contract.ts';
import {
  analysisSchema,
  type AnalysisSettings,
  type MetricSpec,
} from '../../domain/analysis/spec.ts';
import { CrescendoError } from '../../domain/errors.ts';
import type { Measurement } from '../../domain/events.ts';
import type { Place, TrafficShare } from '../../domain/release.ts';
import type { CallContext } from '../../providers/call.ts';
import type { Providers } from '../../providers/index.ts';
import type {
  MetricAnswer,
  MetricProvider,
  MetricQuery,
} from '../../providers/metrics/contract.ts';
import type { Notice } from '../../providers/notifiers/contract.ts';
import type { RoutedVersion } from '../../providers/routers/contract.ts';

export const place: Place = {
  application: 'shop',
  environment: 'eu',
  target: { vendor: 'fake', settings: {} },
  router: { vendor: 'fake', settings: {} },
};

export interface ActivityWorld {
  providers: Providers;
  /** Versions that run, ready or not. */
  running: Map<string, boolean>;
  /** Why the target could not bring a version up; undefined: it cannot tell. */
  undeployable: string | null | undefined;
  shares: TrafficShare[];
  /** What the router answers after it was set; by default what was asked. */
  readBack: (asked: RoutedVersion[]) => TrafficShare[];
  sets: { versions: RoutedVersion[]; fence: number }[];
  retired: string[];
  queries: MetricQuery[];
  answer: (query: string, context: CallContext) => MetricAnswer | Promise<MetricAnswer>;
  cumulative: boolean;
  signals: MetricProvider['signals'];
  notify: (vendor: string, notice: Notice) => Promise<void>;
}

export function createActivityWorld(): ActivityWorld {
  const refuse = () => {
    throw new CrescendoError('provider_unknown', 'not in this test');
  };
  const world: ActivityWorld = {
    running: new Map(),
    undeployable: undefined,
    shares: [],
    readBack: (asked) => asked.map(({ endpoint: _endpoint, ...share }) => share),
    sets: [],
    retired: [],
    queries: [],
    answer: () => points(1),
    cumulative: false,
    signals: undefined,
    notify: async () => {},
    providers: {
      target: () => ({
        ...(world.undeployable === undefined
          ? {}
          : { canDeploy: async () => world.undeployable ?? null }),
        deploy: async (_site, { name }) => ({ version: name, endpoint: { url: `http://${name}` } }),
        running: async () =>
          [...world.running].map(([version, ready]) => ({
            version,
            ready,
            endpoint: { url: `http://${version}` },
            detail: '',
          })),
        retire: async (_site, version) => void world.retired.push(version),
      }),
      router: () => ({
        async setShares(_site, versions, fence) {
          world.sets.push({ versions, fence });
          world.shares = world.readBack(versions);
          return world.shares;
        },
        readShares: async () => world.shares,
      }),
      metrics: () => ({
        cumulative: world.cumulative,
        ...(world.signals ? { signals: world.signals } : {}),
        async query(query, context) {
          world.queries.push(query);
          return world.answer(query.query, context);
        },
      }),
      verifier: refuse,
      testRunner: refuse,
      notifier: ({ vendor }) => ({ notify: (notice) => world.notify(vendor, notice) }),
    },
  };
  return world;
}

/** One series with one point. */
export function points(value: number, labels: Record<string, string> = {}): MetricAnswer {
  return { kind: 'points', series: [{ labels, points: [[0, value]] }] };
}

/** A histogram as providers give it: one series per bound. */
export function histogram(buckets: Record<string, number>): MetricAnswer {
  const series = Object.entries(buckets).map(([le, value]) => ({
    labels: { le },
    points: [[0, value]] as [number, number][],
  }));
  return { kind: 'points', series };
}

/** Settings with their defaults; the interval may be shorter than users may write. */
export function settingsOf(change: Partial<AnalysisSettings> = {}): AnalysisSettings {
  const { metrics: _metrics, ...settings } = analysisSchema.parse({});
  return { ...settings, ...change };
}

export function metricsOf(...list: object[]): MetricSpec[] {
  return analysisSchema.parse({ metrics: list }).metrics;
}

/** Errors of a version as two queries: `bad canary`, `total stable` and so on. */
export const errorShare = {
  type: 'ratio',
  name: 'errors',
  from: 'edge',
  bad: 'bad {{arm}}',
  total: 'total {{arm}}',
  limit: '10%',
  minRequests: 10,
};

export function aBake(change: Partial<BakeInput> = {}): BakeInput {
  return {
    id: 'shop:2/eu/1.1',
    release: 2,
    place,
    canary: '1.1.0',
    stable: '1.0.0',
    weight: 5,
    metrics: metricsOf(errorShare),
    settings: settingsOf({ interval: 40 }),
    horizon: 100,
    limits: { min: 0, max: 10_000, mode: 'bake' },
    startedAt: Date.now(),
    memory: {},
    ...change,
  };
}

/** A journal that keeps measurements. */
export function aMeasurementJournal() {
  const measurements: Measurement[] = [];
  return {
    measurements,
    append: async () => {},
    appendMeasurements: async (list: readonly Measurement[]) => void measurements.push(...list),
  };
}

/** The environment of one attempt; `details` is what the attempt before has left. */
export function anAttempt(details?: unknown) {
  const env = new MockActivityEnvironment(
    details === undefined ? {} : { heartbeatDetails: JSON.parse(JSON.stringify(details)) },
    { logger: new DefaultLogger('ERROR') },
  );
  const heartbeats: unknown[] = [];
  env.on('heartbeat', (heartbeat: unknown) => heartbeats.push(heartbeat));
  return { env, heartbeats };
}
