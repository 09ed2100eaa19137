/** False alarms, detection, delay and harm of the analysis, beside the figures of statistics (e). */

import { normalQuantile } from '../../domain/analysis/numbers/normal.ts';
import { createRandom } from '../../test/support/random.ts';
import { rows } from './scenarios.ts';
import type { Row } from './scenarios.ts';
import { playSequential } from './sequential.ts';
import type { Outcome } from './sequential.ts';
import { createTraffic, intervalSeconds } from './traffic.ts';

/** Simulated rollouts per row: `BENCH_RUNS`, 600 unless set. */
const runs = Number(process.env['BENCH_RUNS'] ?? 600);
/** Only rows whose name contains this: `BENCH_ROWS`, e.g. `e1` or `100 rps`. */
const wanted = process.env['BENCH_ROWS'] ?? '';

export async function benchAnalysis(): Promise<string[]> {
  const lines: string[] = [];
  let looks = 0;
  let ms = 0;
  for (const row of rows.filter(({ name }) => name.includes(wanted))) {
    const outcomes = play(row);
    lines.push(`${row.name}: ${describe(row, outcomes)} (n=${runs}; figure: ${row.figure})`);
    looks += outcomes.length;
    ms += outcomes.reduce((sum, { lookMs }) => sum + lookMs, 0);
  }
  lines.push(`a look at one metric takes ${((1000 * ms) / looks).toFixed(0)} µs of CPU`);
  return lines;
}

function play({ name, scenario, mode, asks }: Row): Outcome[] {
  const until = asks === 'margin' ? 'decision' : 'fail';
  return Array.from({ length: runs }, (_, run) => {
    const random = createRandom(seedOf(`${name} ${run}`));
    return playSequential(createTraffic(scenario, random), scenario.signal, mode, until);
  });
}

function describe({ asks, scenario }: Row, outcomes: readonly Outcome[]): string {
  const failed = wilson(outcomes.map(({ fail }) => Number.isFinite(fail)));
  const passed = wilson(outcomes.map(({ pass }) => Number.isFinite(pass)));
  const extra = outcomes.reduce((sum, outcome) => sum + outcome.extra, 0) / outcomes.length;
  if (asks === 'margin') return `false passes ${passed}`;
  if (asks === 'healthy') {
    return `false alarms ${failed}, promoted ${passed} · ${delay(outcomes.map(({ pass }) => pass))}`;
  }
  const onset = ((scenario.onset ?? 0) * intervalSeconds) / 60;
  const found = delay(outcomes.map(({ fail }) => fail - onset));
  return `detected ${failed} · ${found} · ${extra.toFixed(0)} extra bad requests`;
}

/** `2.0/4.3 min`: median and 90th percentile. */
function delay(minutes: readonly number[]): string {
  const sorted = [...minutes].sort((a, b) => a - b);
  const at = (quantile: number) => {
    const value = sorted[Math.ceil(quantile * sorted.length) - 1] ?? Infinity;
    return Number.isFinite(value) ? value.toPrecision(2) : '>60';
  };
  return `${at(0.5)}/${at(0.9)} min`;
}

/** Share in percent with Wilson's 95 % interval. */
function wilson(hits: readonly boolean[]): string {
  const n = hits.length;
  const p = hits.filter(Boolean).length / n;
  const z = normalQuantile(0.975);
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const percent = (share: number) => (100 * Math.max(0, share)).toFixed(p > 0.1 ? 0 : 2);
  return `${percent(p)} [${percent(centre - half)}–${percent(centre + half)}] %`;
}

/** FNV-1a: every run of every row has its own seed, whichever rows are asked for. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}
