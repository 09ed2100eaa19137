/** One bake: sample, judge, record, heartbeat; resumed by another worker where this one stopped. */

import { Context, heartbeat } from '@temporalio/activity';
import { createJudge, type JudgedStep, type JudgeState } from '../domain/analysis/judge.ts';
import { aboutVersion } from '../domain/analysis/solo.ts';
import type { Judge, MetricEvidence, Observation } from '../domain/analysis/verdict.ts';
import type { Measurement } from '../domain/events.ts';
import type { JournalWriter } from '../journal/contract.ts';
import type { CallContext } from '../providers/call.ts';
import type { Providers } from '../providers/index.ts';
import { pause } from './call-context.ts';
import type { BakeInput, BakeResult, WatchingActivities } from './contract.ts';
import { createRecorder, type Recorder } from './measurements.ts';
import type { Counters } from './counters.ts';
import { measure } from './sampling.ts';

/** What a heartbeat carries: enough for another worker to go on without judging anything twice. */
interface BakeMemory {
  state: JudgeState;
  counters: Counters;
  /** Epoch milliseconds of the last look; counters are as old as this. */
  lookedAt: number;
}

/** Milliseconds between heartbeats that only say that we live: three of them fit into the timeout. */
const beat = 3000;

export function bakeActivities(
  providers: Providers,
  journal: JournalWriter,
): Pick<WatchingActivities, 'bake'> {
  const record = createRecorder(journal);
  return { bake: (input) => bake(providers, record, input) };
}

async function bake(providers: Providers, record: Recorder, input: BakeInput): Promise<BakeResult> {
  const judge = createJudge(judgedStep(input));
  const signal = Context.current().cancellationSignal;
  const context: CallContext = { signal, progress: () => {} };
  let memory = remembered() ?? (await begin(providers, input, judge, context));
  const timer = setInterval(() => heartbeat(memory), beat);
  try {
    for (;;) {
      await untilNextLook(input, memory);
      memory = await look(providers, input, judge, memory, context);
      await record(measurementOf(input, memory, judge.evidence(memory.state)));
      heartbeat(memory);
      const verdict = judge.decide(memory.state, input.limits, memory.lookedAt - input.startedAt);
      if (verdict) return { verdict, memory: judge.remember(memory.state) };
    }
  } finally {
    clearInterval(timer);
  }
}

function judgedStep({ metrics, settings, weight, stable, horizon }: BakeInput): JudgedStep {
  return { metrics, settings, weight, compared: stable !== null && weight < 100, horizon };
}

/** What the worker before us knew, if there was one. */
function remembered(): BakeMemory | undefined {
  return Context.current().info.heartbeatDetails as BakeMemory | undefined;
}

/** A first look gives counters something to increase from; it is not judged. */
async function begin(
  providers: Providers,
  input: BakeInput,
  judge: Judge<JudgeState>,
  context: CallContext,
): Promise<BakeMemory> {
  const counters: Counters = {};
  const lookedAt = Date.now();
  const interval = { from: lookedAt - input.settings.interval, to: lookedAt };
  await sampleAll(providers, input, interval, counters, context);
  return { state: judge.start(input.memory), counters, lookedAt };
}

/** Looks fall on whole intervals since the start, so that a retry takes up the same rhythm. */
async function untilNextLook(input: BakeInput, { lookedAt, state }: BakeMemory): Promise<void> {
  // A timer may end a little early: without the index the same interval would be looked at twice.
  const last = Math.max(indexAt(input, lookedAt), state.lastIndex);
  const rest = input.startedAt + (last + 1) * input.settings.interval - Date.now();
  // Never longer than an interval: a clock that was set back must not put the watch to sleep.
  await pause(Math.min(Math.max(1, rest), input.settings.interval));
}

function indexAt(input: BakeInput, time: number): number {
  return Math.floor((time - input.startedAt) / input.settings.interval);
}

async function look(
  providers: Providers,
  input: BakeInput,
  judge: Judge<JudgeState>,
  memory: BakeMemory,
  context: CallContext,
): Promise<BakeMemory> {
  // A clock that was set back must not make time stand still: an interval lasts at least something.
  const to = Math.max(Date.now(), memory.lookedAt + 1);
  const counters = { ...memory.counters };
  const interval = { from: memory.lookedAt, to };
  const metrics = await sampleAll(providers, input, interval, counters, context);
  const index = Math.max(indexAt(input, to), memory.state.lastIndex + 1);
  const observation: Observation = { index, at: to, metrics };
  const state = judge.observe(memory.state, observation);
  return { state, counters, lookedAt: to };
}

async function sampleAll(
  providers: Providers,
  input: BakeInput,
  interval: { from: number; to: number },
  counters: Counters,
  context: CallContext,
): Promise<Observation['metrics']> {
  // Metrics that come late are asked for the interval that is complete by now.
  const { dataDelay } = input.settings;
  const complete = { from: interval.from - dataDelay, to: interval.to - dataDelay };
  const measured = await Promise.all(
    input.metrics.map(async (metric) => [
      metric.name,
      await measure(providers, input, metric, complete, counters, context),
    ]),
  );
  return Object.fromEntries(measured) as Observation['metrics'];
}

function measurementOf(
  input: BakeInput,
  { state, lookedAt }: BakeMemory,
  evidence: MetricEvidence[],
): Measurement {
  const { application, environment } = input.place;
  return {
    application,
    release: input.release,
    environment,
    bake: input.id,
    index: state.lastIndex,
    at: new Date(lookedAt).toISOString(),
    weight: input.weight,
    evidence:
      input.limits.mode === 'verify'
        ? evidence.map((entry) => asStable(entry, input.canary))
        : evidence,
  };
}

/** Plots show the version that has all traffic again as what it is. */
function asStable(entry: MetricEvidence, version: string): MetricEvidence {
  const sentence = aboutVersion(entry.sentence, version);
  return { ...entry, canary: null, stable: entry.canary, sentence };
}
