/** Simulated hours of traffic as in statistics (e): a fleet of 19 stable pods and one canary pod. */

import { overflowBound } from '../../domain/analysis/samples.ts';
import type { Sample } from '../../domain/analysis/verdict.ts';
import { normalCdf } from '../../domain/analysis/numbers/normal.ts';
import type { Arms, History } from '../../domain/analysis/sequential/observation.ts';
import type { Random } from '../../test/support/random.ts';

export const stablePods = 19;
export const intervalSeconds = 10;
export const historyIntervals = 180;
export const runIntervals = 360;
const correlationSeconds = 60;
const stepSeconds = 300;

/** Bounds of the Go client, in milliseconds. */
const bounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
const medianMs = 80;
const p99Ms = 323;
const z99 = 2.3263478740408408;

/** What wobbles beyond counting: everything together, each pod, or each arm. */
export type Wobble =
  | { kind: 'none' }
  | { kind: 'diurnal' }
  | { kind: 'bursts'; mean: number }
  | { kind: 'common' | 'pod' | 'arm'; cv: number; correlated: boolean };

export type Signal =
  | { kind: 'errors'; stable: number; canary: number }
  /** The tail is stretched so that p99 is so many times the baseline's, with the same median. */
  | { kind: 'latency'; p99: number };

export interface Scenario {
  /** Requests per second of the whole service. */
  rps: number;
  signal: Signal;
  wobble: Wobble;
  /** First interval in which the canary is worse; 0 = from the start. */
  onset?: number;
  /** The canary's share of the traffic, one entry per five minutes, the last one for the rest. */
  shares?: number[];
}

/** One simulated rollout, drawn interval by interval. */
export interface Traffic {
  history: History;
  /** `twin`: a baseline of the canary's size, as some methods ask for. */
  next(): Arms & { twin: Sample };
}

/** The twin has chance of its own, so that the others are the same with and without it. */
export function createTraffic(scenario: Scenario, random: Random, twins: Random): Traffic {
  const { rps, signal, wobble, shares = [0.05] } = scenario;
  const wobbles = createWobble(wobble, random);
  const own = wobble.kind === 'pod' ? createFactor(wobble, twins) : null;
  const pods = Array.from({ length: stablePods }, (_, pod) => `pod-${pod}`);
  const each = 1 / stablePods;
  const draw = (
    shares: readonly number[],
    factors: readonly number[],
    time: number,
    bad: boolean,
    chance = random,
  ) =>
    drawSample(chance, signal, wobble, rps * intervalSeconds * tide(wobble, time), {
      shares,
      factors,
      drift: drift(wobble, time),
      bad,
    });
  const history = Array.from({ length: historyIntervals }, (_, index) => {
    const time = (index - historyIntervals) * intervalSeconds;
    const factors = wobbles().pods;
    const samples = pods.map((pod, number): [string, Sample] => {
      return [pod, draw([each], [factors[number] ?? 1], time, false)];
    });
    return Object.fromEntries(samples);
  });
  let index = 0;
  return {
    history,
    next() {
      const { pods: factors, canary } = wobbles();
      const time = index * intervalSeconds;
      const share = shares[Math.floor(time / stepSeconds)] ?? shares.at(-1) ?? 0;
      const bad = index >= (scenario.onset ?? 0);
      index += 1;
      // Whatever shakes the stable fleet as a whole shakes its twin.
      const twin = [own?.() ?? factors[0] ?? 1];
      return {
        twin: draw([share], twin, time, false, twins),
        canary: draw([share], [canary], time, bad),
        baseline: draw(
          factors.map(() => (1 - share) * each),
          factors,
          time,
          false,
        ),
      };
    },
  };
}

/** Traffic swings by half over two hours; the error rate swings with it and doubles over the hour. */
function tide(wobble: Wobble, time: number): number {
  return wobble.kind === 'diurnal' ? 1 + 0.5 * Math.sin((2 * Math.PI * time) / 7200) : 1;
}

function drift(wobble: Wobble, time: number): number {
  if (wobble.kind !== 'diurnal') return 1;
  return (1 + 0.5 * Math.sin((2 * Math.PI * time) / 7200)) * 2 ** (time / 3600);
}

/** Factors of the error rate in the next interval, of every stable pod and of the canary. */
function createWobble(wobble: Wobble, random: Random) {
  const ones = Array.from({ length: stablePods }, () => 1);
  if (!('cv' in wobble)) return () => ({ pods: ones, canary: 1 });
  const factors = Array.from({ length: stablePods + 1 }, () => createFactor(wobble, random));
  const [first, second] = factors;
  return () => {
    if (wobble.kind === 'pod') {
      const [canary = 1, ...pods] = factors.map((factor) => factor());
      return { pods, canary };
    }
    const stable = first?.() ?? 1;
    const canary = wobble.kind === 'common' ? stable : (second?.() ?? 1);
    return { pods: ones.map(() => stable), canary };
  };
}

/** Lognormal with mean 1. */
function createFactor({ cv, correlated }: { cv: number; correlated: boolean }, random: Random) {
  const sigma = Math.sqrt(Math.log1p(cv * cv));
  const memory = correlated ? Math.exp(-intervalSeconds / correlationSeconds) : 0;
  let state = random.normal();
  return () => {
    state = memory * state + Math.sqrt(1 - memory * memory) * random.normal();
    return Math.exp(sigma * state - (sigma * sigma) / 2);
  };
}

interface Draw {
  shares: readonly number[];
  factors: readonly number[];
  drift: number;
  bad: boolean;
}

/** Requests are Poisson, so good and bad ones are independent and pods can be added before drawing. */
function drawSample(
  random: Random,
  signal: Signal,
  wobble: Wobble,
  requests: number,
  { shares, factors, drift, bad }: Draw,
): Sample {
  const all = requests * shares.reduce((sum, share) => sum + share, 0);
  if (signal.kind === 'latency') return drawLatency(random, all, bad ? signal.p99 : 1);
  const weighted = shares.reduce((sum, share, index) => sum + share * (factors[index] ?? 1), 0);
  const rate = (bad ? signal.canary : signal.stable) * drift;
  const mean = Math.min(all, requests * weighted * rate);
  const events =
    wobble.kind === 'bursts' ? drawBursts(random, mean, wobble.mean) : random.poisson(mean);
  return { kind: 'ratio', bad: events, total: events + random.poisson(all - mean) };
}

function drawBursts(random: Random, mean: number, size: number): number {
  let events = 0;
  for (let burst = random.poisson(mean / size); burst > 0; burst -= 1) {
    events += random.geometric(1 / size);
  }
  return events;
}

function drawLatency(random: Random, requests: number, stretch: number): Sample {
  const sigma = Math.log((p99Ms * stretch) / medianMs) / z99;
  let below = 0;
  let count = 0;
  const buckets = [...bounds, overflowBound].map((bound): [number, number] => {
    const share = bound === overflowBound ? 1 : normalCdf(Math.log(bound / medianMs) / sigma);
    count += random.poisson(requests * (share - below));
    below = share;
    return [bound, count];
  });
  return { kind: 'latency', buckets };
}
