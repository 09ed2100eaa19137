/** Releases as their events tell them, for everything that folds, shows or sends events. */

import { analysisSchema, type MetricSpec } from '../../domain/analysis/spec.ts';
import type { Finding, MetricEvidence, Verdict } from '../../domain/analysis/verdict.ts';
import type {
  CrescendoEvent,
  ReleaseEventBody,
  RolloutEventBody,
  Wait,
} from '../../domain/events.ts';
import type { Plan, RolloutPlan } from '../../domain/plan.ts';
import { advance, newRelease, type ReleaseProgress } from '../../domain/progress.ts';
import type { Actor, TrafficRules, Version } from '../../domain/release.ts';

export const jane: Actor = { id: 'jane', channel: 'cli' };
export const crescendo: Actor = { id: 'crescendo', channel: 'policy' };
export const candidate: Version = { name: '1.2.0', artifact: './shop-1.2.0' };
export const stable: Version = { name: '1.1.0', artifact: './shop-1.1.0' };

const start = Date.parse('2026-11-23T12:00:00.000Z');

/** ISO 8601, `seconds` after the release was submitted. */
export function at(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString();
}

/** Epoch milliseconds, `seconds` after the release was submitted. */
export function nowAt(seconds: number): number {
  return start + seconds * 1000;
}

export function wait(
  key: string,
  what: string,
  from: number,
  to: number | null,
  next: string,
): Wait {
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the domain; never awaited
  return { key, for: what, since: at(from), until: to === null ? null : at(to), then: next };
}

const { metrics: _none, ...defaultSettings } = analysisSchema.parse({});

export const metrics: MetricSpec[] = [
  {
    name: 'errors',
    from: 'prometheus',
    signal: 'errors',
    quantile: 0.99,
    kind: 'ratio',
    dryRun: false,
    judgedBy: 'bound',
    limit: 0.01,
    minRequests: 50,
    failures: 2,
    window: 6,
  },
  {
    name: 'latency',
    from: 'prometheus',
    signal: 'latency',
    quantile: 0.99,
    kind: 'latency',
    dryRun: false,
    judgedBy: 'bound',
    limit: 300,
    minRequests: 50,
    failures: 2,
    window: 6,
  },
];

export function rolloutPlan(environment: string, change: Partial<RolloutPlan> = {}): RolloutPlan {
  const bake = { min: 10_000, max: 20_000 };
  return {
    environment,
    place: {
      application: 'shop',
      environment,
      target: { vendor: 'process', settings: {} },
      router: { vendor: 'envoy', settings: {} },
    },
    taskQueue: 'crescendo',
    stage: 'production',
    version: candidate,
    stable,
    designated: stable,
    tests: [],
    onTestFailure: 'reject',
    steps: [1, 5, 25, 50, 100].map((weight, index) => ({ number: index + 1, weight, bake })),
    metrics,
    settings: { ...defaultSettings, interval: 1000 },
    horizon: 100,
    calendar: null,
    ...change,
  };
}

/** Staging, then eu, then (behind a gate) us and ap. */
export function shopPlan(): Plan {
  const staging = rolloutPlan('staging', {
    stage: 'staging',
    place: { ...rolloutPlan('staging').place, router: null },
    steps: [{ number: 1, weight: 100, bake: null }],
    metrics: [],
    tests: [{ name: 'smoke', vendor: 'http', settings: {} }],
  });
  const plain = { maxFailures: 0, bakeAfter: null };
  return {
    scope: 'release',
    version: candidate,
    verify: [{ vendor: 'command', settings: {} }],
    staging,
    waves: [
      { ...plain, number: 1, gates: [], parallel: 1, rollouts: [rolloutPlan('eu')] },
      {
        ...plain,
        number: 2,
        gates: [
          // oxlint-disable-next-line unicorn/no-thenable -- as above
          { before: 'wave 2', approvals: 2, exclude: [], expires: 14_400_000, then: 'reject' },
        ],
        parallel: 2,
        rollouts: [rolloutPlan('us'), rolloutPlan('ap')],
      },
    ],
    baking: { min: 100_000, max: 200_000 },
    warnings: [],
  };
}

export function evidenceOf(
  metric: string,
  finding: Finding,
  [canary, stable, bound, requests]: (number | null)[],
  sentence: string,
): MetricEvidence {
  return {
    metric,
    finding,
    canary: canary ?? null,
    stable: stable ?? null,
    bound: bound ?? null,
    requests: requests ?? null,
    sentence,
  };
}

export const goodEvidence = [
  evidenceOf(
    'errors',
    'ok',
    [0.0012, 0.001, 0.01, 310],
    'errors: canary 0.12 % over 310 requests, stable 0.1 %, bound 1 %',
  ),
  evidenceOf(
    'latency',
    'ok',
    [182.4, 180.1, 300, 310],
    'latency: canary 182 ms over 310 requests, stable 180 ms, bound 300 ms',
  ),
];
const breach = evidenceOf(
  'errors',
  'breach',
  [0.081, 0.001, 0.01, 310],
  'errors: canary 8.1 % over 310 requests, stable 0.1 %, bound 1 %',
);

export const passed: Verdict = {
  verdict: 'pass',
  cause: 'ok',
  culprit: null,
  sentence: 'all metrics are within their bounds',
  evidence: goodEvidence,
  looks: 10,
};
export const failed: Verdict = {
  verdict: 'fail',
  cause: 'breach',
  culprit: 'errors',
  sentence: breach.sentence,
  evidence: [breach, ...goodEvidence.slice(1)],
  looks: 4,
};
export const inconclusive: Verdict = {
  verdict: 'inconclusive',
  cause: 'noData',
  culprit: 'errors',
  sentence: 'errors: the query gave no points for 1.2.0',
  evidence: [
    evidenceOf('errors', 'noData', [], 'errors: the query gave no points for 1.2.0'),
    evidenceOf(
      'latency',
      'tooLittleTraffic',
      [null, 180.1, 300, 12],
      'latency: too little traffic to tell, saw 12, needs 50 requests in 6 intervals',
    ),
  ],
  looks: 20,
};

export function release(seconds: number, body: ReleaseEventBody): CrescendoEvent {
  return { at: at(seconds), environment: null, ...body };
}

export function inEnvironment(
  environment: string,
  seconds: number,
  body: RolloutEventBody,
): CrescendoEvent {
  return { at: at(seconds), environment, ...body };
}

/** Submitted, verified, through staging, and production entered: 8 seconds. */
export function untilProduction(plan: Plan = shopPlan()): CrescendoEvent[] {
  const result = {
    name: 'smoke',
    passed: true,
    total: 1,
    failed: 0,
    failures: [],
    detail: '200 in 12 ms',
    logTail: '',
  };
  return [
    release(0, { type: 'release.submitted', version: candidate, by: jane, reason: 'spring sale' }),
    release(0, { type: 'release.admitted', plan }),
    release(0, { type: 'stage.entered', stage: 'verify' }),
    release(0, {
      type: 'check.started',
      check: 'command',
      wait: wait('checks', 'CI (command)', 0, 3600, 'a person is asked'),
    }),
    release(1, {
      type: 'check.finished',
      check: 'command',
      state: 'passed',
      detail: 'exit code 0',
      url: null,
    }),
    release(1, { type: 'stage.entered', stage: 'staging' }),
    inEnvironment('staging', 1, {
      type: 'rollout.started',
      stable: '1.1.0',
      designated: '1.1.0',
      weights: [100],
    }),
    inEnvironment('staging', 1, { type: 'version.deploying', version: '1.2.0' }),
    inEnvironment('staging', 3, {
      type: 'version.deployed',
      version: '1.2.0',
      url: 'http://127.0.0.1:41001',
    }),
    inEnvironment('staging', 3, { type: 'test.started', name: 'smoke' }),
    inEnvironment('staging', 4, { type: 'test.finished', result }),
    inEnvironment('staging', 5, {
      type: 'rollout.ended',
      version: '1.2.0',
      outcome: 'finished',
      live: '1.2.0',
      sentence: '1.2.0 serves all of staging',
    }),
    release(8, { type: 'stage.entered', stage: 'production' }),
  ];
}

export function startedIn(environment: string, seconds: number): CrescendoEvent[] {
  return [
    inEnvironment(environment, seconds, {
      type: 'rollout.started',
      stable: '1.1.0',
      designated: '1.1.0',
      weights: [1, 5, 25, 50, 100],
    }),
    inEnvironment(environment, seconds, { type: 'version.deploying', version: '1.2.0' }),
    inEnvironment(environment, seconds + 2, {
      type: 'version.deployed',
      version: '1.2.0',
      url: 'http://127.0.0.1:41002',
    }),
  ];
}

/** One step: shifted and baking, and after ten seconds its verdict when there is one. */
export function step(
  environment: string,
  seconds: number,
  number: number,
  weight: number,
  verdict?: Verdict,
): CrescendoEvent[] {
  const shares = [
    { version: '1.2.0', weight },
    { version: '1.1.0', weight: 100 - weight },
  ];
  const bakeWait = wait(
    'bake',
    `evidence at ${weight} %`,
    seconds,
    seconds + 20,
    'the policy decides',
  );
  const events = [
    inEnvironment(environment, seconds, { type: 'traffic.shifted', shares, weight, step: number }),
    inEnvironment(environment, seconds, {
      type: 'bake.started',
      step: number,
      weight,
      wait: bakeWait,
    }),
  ];
  if (verdict)
    events.push(
      inEnvironment(environment, seconds + 10, {
        type: 'bake.finished',
        step: number,
        weight,
        verdict,
      }),
    );
  return events;
}

/** A breach at 25 % in eu, back, quarantined and over: 60 seconds. */
export function rolledBack(): CrescendoEvent[] {
  const shares = [{ version: '1.1.0', weight: 100 }];
  return [
    ...untilProduction(),
    ...startedIn('eu', 8),
    ...step('eu', 10, 1, 1, passed),
    ...step('eu', 20, 2, 5, passed),
    ...step('eu', 30, 3, 25, failed),
    inEnvironment('eu', 41, {
      type: 'rollback.started',
      to: '1.1.0',
      cause: failed.sentence,
      by: crescendo,
    }),
    release(41, { type: 'stage.entered', stage: 'rollback' }),
    inEnvironment('eu', 42, { type: 'traffic.shifted', shares, weight: 0, step: null }),
    inEnvironment('eu', 42, { type: 'rollback.verified', to: '1.1.0', shares }),
    inEnvironment('eu', 43, { type: 'version.retired', version: '1.2.0' }),
    inEnvironment('eu', 43, {
      type: 'rollout.ended',
      version: '1.2.0',
      outcome: 'rolled_back',
      live: '1.1.0',
      sentence: failed.sentence,
    }),
    release(44, { type: 'version.quarantined', version: '1.2.0', reason: failed.sentence }),
    release(44, {
      type: 'release.ended',
      outcome: 'rolled_back',
      sentence: `rolled back in eu: ${failed.sentence}`,
    }),
  ];
}

/** The state after these events of `shop:3`. */
export function progressOf(events: readonly CrescendoEvent[]): ReleaseProgress {
  return events.reduce(advance, newRelease({ application: 'shop', number: 3 }, at(0)));
}

/** Insiders have met it, and copies are being watched: two steps before the first weight. */
export function mirroring(): CrescendoEvent[] {
  const rings = [{ header: { name: 'x-user-group', value: 'insiders' } }];
  const audiences = ['ring x-user-group=insiders', 'mirror 10 %', '50 %', '100 %'];
  const [first, ...rest] = startedIn('eu', 8);
  const started = { ...first, weights: [0, 0, 50, 100], audiences } as CrescendoEvent;
  const named = (number: number, rules: TrafficRules) => (event: CrescendoEvent) => {
    const audience = audiences[number - 1];
    if (event.type !== 'traffic.shifted') return { ...event, audience } as CrescendoEvent;
    const shares = event.shares.map((share) => (share.weight === 0 ? { ...share, rules } : share));
    return { ...event, audience, shares };
  };
  return [
    ...untilProduction(),
    started,
    ...rest,
    ...step('eu', 10, 1, 0, passed).map(named(1, { rings })),
    ...step('eu', 30, 2, 0).map(named(2, { rings, mirror: 10 })),
  ];
}
