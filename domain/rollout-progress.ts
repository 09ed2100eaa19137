/** advanceRollout: what is known of one environment's rollout, as a fold of its events. */

import type { Verdict } from './analysis/verdict.ts';
import type { RolloutEvent, RolloutOutcome, TestResult, Wait } from './events.ts';
import { advanceBack, type BackState } from './after-rollback.ts';
import { advanceGate } from './gate-progress.ts';
import type { GateProgress } from './gates.ts';
import type { Reach, TrafficShare, Weight } from './release.ts';
import { reach } from './words.ts';

export const rolloutStages = [
  'deploy',
  'test',
  'shift',
  'bake',
  'hold',
  'finished',
  'rollback',
  'ended',
] as const;
export type RolloutStage = (typeof rolloutStages)[number];

export interface StepProgress extends Reach {
  number: number;
  state: 'waiting' | 'baking' | 'passed' | 'promoted' | 'failed' | 'inconclusive';
  verdict: Verdict | null;
}

export interface RolloutProgress {
  environment: string;
  stage: RolloutStage;
  /** ISO 8601: since when the stage lasts. */
  since: string;
  stable: string | null;
  designated: string | null;
  candidateUrl: string | null;
  tests: TestResult[];
  /** The test that runs now; after a switch it runs while the step bakes. */
  testing: string | null;
  steps: StepProgress[];
  /** The step that is current, from 1; null before the first. */
  step: number | null;
  /** The candidate's share as last read back from the router. */
  weight: Weight;
  /** The highest share the candidate ever had. */
  peak: Weight;
  shares: TrafficShare[];
  verdict: Verdict | null;
  /** The last wave after which it was watched and passed; 0: none. */
  settled: number;
  wait: Wait | null;
  /** While no worker serves this environment; whatever else it waits for waits for that. */
  unserved: Wait | null;
  /** The gate that is open now. */
  gate: GateProgress | null;
  /** Why it cannot be gone back past, once people have met it; null until then, or when it can. */
  door: string | null;
  /** The version that a round trip goes back to; null while there is none under way. */
  trip: string | null;
  /** How the version that has all traffic again is doing; null before it has. */
  back: BackState | null;
  /** Why it rolls or rolled back. */
  cause: string | null;
  outcome: RolloutOutcome | null;
  /** The version with the audience once the rollout has ended. */
  live: string | null;
  sentence: string | null;
}

/** What the current step reaches: `5 %`, `mirror 10 %`. */
export function reachedBy({ step, steps, weight }: RolloutProgress): string {
  return reach({ weight, audience: steps.find(({ number }) => number === step)?.audience });
}

/** The state before the first event. */
export function newRollout(environment: string, at: string): RolloutProgress {
  return {
    environment,
    stage: 'deploy',
    since: at,
    stable: null,
    designated: null,
    candidateUrl: null,
    tests: [],
    testing: null,
    steps: [],
    step: null,
    weight: 0,
    peak: 0,
    shares: [],
    verdict: null,
    settled: 0,
    wait: null,
    unserved: null,
    gate: null,
    door: null,
    trip: null,
    back: null,
    cause: null,
    outcome: null,
    live: null,
    sentence: null,
  };
}

/** The state after `event`. Pure; an event that changes nothing returns the same object. */
export function advanceRollout(rollout: RolloutProgress, event: RolloutEvent): RolloutProgress {
  const enter = (stage: RolloutStage, change: Partial<RolloutProgress> = {}): RolloutProgress => ({
    ...rollout,
    wait: null,
    since: stage === rollout.stage ? rollout.since : event.at,
    ...change,
    stage,
  });
  switch (event.type) {
    case 'rollout.started': {
      const steps = event.weights.map((weight, index) => {
        const audience = event.audiences?.[index];
        const step = { number: index + 1, weight, state: 'waiting' as const, verdict: null };
        return audience === undefined ? step : { ...step, audience };
      });
      const { stable, designated } = event;
      // A second attempt begins anew, but what people have met they have met: `peak` stays.
      const open = { outcome: null, live: null, sentence: null, cause: null, back: null };
      return enter('deploy', { stable, designated, steps, ...open });
    }
    case 'version.deploying':
      // After a wait for a window the way goes on where it began.
      return rollout.stage === 'hold' || rollout.wait !== null ? enter('deploy') : rollout;
    case 'version.deployed':
      return { ...rollout, candidateUrl: event.url, wait: null };
    case 'test.started': {
      const testing = event.name;
      return isBaking(rollout) ? { ...rollout, testing } : enter('test', { testing });
    }
    case 'test.finished': {
      const others = rollout.tests.filter(({ name }) => name !== event.result.name);
      return { ...rollout, testing: null, tests: [...others, event.result] };
    }
    case 'rollout.calibrated':
      return rollout;
    case 'traffic.shifted': {
      const change = {
        shares: event.shares,
        weight: event.weight,
        peak: Math.max(rollout.peak, event.weight),
      };
      // A shift to nobody while a rollback is under way is part of that rollback.
      if (rollout.stage === 'rollback') return { ...rollout, ...change };
      return event.step === null
        ? { ...rollout, ...change, wait: null }
        : enter('shift', { ...change, step: event.step });
    }
    case 'bake.started':
      return enter('bake', {
        step: event.step,
        wait: event.wait,
        steps: setStep(rollout, event.step, { state: 'baking' }),
      });
    case 'bake.finished': {
      const decided = { pass: 'passed', fail: 'failed' } as const;
      const { verdict } = event.verdict;
      const state = verdict === 'pass' || verdict === 'fail' ? decided[verdict] : 'inconclusive';
      const change = { state, verdict: event.verdict } as const;
      const steps = setStep(rollout, event.step, change);
      const done = { wait: null, verdict: event.verdict, steps };
      return isTested(rollout, change.state) ? enter('test', done) : { ...rollout, ...done };
    }
    case 'bake.promoted': {
      const done = { wait: null, steps: setStep(rollout, event.step, { state: 'promoted' }) };
      return isTested(rollout, 'promoted') ? enter('test', done) : { ...rollout, ...done };
    }
    case 'rollout.holding':
      return enter('hold', { wait: event.wait });
    case 'rollout.resumed':
      return { ...rollout, wait: null };
    case 'step.delayed':
      return enter(event.stage, { wait: event.wait });
    case 'door.passed':
      return { ...rollout, door: event.reason };
    case 'rollout.finished':
      return enter('finished');
    case 'gate.opened':
      return enter('hold', advanceGate(rollout, event));
    case 'gate.approved':
    case 'gate.closed':
      return { ...rollout, ...advanceGate(rollout, event) };
    case 'rollout.settled':
      return enter('finished', { settled: event.wave });
    case 'rollback.started':
      return enter('rollback', {
        cause: event.cause,
        designated: event.to,
        gate: null,
        testing: null,
        trip: null,
        back: null,
      });
    case 'trip.started':
      return enter('deploy', { trip: event.version });
    case 'trip.finished':
      return { ...rollout, trip: null, wait: null };
    case 'rollback.delayed':
      return { ...rollout, sentence: event.sentence };
    case 'rollback.failed':
    case 'rollback.left':
      return { ...rollout, ...advanceBack(rollout, event) };
    case 'rollback.returned':
    case 'rollback.verified': {
      // After a return the candidate is what has all traffic.
      const weight = rollout.stage === 'rollback' ? 0 : rollout.weight;
      return { ...rollout, shares: event.shares, weight, ...advanceBack(rollout, event) };
    }
    case 'version.retired':
    case 'calendar.overridden':
      return rollout;
    case 'worker.missed':
      return { ...rollout, unserved: event.wait };
    case 'worker.returned':
      return { ...rollout, unserved: null };
    case 'rollout.ended': {
      const { outcome, live, sentence } = event;
      return enter('ended', { outcome, live, sentence, unserved: null });
    }
  }
}

function isBaking({ stage, step, steps }: RolloutProgress): boolean {
  if (stage === 'hold') return step !== null;
  return steps.some(({ number, state }) => number === step && state === 'baking');
}

/** A step that has passed while its tests still run is left to them. */
function isTested({ testing }: RolloutProgress, state: StepProgress['state']): boolean {
  return testing !== null && (state === 'passed' || state === 'promoted');
}

function setStep(
  rollout: RolloutProgress,
  number: number,
  change: Partial<StepProgress>,
): StepProgress[] {
  return rollout.steps.map((step) => (step.number === number ? { ...step, ...change } : step));
}
