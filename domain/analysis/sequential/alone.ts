/** The sequential method once the canary has all traffic: limits drawn from what stable showed before. */

import type { SequentialMetricSpec } from '../metric-spec.ts';
import type { JudgePart, Standing } from '../part.ts';
import type { AnalysisSettings } from '../spec.ts';
import type { JudgeMemory, MetricObservation, Observation, Sample } from '../verdict.ts';
import { slowerThan } from './buckets.ts';
import { baselineCounts } from './counts.ts';
import { sequentialEvidence } from './evidence.ts';
import { shareInterval } from './intervals.ts';
import { sequentialJudge } from './judge.ts';
import { hasPassed } from './metric.ts';
import { sequentialMetric, sequentialSettings, type SequentialRun } from './metrics.ts';
import { intervalsOf, lastOf } from './part.ts';
import { boundariesOf, type SequentialMetric } from './settings.ts';
import type { SequentialState } from './state.ts';
import { isGappy } from './step.ts';

/** What one metric must not exceed now, as shares of bad requests. */
interface Limit {
  name: string;
  /** Beyond it the canary fails; below `pass` it passes. */
  fail: number;
  pass: number;
  weight: number;
  gate: boolean;
  /** Milliseconds from which on a request is bad; null: the sample counts bad ones itself. */
  slow: number | null;
  /** The sample counts good requests. */
  inverted: boolean;
}

/** JSON through and through. */
interface AloneState {
  limits: Limit[];
  tests: SequentialState;
  last: Record<string, MetricObservation>;
  /** Every metric that has to pass did so while stable had traffic. */
  passedBefore: boolean;
}

/** Suffix of the test that has to pass, beside the one that can fail. */
const marginTest = ' below its margin';
/** Its part in the false-alarm budget: it cannot fail before the other one. */
const marginWeight = 1e-6;

export function alonePart(
  specs: readonly SequentialMetricSpec[],
  settings: AnalysisSettings,
  run: SequentialRun,
): JudgePart<AloneState> {
  const judgeFor = (limits: readonly Limit[], { min, max }: { min: number; max: number }) =>
    sequentialJudge(limits.flatMap(testsOf), sequentialSettings(settings, run, { min, max }));
  const any = { min: 0, max: 0 };
  return {
    start(memory) {
      const kept = memory['alone'] as Pick<AloneState, 'limits' | 'tests'> | undefined;
      const passedBefore = hadPassed(specs, memory);
      if (kept) {
        const tests = judgeFor(kept.limits, any).nextStep(kept.tests);
        return { limits: kept.limits, tests, last: {}, passedBefore };
      }
      const limits = limitsFrom(specs, settings, memory);
      return { limits, tests: judgeFor(limits, any).start(), last: {}, passedBefore };
    },
    observe: (state, observation) => ({
      ...state,
      tests: judgeFor(state.limits, any).observe(state.tests, asShares(specs, state, observation)),
      last: lastOf(specs, observation),
    }),
    standing(state, limits, elapsed) {
      const judge = judgeFor(state.limits, limits);
      return standing(state, judge.decide(state.tests, elapsed), settings.minRequests);
    },
    evidence(state) {
      const shown = sequentialSettings(settings, run, any);
      return specs.flatMap((spec) => {
        const limit = state.limits.find(({ name }) => name === spec.name);
        const tests = state.tests.metrics[spec.name];
        const last = state.last[spec.name];
        if (!last) return [];
        if (!limit || !tests) return [unjudged(spec, last, state.passedBefore)];
        const [metric] = testsOf(limit);
        const culprit = state.tests.failed?.culprit === spec.name;
        const entry = sequentialEvidence({ spec, metric, state: tests, last, culprit }, shown);
        // It only has to fail when it fails; what has to pass is the other test.
        const good = state.passedBefore && entry.finding !== 'breach' && last.phase === 'measured';
        return [good ? { ...entry, finding: 'ok' as const } : entry];
      });
    },
    remember: ({ limits, tests }) => ({ alone: { limits, tests } }),
  };
}

function testsOf(limit: Limit): [SequentialMetric, SequentialMetric] {
  const none = { relative: 0, absolute: 0 };
  const common = {
    type: 'limit',
    tolerance: none,
    margin: { relative: 0.5, absolute: 0 },
  } as const;
  return [
    { ...common, name: limit.name, max: limit.fail, weight: limit.weight, gate: false },
    {
      ...common,
      name: `${limit.name}${marginTest}`,
      max: limit.pass,
      weight: limit.weight * marginWeight,
      gate: limit.gate,
    },
  ];
}

function hadPassed(specs: readonly SequentialMetricSpec[], memory: JudgeMemory): boolean {
  const before = memory['sequential'] as SequentialState | undefined;
  return specs.every(({ name, gate }) => {
    const own = before?.metrics[name];
    return !gate || (own !== undefined && hasPassed(own));
  });
}

/** A metric whose baseline is not known well enough has no limit, and is not judged here. */
export function limitsFrom(
  specs: readonly SequentialMetricSpec[],
  settings: AnalysisSettings,
  memory: JudgeMemory,
): Limit[] {
  const before = memory['sequential'] as SequentialState | undefined;
  return specs.flatMap((spec): Limit[] => {
    const { name, weight, gate, kind, max } = spec;
    const inverted = kind === 'ratio' && max === undefined && spec.direction === 'decrease';
    const common = { name, weight, gate, inverted };
    if (max !== undefined) return [{ ...common, fail: max, pass: max, slow: null }];
    const own = before?.metrics[name];
    const process = own?.counts.at(-1);
    if (!own || !process || kind === 'gauge') return [];
    const seen = baselineCounts(process);
    if (seen.requests < Math.max(1, settings.minRequests)) return [];
    const [, rate] = shareInterval(seen, settings.falseAlarm);
    const { fail, pass } = boundariesOf(sequentialMetric(spec));
    const bound = ({ ratio, excess }: typeof fail) => Math.min(0.999, ratio * rate + excess);
    const slow = kind === 'latency' ? (own.bounds?.at(-1) ?? null) : null;
    if (kind === 'latency' && slow === null) return [];
    return [{ ...common, fail: bound(fail), pass: bound(pass), slow }];
  });
}

/** The canary's samples as bad requests of all; stable has none. */
function asShares(
  specs: readonly SequentialMetricSpec[],
  { limits }: AloneState,
  observation: Observation,
) {
  const { index, metrics: seen, unanswered = [] } = intervalsOf(specs, observation);
  const metrics = limits.flatMap((limit) => {
    const interval = seen[limit.name] ?? null;
    const whole = observation.metrics[limit.name];
    const canary = whole?.phase === 'measured' ? whole.canary : null;
    const share = interval && canary ? { canary: asShare(canary, limit), baseline: null } : null;
    return [
      [limit.name, share],
      [`${limit.name}${marginTest}`, share],
    ] as const;
  });
  const both = unanswered.flatMap((name) => [name, `${name}${marginTest}`]);
  return { index, metrics: Object.fromEntries(metrics), unanswered: both };
}

function asShare(sample: Sample, { slow, inverted }: Limit): Sample | null {
  if (sample.kind === 'ratio') {
    return inverted ? { ...sample, bad: Math.max(0, sample.total - sample.bad) } : sample;
  }
  if (sample.kind !== 'latency' || slow === null) return null;
  const counts = slowerThan(sample.buckets, slow);
  return counts && { kind: 'ratio', bad: counts.events, total: counts.requests };
}

function standing(
  { limits, tests, last, passedBefore }: AloneState,
  verdict: ReturnType<ReturnType<typeof sequentialJudge>['decide']>,
  minRequests: number,
): Standing {
  const { sentence, culprit } = verdict;
  if (verdict.verdict === 'fail') {
    return { state: 'failed', culprit: culprit?.replace(marginTest, '') ?? null, sentence };
  }
  if (verdict.verdict === 'pass') return { state: 'passed' };
  const silent = Object.entries(last).find(([, { phase }]) => phase !== 'measured');
  const lacking = limits.find(({ name }) => {
    const step = tests.metrics[name]?.step;
    return !step || step.canary < minRequests || isGappy(step);
  });
  if (passedBefore && !lacking && !silent) return { state: 'passed' };
  const open = { state: 'open', verdict: 'insufficient_data' } as const;
  const culpritName = silent?.[0] ?? lacking?.name ?? null;
  const cause = silent && silent[1].phase !== 'measured' ? silent[1].phase : 'tooLittleTraffic';
  const said = limits.length > 0 ? sentence.replaceAll(marginTest, '') : nothingToCompare;
  return { ...open, cause, culprit: culpritName, sentence: said };
}

const nothingToCompare =
  'stable has no traffic, and too little of it was seen before to compare with';

function unjudged(spec: SequentialMetricSpec, last: MetricObservation, passed: boolean) {
  const { name } = spec;
  const nothing = { canary: null, stable: null, bound: null, requests: null };
  if (last.phase !== 'measured') {
    return { metric: name, finding: last.phase, ...nothing, sentence: `${name}: ${last.detail}` };
  }
  const finding = passed ? ('ok' as const) : ('tooLittleTraffic' as const);
  const sentence = `${name}: ${passed ? 'passed while stable had traffic' : nothingToCompare}`;
  return { metric: name, finding, ...nothing, sentence };
}
