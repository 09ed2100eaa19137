/** planRelease: everything a release will do, in order, decided before it starts. */

import { absolutePart } from './analysis/solo.ts';
import type { AnalysisSettings, MetricSpec } from './analysis/spec.ts';
import type { Labels } from './calendar/freeze-spec.ts';
import type { Window } from './calendar/window.ts';
import { environmentTaskQueue } from './ids.ts';
import { gatesBeyond, planGate, stepGates, type GatePlan, type StepGate } from './gates.ts';
import type { GateSpec } from './gate-spec.ts';
import { environmentLedger, lastGood, type Ledger } from './ledger.ts';
import { doorBefore, doorOf } from './one-way.ts';
import type { Place, ProviderReference, Version } from './release.ts';
import type { Verification } from './rollback-spec.ts';
import { roundTripOf } from './round-trip.ts';
import type { Spec } from './spec.ts';
import { problemsOf, stepsOf, type Step } from './strategy.ts';
import type { TestSpec } from './test-spec.ts';
import { leastPowers, type RouterPowers } from './traffic.ts';
import type { WaveSpec } from './waves-spec.ts';
import { toleratedFailures } from './waves.ts';

/** What one environment will go through. */
export interface RolloutPlan {
  environment: string;
  place: Place;
  /** Task queue of the workers that reach this environment. */
  taskQueue: string;
  stage: 'staging' | 'production';
  /** What is rolled out here. */
  version: Version;
  /** Has the audience now; null in an environment's first release. */
  stable: Version | null;
  /** Where a rollback goes; null only when there is nothing to go back to. */
  designated: Version | null;
  tests: TestSpec[];
  onTestFailure: 'reject' | 'hold';
  steps: Step[];
  /** Approvals on the way; absent in plans from before there were any. */
  gates?: StepGate[];
  metrics: MetricSpec[];
  settings: AnalysisSettings;
  /** Planned looks at the metrics, over all steps. */
  horizon: number;
  /** A further step at 100 %, once its whole wave is there; absent: none. */
  afterWave?: Step | undefined;
  /** Versions that staging goes back to, and forward again, before production; absent: none. */
  roundTrip?: Version[];
  /** How the version that traffic went back to is watched; absent: it is not. */
  verification?: Verification;
  /** Of a return: metrics by which its version is watched once it has all traffic; absent: none. */
  aftercare?: MetricSpec[];
  /** Why it cannot be gone back past, once it has traffic here; absent: it can. */
  door?: string;
  /** When it may go forward; null where nothing is asked: in staging and on the way back. */
  calendar: RolloutCalendar | null;
}

export interface RolloutCalendar {
  /** None: always open. */
  windows: Window[];
  labels: Labels;
}

export interface WavePlan {
  number: number;
  gates: GatePlan[];
  parallel: number;
  /** So many of its rollouts may go back before the wave halts. */
  maxFailures: number;
  /** Milliseconds of watching before the next wave; null: none. */
  bakeAfter: { min: number; max: number } | null;
  rollouts: RolloutPlan[];
}

export interface Plan {
  version: Version;
  verify: ProviderReference[];
  staging: RolloutPlan | null;
  waves: WavePlan[];
  /** Gates before staging, and before the old versions retire; absent when there are none. */
  gates?: { staging: GatePlan[]; retire: GatePlan[] };
  /** How far the policy goes back when a wave halts. */
  scope: Spec['rollback']['scope'];
  /** Milliseconds of baking on the way to 100 %, when every verdict comes as early or late as may be. */
  baking: { min: number; max: number };
  /** Worth knowing before the start. */
  warnings: string[];
}

/** What planning needs to know beside the specification. */
export interface PlanContext {
  ledger: Ledger;
  /** What each router vendor can do; one that is missing sets whole percents. */
  powers?: Record<string, RouterPowers> | undefined;
}

export type PlanResult = { plan: Plan } | { refusals: string[] };

/** The plan, or every reason why there is none. */
export function planRelease(spec: Spec, version: Version, context: PlanContext): PlanResult {
  const refusals: string[] = [];
  const warnings: string[] = [];
  const planOne = (environment: string, stage: RolloutPlan['stage']) => {
    const rollout = planRollout(spec, version, environment, stage, context);
    refusals.push(...refusalsOf(spec, rollout, context));
    warnings.push(...warningsOf(spec, rollout));
    return rollout;
  };
  const staging = spec.staging ? planOne(spec.staging.environment, 'staging') : null;
  const isLive = (environment: string) => {
    const live = environmentLedger(context.ledger, environment).live === version.name;
    if (live) warnings.push(`${environment}: ${version.name} is live there already, left as it is`);
    return live;
  };
  const waves = spec.production.waves.map((wave, index) => ({
    ...settingsOf(wave),
    number: index + 1,
    gates: gatesOf(spec).filter((gate) => isBeforeWave(gate, index + 1)),
    rollouts: wave.environments
      .filter((environment) => !isLive(environment))
      .map((environment) => planOne(environment, 'production'))
      .map((rollout) => ({ ...rollout, afterWave: stepAfterWave(spec, rollout, index) })),
  }));
  if (waves.every((wave) => wave.rollouts.length === 0)) {
    refusals.push(`${version.name} is already live in every production environment`);
  }
  refusals.push(...authorRefusals(spec, version));
  const trip = roundTripOf(spec, version, staging, waves);
  if (trip.warning !== null) warnings.push(trip.warning);
  if (spec.verify.length > 0 && version.commit === undefined) {
    warnings.push('the version names no commit, so verifiers of commits will refuse it');
  }
  if (refusals.length > 0) return { refusals };
  const baking = bakingOf(waves);
  return {
    plan: {
      version,
      verify: spec.verify,
      staging:
        staging && trip.versions.length > 0 ? { ...staging, roundTrip: trip.versions } : staging,
      waves,
      ...outerGates(spec),
      scope: spec.rollback.scope,
      baking,
      warnings,
    },
  };
}

/**
 * The plan of an emergency return with no release under way: in every production environment all
 * traffic to `to` (or to its own last good version) at once, unwatched, and verified afterwards.
 * `force`: also past a one-way door.
 */
export function planReturn(
  spec: Spec,
  to: string | null,
  ledger: Ledger,
  force = false,
): PlanResult {
  const refusals: string[] = [];
  const back = (environment: string): RolloutPlan[] => {
    const { live } = environmentLedger(ledger, environment);
    const name = to ?? (live === null ? null : lastGood(ledger, environment, live));
    const version = name === null ? undefined : ledger.versions[name];
    if (live === null || live === name) return [];
    if (!version) {
      refusals.push(`${environment}: there is no ${to ?? 'earlier good version'} to go back to`);
      return [];
    }
    const bad = ledger.quarantine[version.name];
    if (bad) refusals.push(`${environment}: ${version.name} is quarantined: ${bad.reason}`);
    const door = force ? null : doorBefore(ledger, environment, version.name);
    if (door !== null) refusals.push(`${door}; with force and a reason it goes all the same`);
    const rollout = planRollout(spec, version, environment, 'production', { ledger });
    const steps = [{ number: 1, weight: 100, bake: null }];
    const emergency = { tests: [], metrics: [], steps, gates: [], calendar: null };
    const watched = rollout.verification ? { aftercare: spec.analysis.metrics } : {};
    return [{ ...rollout, designated: rollout.stable, ...emergency, ...watched }];
  };
  const waves = spec.production.waves.map((wave, index) => {
    const rollouts = wave.environments.flatMap(back);
    const parallel = Math.max(1, rollouts.length);
    return { number: index + 1, gates: [], parallel, maxFailures: 0, bakeAfter: null, rollouts };
  });
  const version = waves.flatMap((wave) => wave.rollouts)[0]?.version;
  if (!version && refusals.length === 0) refusals.push('every environment is there already');
  if (!version || refusals.length > 0) return { refusals };
  const nothing = { verify: [], staging: null, baking: { min: 0, max: 0 }, warnings: [] };
  return { plan: { version, waves, scope: spec.rollback.scope, ...nothing } };
}

/** At most so many at the same time where nothing else is said. */
const mostAtOnce = 100;

function settingsOf(wave: WaveSpec) {
  const { environments, parallel, maxFailures, bakeAfter = null } = wave;
  return {
    parallel: parallel ?? Math.min(environments.length, mostAtOnce),
    maxFailures: toleratedFailures(maxFailures, environments.length),
    bakeAfter,
  };
}

/** The watch after its own wave, or after the next one that asks for it. */
function stepAfterWave(spec: Spec, rollout: RolloutPlan, wave: number): Step | undefined {
  const bake = spec.production.waves.slice(wave).find((one) => one.bakeAfter)?.bakeAfter;
  if (!bake || rollout.metrics.length === 0) return undefined;
  return { number: rollout.steps.length + 1, weight: 100, bake };
}

/** All rollouts of a plan, staging first. */
export function rolloutsOf(plan: Plan): RolloutPlan[] {
  return [...(plan.staging ? [plan.staging] : []), ...plan.waves.flatMap((wave) => wave.rollouts)];
}

/** How many tests a rollout runs in all; undefined without a plan. */
export function countTests(plan: RolloutPlan | null): number | undefined {
  if (!plan) return undefined;
  // The candidate's come again after each way back, under the same names.
  const before = plan.tests.length * (1 + (plan.roundTrip?.length ?? 0));
  return plan.steps.reduce((sum, step) => sum + (step.tests?.length ?? 0), before);
}

function planRollout(
  spec: Spec,
  version: Version,
  environment: string,
  stage: RolloutPlan['stage'],
  context: PlanContext,
): RolloutPlan {
  const { ledger } = context;
  const where = spec.environments[environment];
  const router = where?.router ?? null;
  const live = environmentLedger(ledger, environment).live;
  const stable = live === null ? null : (ledger.versions[live] ?? null);
  const metrics = stage === 'staging' ? [] : metricsFor(spec, stable === null);
  const { metrics: _metrics, ...settings } = spec.analysis;
  const door = stage === 'staging' ? undefined : doorOf(ledger, environment, version);
  const steps: Step[] =
    stage === 'staging'
      ? [{ number: 1, weight: 100, bake: null }]
      : stepsFor(spec, stable === null, metrics, powersOf(router, context));
  return {
    environment,
    place: {
      application: spec.application,
      environment,
      target: where?.target ?? { vendor: '', settings: {} },
      router,
    },
    taskQueue: environmentTaskQueue(where?.worker ?? null),
    stage,
    version,
    stable,
    designated: designate(spec, environment, version.name, ledger, stage),
    tests: stage === 'staging' ? (spec.staging?.tests ?? []) : testsBefore(spec),
    onTestFailure: stage === 'staging' ? (spec.staging?.onFail ?? 'reject') : 'reject',
    steps,
    gates: stage === 'staging' ? [] : stepGates(gatesOf(spec), steps),
    metrics,
    settings,
    horizon: horizonOf(steps, settings.interval),
    ...(stage === 'production' && spec.rollback.verify
      ? { verification: spec.rollback.verify }
      : {}),
    ...(door === undefined ? {} : { door }),
    calendar: stage === 'staging' ? null : calendarOf(spec, environment),
  };
}

function powersOf(router: ProviderReference | null, { powers }: PlanContext): RouterPowers {
  return powers?.[router?.vendor ?? ''] ?? leastPowers;
}

/** On the candidate while it has no traffic. */
function testsBefore({ production: { tests, strategy } }: Spec): TestSpec[] {
  return 'blueGreen' in strategy ? [...tests, ...strategy.blueGreen.before] : tests;
}

function horizonOf(steps: readonly Step[], interval: number): number {
  const watched = steps.reduce((time, { bake }) => time + (bake?.max ?? 0), 0);
  return Math.max(1, Math.ceil(watched / interval));
}

/** Windows and labels of an environment, as every answer about its calendar needs them. */
export function calendarOf(spec: Spec, environment: string): RolloutCalendar {
  // A specification of before there were windows has none.
  const { window, windows, labels } = spec.environments[environment] ?? {};
  return { windows: window ? [window] : (windows ?? []), labels: labels ?? {} };
}

/** Where stable never has traffic beside the candidate, only what is absolute can be judged. */
function metricsFor(spec: Spec, first: boolean): MetricSpec[] {
  const { metrics } = spec.analysis;
  return !first && isCompared(spec) ? metrics : metrics.flatMap(absolutePart);
}

/** Metrics that say less, or nothing, without a stable version beside. */
function comparing(spec: Spec): string[] {
  return spec.analysis.metrics.flatMap((metric) =>
    absolutePart(metric)[0] === metric || isAbsolute(metric) ? [] : [metric.name],
  );
}

function isAbsolute(metric: MetricSpec): boolean {
  return metric.judgedBy === 'bound' && metric.ratioToStable === undefined;
}

function isCompared(spec: Spec): boolean {
  return stepsOf(spec.production.strategy, leastPowers.granularity).some(
    (step) => step.weight < 100,
  );
}

/** In a first release there is nothing beside the candidate, so all goes to it at once. */
function stepsFor(
  spec: Spec,
  first: boolean,
  metrics: readonly MetricSpec[],
  { granularity }: RouterPowers,
): Step[] {
  const steps = stepsOf(spec.production.strategy, granularity);
  if (!first) return steps;
  const last = steps.at(-1);
  const bake = metrics.length > 0 ? (last?.bake ?? null) : null;
  return [{ number: 1, weight: 100, bake, ...(last?.tests && { tests: last.tests }) }];
}

function designate(
  spec: Spec,
  environment: string,
  candidate: string,
  ledger: Ledger,
  stage: RolloutPlan['stage'],
): Version | null {
  const named = /^version:(.+)$/.exec(spec.rollback.to)?.[1];
  // Staging follows production's rules but for a named version, which may never have been there.
  const name = named && stage === 'production' ? named : lastGood(ledger, environment, candidate);
  return name === null ? null : (ledger.versions[name] ?? null);
}

function gatesOf(spec: Spec): GatePlan[] {
  return spec.production.gates.map((gate) => planGate(gate, spec.roles ?? {}));
}

function isBeforeWave({ before }: GateSpec, wave: number): boolean {
  return before === `wave ${wave}` || (before === 'production' && wave === 1);
}

function outerGates(spec: Spec): Pick<Plan, 'gates'> {
  const before = (place: string) => gatesOf(spec).filter((gate) => gate.before === place);
  const gates = { staging: before('staging'), retire: before('retire') };
  return gates.staging.length + gates.retire.length > 0 ? { gates } : {};
}

/** A gate that could not keep out whom it shall keep out. */
function authorRefusals(spec: Spec, version: Version): string[] {
  const asking = spec.production.gates.filter(({ exclude }) => exclude.includes('author'));
  if (version.author !== undefined) return [];
  return asking.map(({ before }) => `gate before ${before}: the version does not name its author`);
}

function refusalsOf(spec: Spec, rollout: RolloutPlan, context: PlanContext): string[] {
  const { environment, stable, designated, place, stage } = rollout;
  const refusals: string[] = [];
  const named = /^version:(.+)$/.exec(spec.rollback.to)?.[1];
  if (named && stage === 'production' && stable && !designated) {
    refusals.push(`${environment}: the designated version "${named}" is not known`);
  }
  if (designated?.name === rollout.version.name) {
    refusals.push(`${environment}: the designated version is the one that is to be released`);
  }
  if (designated && context.ledger.quarantine[designated.name]) {
    refusals.push(`${environment}: the designated version ${designated.name} is quarantined`);
  }
  if (stage === 'staging' || !stable) return refusals;
  refusals.push(...doorRefusals(rollout, context));
  if (!designated) {
    refusals.push(`${environment}: there is no version to roll back to (none finished its bake)`);
  }
  const beyond = gatesBeyond(spec.production.gates, rollout.steps.length);
  refusals.push(...beyond.map((problem) => `${environment}: ${problem}`));
  const problems = problemsOf(rollout.steps, powersOf(place.router, context));
  refusals.push(...problems.map((problem) => `${environment}: ${problem}`));
  if (!rollout.metrics.some(canPass) && rollout.steps.some((step) => step.bake)) {
    const absolute = '`limit`, `max` or a condition';
    const why = isCompared(spec) ? '' : ` (all traffic at once needs metrics with ${absolute})`;
    refusals.push(`${environment}: no metric can be judged, so no bake could ever pass${why}`);
  }
  return refusals;
}

/** Neither the way back nor an old version that comes again may lead past a one-way door. */
function doorRefusals(
  { environment, version, designated }: RolloutPlan,
  { ledger }: PlanContext,
): string[] {
  const { history } = environmentLedger(ledger, environment);
  const old = history.some((entry) => entry.version === version.name);
  const ways = [...(old ? [version.name] : []), ...(designated ? [designated.name] : [])];
  return ways.flatMap((name) => doorBefore(ledger, environment, name) ?? []);
}

/** Metrics without a say cannot let anybody pass. */
function canPass(metric: MetricSpec): boolean {
  return !metric.dryRun && (metric.judgedBy !== 'sequential' || metric.gate);
}

function warningsOf(spec: Spec, rollout: RolloutPlan): string[] {
  if (rollout.stage === 'staging') return [];
  const { environment, door, version } = rollout;
  if (door !== undefined) {
    const { door: _door, ...without } = rollout;
    const sentence = `${environment}: ${version.name} cannot be gone back past once it has traffic (${door}): then only a person's rollback with force takes it back`;
    return [sentence, ...warningsOf(spec, without)];
  }
  if (rollout.stable) {
    const names = comparing(spec);
    const left = `${rollout.environment}: ${names.join(', ')}: not compared, stable has no traffic beside`;
    return [...(names.length > 0 && !isCompared(spec) ? [left] : []), ...lenience(spec)];
  }
  const first = `${rollout.environment}: first release, all traffic at once and nothing to return to`;
  return rollout.metrics.length > 0
    ? [first]
    : [`${first}; no metric has a limit, so none is judged`];
}

/** Policies under which a version goes on without a pass. */
function lenience({ policy }: Spec): string[] {
  const rules = ['onFail', 'onInsufficientData', 'onInconclusive', 'onInvalid', 'onProviderError'];
  const lenient = rules.filter((rule) => {
    return ['promote', 'notify'].includes(String(policy[rule as keyof typeof policy]));
  });
  return lenient.map((rule) => {
    return `policy.${rule} is ${policy[rule as keyof typeof policy]}: it goes on without a pass`;
  });
}

function bakingOf(waves: readonly WavePlan[]): Plan['baking'] {
  const total = (pick: 'min' | 'max') =>
    waves.reduce((sum, wave) => {
      const each = wave.rollouts.map((rollout) =>
        rollout.steps.reduce((time, step) => time + (step.bake?.[pick] ?? 0), 0),
      );
      const rounds = Math.ceil(each.length / wave.parallel);
      return sum + rounds * Math.max(0, ...each) + (wave.bakeAfter?.[pick] ?? 0);
    }, 0);
  return { min: total('min'), max: total('max') };
}
