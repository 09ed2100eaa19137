/** The judge of a step: every metric by its own method, and one verdict from all of them. */

import { conditionsPart } from './conditions/part.ts';
import { kayentaPart } from './kayenta/part.ts';
import type {
  BoundMetricSpec,
  ConditionMetricSpec,
  KayentaMetricSpec,
  MetricSpec,
  SequentialMetricSpec,
} from './metric-spec.ts';
import type { JudgePart, Standing } from './part.ts';
import { alonePart } from './sequential/alone.ts';
import { sequentialPart } from './sequential/part.ts';
import type { AnalysisSettings } from './spec.ts';
import { thresholdPart } from './threshold.ts';
import type {
  BakeLimits,
  Finding,
  Judge,
  JudgeMemory,
  MetricEvidence,
  Observation,
  Verdict,
} from './verdict.ts';

/** What is judged: one weight of a rollout. */
export interface JudgedStep {
  metrics: readonly MetricSpec[];
  settings: AnalysisSettings;
  /** Percent of the traffic that the canary has. */
  weight: number;
  /** False: the canary has no stable version beside it with traffic of its own. */
  compared: boolean;
  /** Planned intervals of the whole rollout. */
  horizon: number;
}

/** JSON through and through: it travels in heartbeats. */
export interface JudgeState {
  lastIndex: number;
  /** Epoch milliseconds of the last interval's end; null before the first. */
  lastAt: number | null;
  looks: number;
  /** Milliseconds in which a provider did not answer: they do not count as time of the step. */
  outage: number;
  memory: JudgeMemory;
  parts: Record<string, unknown>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- parts of any state, each read by itself only
type Parts = Record<string, JudgePart<any>>;

/** Of the false-alarm budget, so much is kept for when the canary has all traffic. */
const aloneBudget = 0.1;
/** Causes in the order in which they explain why there is no verdict. */
const gravity: Finding[] = [
  'invalid',
  'providerError',
  'noData',
  'sickBaseline',
  'tooLittleTraffic',
  'undecided',
];

export function createJudge(step: JudgedStep): Judge<JudgeState> {
  const deciding = partsFor(step, false);
  const trial = partsFor(step, true);
  const parts = { ...deciding, ...trial };
  return {
    start: (memory) => ({
      lastIndex: -1,
      lastAt: null,
      looks: 0,
      outage: 0,
      memory,
      parts: mapParts(parts, (part) => part.start(memory)),
    }),
    observe: (state, observation) => observe(step, parts, state, observation),
    decide: (state, limits, elapsed) =>
      decide(step, deciding, state, limits, elapsed, evidenceOf(deciding, trial, state)),
    evidence: (state) => evidenceOf(deciding, trial, state),
    remember: (state) =>
      Object.assign(
        { ...state.memory },
        ...Object.entries(parts).map(([name, part]) => part.remember(state.parts[name])),
      ) as JudgeMemory,
  };
}

/** Only methods that have metrics; those of a dry run have parts of their own without a say. */
function partsFor(
  { metrics, settings, weight, compared, horizon }: JudgedStep,
  dry: boolean,
): Parts {
  const own = metrics.filter(({ dryRun }) => dryRun === dry);
  const by = <Spec extends MetricSpec>(rule: Spec['judgedBy']) =>
    own.filter((metric): metric is Spec => metric.judgedBy === rule);
  const sequential = by<SequentialMetricSpec>('sequential');
  const bound = by<BoundMetricSpec>('bound');
  const conditions = by<ConditionMetricSpec>('conditions');
  const kayenta = by<KayentaMetricSpec>('kayenta');
  const parts: Parts = {};
  const add = <State>(name: string, list: readonly MetricSpec[], part: () => JudgePart<State>) => {
    if (list.length > 0) parts[dry ? `dry ${name}` : name] = dry ? forgetful(part()) : part();
  };
  add('bound', bound, () => thresholdPart(bound));
  add('conditions', conditions, () => conditionsPart(conditions));
  add('kayenta', kayenta, () => kayentaPart(kayenta, settings.kayenta));
  add('sequential', sequential, () =>
    compared
      ? sequentialPart(
          sequential,
          settings,
          { horizon, budget: 1 - aloneBudget },
          weight > 0 ? weight / 100 : null,
        )
      : alonePart(sequential, settings, { horizon, budget: aloneBudget }),
  );
  return parts;
}

/** A dry run starts anew with every watch: its memory would overwrite that of the metrics in force. */
function forgetful<State>(part: JudgePart<State>): JudgePart<State> {
  return { ...part, start: () => part.start({}), remember: () => ({}) };
}

function mapParts<T>(parts: Parts, change: (part: Parts[string], name: string) => T) {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, change(part, name)]),
  );
}

function observe(
  { metrics, settings }: JudgedStep,
  parts: Parts,
  state: JudgeState,
  observation: Observation,
): JudgeState {
  const { index, at } = observation;
  if (index <= state.lastIndex) return state;
  const down = metrics.some(({ name, dryRun }) => {
    return !dryRun && observation.metrics[name]?.phase === 'providerError';
  });
  const lasted = Math.max(0, at - (state.lastAt ?? at - settings.interval));
  return {
    ...state,
    lastIndex: index,
    lastAt: at,
    looks: state.looks + 1,
    outage: state.outage + (down ? lasted : 0),
    parts: mapParts(parts, (part, name) => part.observe(state.parts[name], observation)),
  };
}

function evidenceOf(deciding: Parts, trial: Parts, state: JudgeState): MetricEvidence[] {
  const of = (parts: Parts): MetricEvidence[] =>
    Object.entries(parts).flatMap(([name, part]) => part.evidence(state.parts[name]));
  return [...of(deciding), ...of(trial).map((entry) => ({ ...entry, dryRun: true as const }))];
}

type Failed = Extract<Standing, { state: 'failed' }>;
type Open = Extract<Standing, { state: 'open' }>;

function decide(
  { settings }: JudgedStep,
  parts: Parts,
  state: JudgeState,
  limits: BakeLimits,
  elapsed: number,
  evidence: MetricEvidence[],
): Verdict | null {
  const told = { evidence, looks: state.looks };
  // While a provider was away nothing could be seen: the step waits for it, within its budget.
  const watched = Math.max(0, elapsed - state.outage);
  const standings: Standing[] = Object.entries(parts).map(([name, part]) =>
    part.standing(state.parts[name], limits, watched),
  );
  const failed = standings.find((one): one is Failed => one.state === 'failed');
  if (failed) {
    const { culprit, sentence } = failed;
    return { verdict: 'fail', cause: 'breach', culprit, sentence, ...told };
  }
  if (limits.mode === 'guard') return null;
  const open = standings.filter((one): one is Open => one.state === 'open');
  if (standings.length > 0 && open.length === 0 && watched >= limits.min) {
    const sentence = 'all metrics are within their bounds';
    return { verdict: 'pass', cause: 'ok', culprit: null, sentence, ...told };
  }
  if (state.outage > 0 && state.outage >= (settings.providerErrorBudget ?? limits.max)) {
    return { ...providerAway(evidence), ...told };
  }
  const ended = open.filter(({ final }) => final === true);
  const [worst] = (watched < limits.max ? ended : open).sort(byGravity);
  if (worst) {
    const { verdict, cause, culprit, sentence } = worst;
    return { verdict, cause, culprit, sentence, ...told };
  }
  if (watched < limits.max || standings.length > 0) return null;
  const sentence = 'there is no metric to judge by';
  return { verdict: 'insufficient_data', cause: 'noData', culprit: null, sentence, ...told };
}

function byGravity(a: Open, b: Open): number {
  return gravity.indexOf(a.cause) - gravity.indexOf(b.cause);
}

function providerAway(evidence: MetricEvidence[]) {
  const away = evidence.find(({ finding }) => finding === 'providerError');
  return {
    verdict: 'inconclusive' as const,
    cause: 'providerError' as const,
    culprit: away?.metric ?? null,
    sentence: away?.sentence ?? 'a metric provider was away for too long',
  };
}
