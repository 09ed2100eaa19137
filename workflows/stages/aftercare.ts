/** After a rollback or a return: the version that has all traffic is watched alone, until it is well. */

import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { BakeInput } from '../../activities/contract.ts';
import { aboutVersion, pastOf, soloMetrics } from '../../domain/analysis/solo.ts';
import type { MetricSpec } from '../../domain/analysis/spec.ts';
import type { Verdict } from '../../domain/analysis/verdict.ts';
import { formatReleaseId } from '../../domain/ids.ts';
import type { TrafficShare, Version } from '../../domain/release.ts';
import { listed, span } from '../../domain/words.ts';
import { sentenceOf } from '../causes.ts';
import { watching } from '../proxies.ts';
import { waitFrom, waitUntil, type Rollout } from '../rollout-state.ts';

/** Before a sick version is looked at again, in milliseconds: it doubles; `retry` looks at once. */
const sickPause = { first: 60_000, longest: 3_600_000 };

/** So long after its latest end a watch counts as not done by anybody, in milliseconds. */
const watchGrace = 5 * 60_000;

/** What is watched after a rollback. */
interface Watch {
  to: Version;
  metrics: MetricSpec[];
  /** Milliseconds. */
  for: number;
  max: number;
  memory: BakeInput['memory'];
}

/**
 * Watches the version that has all traffic again, until its metrics are within their limits, cannot
 * tell, or a person skips the watch. Null when it counts as verified, else why it has failed.
 * `again` makes sure of traffic and health before the next look at a sick version.
 */
export async function takeCare(
  rollout: Rollout,
  to: Version | null,
  shares: TrafficShare[],
  again: (to: Version) => Promise<TrafficShare[]>,
): Promise<string | null> {
  const watch = to && watchFor(rollout, to);
  if (!watch || watch.metrics.length === 0) {
    const detail = watch ? { detail: nothingToJudge } : {};
    rollout.record({ type: 'rollback.verified', to: to?.name ?? null, shares, ...detail });
    return null;
  }
  rollout.requests.skipped = null;
  let seen = shares;
  for (let failures = 0; ; seen = await again(watch.to)) {
    const answer = await look(rollout, watch, seen);
    if (answer.is === 'well' || (answer.is === 'unknown' && failures === 0)) {
      const detail = failures === 0 ? answer.sentence : `${answer.sentence} (look ${failures + 1})`;
      rollout.record({ type: 'rollback.verified', to: watch.to.name, shares: seen, detail });
      return null;
    }
    if (answer.is === 'skipped') return notSick(rollout, watch.to, seen, answer.sentence);
    failures += 1;
    if (!(await untilNextLook(rollout, watch.to, answer, failures))) {
      return `${rollout.progress.sentence}; ${rollout.requests.skipped}`;
    }
  }
}

const nothingToJudge =
  'no metric has a limit to judge it by, so read-back and health are all that could be checked';

/** Nobody met a candidate that had no traffic, and staging has no audience: nothing is watched. */
function watchFor({ plan, exposed, memory, input }: Rollout, to: Version): Watch | null {
  const { verification, settings, stable, aftercare: metrics = plan.metrics } = plan;
  if (!verification || (!exposed && input.mode === 'forward')) return null;
  const past = to.name === stable?.name ? pastOf(memory) : {};
  return { to, metrics: soloMetrics(metrics, settings, past), ...verification, memory: past };
}

interface Answer {
  is: 'well' | 'sick' | 'unknown' | 'skipped';
  sentence: string;
  verdict?: Verdict;
}

/** One watch; what it finds is about the version, what keeps it from finding anything is not. */
async function look(rollout: Rollout, watch: Watch, shares: TrafficShare[]): Promise<Answer> {
  const { to, metrics, max } = watch;
  const names = listed(metrics.map(({ name }) => name));
  const then = 'what cannot be told is said, and it ends';
  const wait = waitFrom('verify', `evidence that ${to.name} is well (${names})`, max, then);
  rollout.record({ type: 'rollback.returned', to: to.name, shares, wait });
  const scope = new CancellationScope();
  const watched = scope.run(() => startWatch(rollout, watch));
  const skipped = condition(() => rollout.requests.skipped !== null).then(() => null);
  watched.catch(() => {});
  try {
    const result = await Promise.race([watched, skipped]);
    if (result) return answerOf(watch, result.verdict);
    scope.cancel();
    return { is: 'skipped', sentence: `its watch was ${rollout.requests.skipped}` };
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the version that is back could not be watched', { error: sentenceOf(error) });
    return { is: 'unknown', sentence: `its metrics could not be watched: ${sentenceOf(error)}` };
  }
}

function answerOf({ to, metrics }: Watch, verdict: Verdict): Answer {
  const sentence = aboutVersion(verdict.sentence, to.name);
  const names = listed(metrics.map(({ name }) => name));
  if (verdict.verdict === 'pass') return { is: 'well', sentence: `${names} within limits` };
  if (verdict.verdict === 'fail') return { is: 'sick', sentence, verdict };
  const why =
    verdict.cause === 'providerError' ? 'the metric provider was away' : 'metrics cannot tell';
  return { is: 'unknown', sentence: `${why}: ${sentence}`, verdict };
}

function startWatch(rollout: Rollout, { to, metrics, max, memory, ...watch }: Watch) {
  const { plan, input } = rollout;
  const { interval, dataDelay } = plan.settings;
  rollout.watches += 1;
  const summary = `is ${to.name} well in ${plan.environment}?`;
  // A provider that is away holds it up as long as it may take, and not longer.
  const patience = 2 * max + interval + dataDelay + watchGrace;
  return watching(plan.taskQueue, summary, patience).bake({
    id: `${formatReleaseId(input.release)}/${plan.environment}/${input.attempt}.${rollout.watches}`,
    release: input.release.number,
    place: plan.place,
    canary: to.name,
    stable: null,
    weight: 0,
    metrics,
    settings: { ...plan.settings, providerErrorBudget: max },
    horizon: Math.max(1, Math.ceil(max / interval)),
    limits: { min: watch.for, max, mode: 'verify' },
    startedAt: Date.now(),
    memory,
  });
}

/** Whoever ends a watch that has found nothing wrong leaves a rollback that is verified as before. */
function notSick(
  rollout: Rollout,
  to: Version,
  shares: TrafficShare[],
  sentence: string,
): string | null {
  if (rollout.progress.back === 'sick') return `${rollout.progress.sentence}; ${sentence}`;
  rollout.record({ type: 'rollback.verified', to: to.name, shares, detail: sentence });
  return null;
}

/** Says so, with a page, and waits; false when a person ends it instead. */
async function untilNextLook(
  rollout: Rollout,
  to: Version,
  { is, sentence: seen, verdict }: Answer,
  attempts: number,
): Promise<boolean> {
  const { plan, requests } = rollout;
  const pause = Math.min(sickPause.first * 2 ** (attempts - 1), sickPause.longest);
  const sick = `${to.name} is sick in ${plan.environment} although all traffic is back on it`;
  const still = `${to.name} still counts as sick in ${plan.environment}`;
  const sentence = `${is === 'sick' ? sick : still}: ${seen}`;
  const then = `it is looked at again, as after every pause up to ${span(sickPause.longest)}`;
  const wait = waitFrom('sick', `retry or skip (${sentence})`, pause, then);
  const evidence = (verdict?.evidence ?? []).map((entry) => {
    return { ...entry, sentence: aboutVersion(entry.sentence, to.name) };
  });
  requests.retry = false;
  rollout.record({ type: 'rollback.failed', to: to.name, sentence, attempts, evidence, wait });
  const told = () => requests.retry || requests.skipped !== null;
  await waitUntil(told, pause, `before ${to.name} is looked at again`);
  return requests.skipped === null;
}
