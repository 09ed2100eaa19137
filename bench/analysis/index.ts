/** False alarms, detection, delay and harm of all methods, beside the figures of statistics (e). */

import { harmed } from '../../domain/analysis/backtest/harm.ts';
import type { Played } from '../../domain/analysis/backtest/play.ts';
import { shareOf } from '../../domain/analysis/backtest/summary.ts';
import { createRandom } from '../../test/support/random.ts';
import { figures } from './figures.ts';
import { methods, playMethod } from './methods.ts';
import { simulate, type Rollout } from './rollout.ts';
import { rows } from './scenarios.ts';
import type { Row } from './scenarios.ts';
import { playSequential } from './sequential.ts';
import { intervalSeconds, runIntervals } from './traffic.ts';

export interface AnalysisOptions {
  /** Simulated rollouts of each row. */
  runs: number;
  /** Only rows whose name this finds, e.g. `^e1.*, 100 rps`. */
  rows: RegExp;
}

/** One rollout under one method. */
interface Outcome extends Played {
  /** Bad requests beyond the baseline's rate, until the alarm or the end of the hour. */
  harm: number;
}

const sequential = 'sequential';

/** Line by line, as it goes: all rows take a while. */
export function* benchAnalysis(options: AnalysisOptions): Generator<string> {
  const looks: number[] = [];
  for (const row of rows.filter(({ name }) => options.rows.test(name))) {
    const outcomes = play(row, options.runs, looks);
    yield `${row.name} (n=${options.runs})`;
    for (const [method, list] of outcomes) {
      const asked = method === sequential ? row.figure : figures[row.name]?.[method as never];
      yield `  ${method.padEnd(20)}  ${describe(row, list)}${asked ? `  (${asked})` : ''}`;
    }
  }
  looks.sort((a, b) => a - b);
  const us = (quantile: number) => {
    return (looks[Math.floor(quantile * (looks.length - 1))] ?? NaN).toFixed(0);
  };
  yield `a look at one metric takes ${us(0.5)} µs of CPU, in 1 % of the rollouts ${us(0.99)} µs or more`;
}

/** Every method on the same rollouts; a look's mean time of each rollout goes into `looks`. */
function play(row: Row, runs: number, looks: number[]): Map<string, Outcome[]> {
  const { name, scenario, mode, asks } = row;
  const outcomes = new Map<string, Outcome[]>();
  const add = (method: string, rollout: Rollout, played: Played) => {
    const last = played.failedAt ?? runIntervals - 1;
    const harm = asks === 'detection' ? harmed(rollout.recording, scenario.onset ?? 0, last) : 0;
    outcomes.set(method, [...(outcomes.get(method) ?? []), { ...played, harm }]);
  };
  for (let run = 0; run < runs; run += 1) {
    const seed = `${name} ${run}`;
    const [random, twins] = [createRandom(seedOf(seed)), createRandom(seedOf(`${seed} twin`))];
    const rollout = simulate(scenario, mode, random, twins);
    const timed = playSequential(rollout.recording, asks === 'margin' ? 'decision' : 'fail');
    looks.push(timed.lookUs);
    add(sequential, rollout, timed);
    // Only the sequential method has a verdict that excludes a regression.
    if (asks === 'margin') continue;
    for (const method of methods) {
      const played = playMethod(method, rollout.recording, rollout.twin);
      if (played) add(method, rollout, played);
    }
  }
  return outcomes;
}

function describe({ asks, scenario }: Row, outcomes: readonly Outcome[]): string {
  const failed = percent(outcomes, ({ failedAt }) => failedAt !== null);
  const passed = percent(outcomes, ({ passedAt }) => passedAt !== null);
  if (asks === 'margin') return `false passes ${passed}`;
  if (asks === 'healthy') {
    return `false alarms ${failed}, passed ${passed} · ${delay(outcomes.map(({ passedAt }) => passedAt))}`;
  }
  const onset = scenario.onset ?? 0;
  const found = outcomes.map(({ failedAt }) => (failedAt === null ? null : failedAt - onset));
  const harm = outcomes.reduce((sum, outcome) => sum + outcome.harm, 0) / outcomes.length;
  return `detected ${failed} · ${delay(found)} · ${harm.toFixed(0)} harmed`;
}

/** `2.0/4.3 min`: median and 90th percentile of the time to the end of these intervals. */
function delay(at: readonly (number | null)[]): string {
  const minutes = at.map((index) => {
    return index === null ? Infinity : ((index + 1) * intervalSeconds) / 60;
  });
  minutes.sort((a, b) => a - b);
  const text = (quantile: number) => {
    const value = minutes[Math.ceil(quantile * minutes.length) - 1] ?? Infinity;
    return Number.isFinite(value) ? value.toPrecision(2) : '>60';
  };
  return `${text(0.5)}/${text(0.9)} min`;
}

/** Share in percent with Wilson's 95 % interval. */
function percent(outcomes: readonly Outcome[], is: (outcome: Outcome) => boolean): string {
  const { share, low, high } = shareOf(outcomes.filter(is).length, outcomes.length);
  const text = (value: number | null) => (100 * (value ?? NaN)).toFixed((share ?? 0) > 0.1 ? 0 : 2);
  return `${text(share)} [${text(low)}–${text(high)}] %`;
}

/** FNV-1a: every run of every row has its own seed, whichever rows are asked for. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}
