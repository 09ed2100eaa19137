/** How noisy the baseline is beyond counting, from history before the canary has traffic (statistics b3). */

import { rateOf } from './rate-bound.ts';
import { addCounts, noCounts } from './observation.ts';
import type { Counts } from './observation.ts';
import type { Noise } from './factor.ts';
import type { NoiseMode } from './settings.ts';

/** Baseline counts of one interval by pod. */
export type PodCounts = Record<string, Counts>;

const podBlocks = [1, 2, 4, 8, 16, 32];
const timeBlocks = [1, 2, 4, 8, 16];
const fewestFreedom = 40;
const fewestBlocks = 10;
const fewestEvents = 20;
/** Standard deviations above pure counting noise that are needed to believe in more. */
const deviations = 3;

export interface Calibration extends Noise {
  /** False: the history was too short or too quiet to tell. */
  calibrated: boolean;
}

/** τ² of both arms for a canary of `canaryPods` pods. */
export function calibrate(
  history: readonly PodCounts[],
  mode: NoiseMode,
  canaryPods: number,
): Calibration {
  if (mode === 'none') return { canary: 0, baseline: 0, calibrated: false };
  const pods = new Set(history.flatMap((interval) => Object.keys(interval))).size;
  const calibrated = canTell(history);
  const pod = podNoise(history);
  if (mode === 'cancel') {
    return { canary: pod / canaryPods, baseline: pods > 0 ? pod / pods : 0, calibrated };
  }
  const time = timeNoise(history);
  return { canary: time + pod / canaryPods, baseline: time, calibrated };
}

/** τ²_pod: how much the rates of pods differ from each other, at the block size that shows most. */
export function podNoise(history: readonly PodCounts[]): number {
  let largest = 0;
  for (const size of podBlocks) {
    const sums = podSums(inBlocks(history, size));
    if (sums.freedom < fewestFreedom) break;
    const limit = deviations * Math.sqrt((2 + sums.freedom / sums.events) / sums.freedom);
    if (sums.events < fewestEvents || sums.observed / sums.expected - 1 <= limit) continue;
    if (sums.scale <= 0) continue;
    largest = Math.max(largest, (size * (sums.observed - sums.expected)) / sums.scale);
  }
  return largest;
}

/** τ²_time: how much the rate of the whole baseline jumps from block to block; slow drift is not counted. */
export function timeNoise(history: readonly PodCounts[]): number {
  let largest = 0;
  for (const size of timeBlocks) {
    const blocks = inBlocks(history, size)
      .map(totalOf)
      .filter(({ requests }) => requests > 0);
    const count = blocks.length;
    if (count < fewestBlocks) break;
    const events = blocks.reduce((sum, block) => sum + block.events, 0);
    if (events < fewestEvents) continue;
    const mean = blocks.reduce((sum, block) => sum + rateOf(block), 0) / count;
    const inverse = blocks.reduce((sum, block) => sum + 1 / block.requests, 0) / count;
    const observed = jumps(blocks.map(rateOf)) / (2 * (count - 1));
    const expected = mean * inverse;
    const limit = deviations * Math.sqrt((3 + count / events) / count);
    if (observed / expected - 1 <= limit) continue;
    largest = Math.max(largest, (size * (observed - expected)) / mean ** 2);
  }
  return largest;
}

function canTell(history: readonly PodCounts[]): boolean {
  const { freedom, events } = podSums(inBlocks(history, 1));
  return freedom >= fewestFreedom && history.length >= fewestBlocks && events >= fewestEvents;
}

/** Sums over blocks: squared deviations of pods, what counting alone gives, and what τ² = 1 adds. */
function podSums(blocks: readonly PodCounts[]) {
  const sums = { observed: 0, expected: 0, scale: 0, freedom: 0, events: 0 };
  for (const block of blocks) {
    const { requests: all, events } = totalOf(block);
    const pods = Object.values(block).filter(({ requests }) => requests > 0);
    if (pods.length < 2) continue;
    const rate = events / all;
    const squares = pods.reduce((sum, pod) => sum + (pod.requests / all) ** 2, 0); // w₂
    for (const pod of pods) {
      const share = pod.requests / all;
      sums.observed += (pod.events - pod.requests * rate) ** 2;
      sums.expected += rate * pod.requests * (1 - share);
      sums.scale += (rate ** 2 - rate / all) * pod.requests ** 2 * (1 - 2 * share + squares);
    }
    sums.freedom += pods.length - 1;
    sums.events += events;
  }
  return sums;
}

/** Whole blocks of `size` intervals, added up by pod. */
function inBlocks(history: readonly PodCounts[], size: number): PodCounts[] {
  const blocks: PodCounts[] = [];
  for (let end = size; end <= history.length; end += size) {
    const block: PodCounts = {};
    for (const interval of history.slice(end - size, end)) {
      for (const [pod, counts] of Object.entries(interval)) {
        block[pod] = addCounts(block[pod] ?? noCounts, counts);
      }
    }
    blocks.push(block);
  }
  return blocks;
}

function totalOf(block: PodCounts): Counts {
  return Object.values(block).reduce(addCounts, noCounts);
}

function jumps(values: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < values.length; i += 1) sum += ((values[i] ?? 0) - (values[i - 1] ?? 0)) ** 2;
  return sum;
}
