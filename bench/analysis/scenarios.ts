/** The rows of statistics (e), with the figures that were measured there. */

import type { NoiseMode } from '../../domain/analysis/sequential/settings.ts';
import type { Scenario, Signal, Wobble } from './traffic.ts';

export interface Row {
  name: string;
  scenario: Scenario;
  mode: NoiseMode;
  /** `detection`: fail and delay. `healthy`: false alarms and promotion. `margin`: false passes. */
  asks: 'detection' | 'healthy' | 'margin';
  /** The sequential column of the table, word for word. */
  figure: string;
}

const quiet: Wobble = { kind: 'none' };
const errors = (stable: number, canary: number): Signal => ({ kind: 'errors', stable, canary });
const slower = (p99: number): Signal => ({ kind: 'latency', p99 });

function detection(name: string, signal: Signal, figures: Record<number, string>): Row[] {
  return Object.entries(figures).map(([rps, figure]) => ({
    name: `e1 ${name}, ${rps} rps`,
    scenario: { rps: Number(rps), signal, wobble: quiet },
    mode: 'strict',
    asks: 'detection',
    figure,
  }));
}

function healthy(name: string, signal: Signal, figures: Record<number, string>): Row[] {
  return Object.entries(figures).map(([rps, figure]) => ({
    name: `e2 ${name}, ${rps} rps`,
    scenario: { rps: Number(rps), signal, wobble: quiet },
    mode: 'strict',
    asks: 'healthy',
    figure,
  }));
}

/** `figures`: false alarms and promotion of a healthy canary, then delay for 0.5 → 2 %. */
function noisy(name: string, wobble: Wobble, figures: Record<number, [string, string]>): Row[] {
  return Object.entries(figures).flatMap(([rps, [alarms, delay]]): Row[] => [
    {
      name: `e3 ${name}, healthy, ${rps} rps`,
      scenario: { rps: Number(rps), signal: errors(0.005, 0.005), wobble },
      mode: 'strict',
      asks: 'healthy',
      figure: alarms,
    },
    {
      name: `e3 ${name}, 0.5 → 2 %, ${rps} rps`,
      scenario: { rps: Number(rps), signal: errors(0.005, 0.02), wobble },
      mode: 'strict',
      asks: 'detection',
      figure: delay,
    },
  ]);
}

const margin = (rps: number, figure: string): Row => ({
  name: `e2 exactly at the margin 0.5 → 0.85 %, ${rps} rps`,
  scenario: { rps, signal: errors(0.005, 0.0085), wobble: quiet },
  mode: 'strict',
  asks: 'margin',
  figure,
});

/** `alarms` of the healthy canary at these shares, unless there is no figure for it. */
function shared(name: string, shares: number[], delay: string, alarms?: string): Row[] {
  const at = (canary: number): Scenario => {
    return { rps: 100, signal: errors(0.005, canary), wobble: quiet, shares };
  };
  const mode = 'strict';
  const found: Row = {
    name: `e4 0.5 → 1 %, ${name}`,
    scenario: at(0.01),
    mode,
    asks: 'detection',
    figure: delay,
  };
  if (alarms === undefined) return [found];
  const calm = { scenario: at(0.005), mode, figure: alarms } as const;
  return [found, { name: `e4 healthy, ${name}`, asks: 'healthy', ...calm }];
}

export const rows: Row[] = [
  ...detection('0.5 → 1 %', errors(0.005, 0.01), {
    1: '0.8 % · >60/>60 min · 1',
    10: '18 % · >60/>60 min · 8',
    100: '100 % · 15/30 min · 25',
    1000: '100 % · 1.8/3.3 min · 29',
  }),
  ...detection('0.5 → 2 %', errors(0.005, 0.02), {
    1: '9.2 % · >60/>60 min · 3',
    10: '98 % · 19/39 min · 10',
    100: '100 % · 2.0/4.0 min · 10',
    1000: '100 % · 0.33/0.5 min · 15',
  }),
  ...detection('0.1 → 5 %', errors(0.001, 0.05), {
    1: '95 % · 26/52 min · 4',
    10: '100 % · 2.3/4.7 min · 4',
    100: '100 % · 0.33/0.5 min · 5',
    1000: '100 % · 0.17/0.17 min · 24',
  }),
  ...detection('all requests fail', errors(0.005, 1), { 1: '100 % · 1.2/2.3 min · 4' }),
  ...detection('p99 +20 % (tail only)', slower(1.2), {
    1: '0.3 % · – min · 3',
    10: '47 % · >60/>60 min · 26',
    100: '100 % · 7.8/15 min · 46',
    1000: '100 % · 1.0/1.7 min · 55',
  }),
  ...detection('p99 +50 % (tail only)', slower(1.5), {
    1: '14 % · >60/>60 min · 7',
    10: '100 % · 12/23 min · 17',
    100: '100 % · 1.3/2.7 min · 19',
    1000: '100 % · 0.17/0.33 min · 30',
  }),
  ...healthy('errors 0.5 %', errors(0.005, 0.005), {
    1: '0.07 [0.03–0.17] %, promoted 0 %',
    10: '0.13 [0.07–0.26] %, promoted 24 % · >60/>60 min',
    100: '0.03 [0.01–0.12] %, promoted 100 % · 12/30 min',
    1000: '0.00 [0.00–0.06] %, promoted 100 % · 1.5/3.3 min',
  }),
  ...healthy('exactly at the tolerance', errors(0.005, 0.0056), {
    1: '0.13 [0.07–0.26] %',
    10: '0.28 [0.18–0.45] %',
    100: '0.23 [0.14–0.39] %',
    1000: '0.17 [0.09–0.31] %',
  }),
  ...healthy('latency', slower(1), {
    1: '0.05 [0.01–0.28] %, promoted 0 %',
    10: '0.05 [0.01–0.28] %, promoted 8.3 %',
    100: '0.00 [0.00–0.19] %, promoted 98 % · 19/40 min',
    1000: '0.00 [0.00–0.19] %, promoted 100 % · 2.0/4.2 min',
  }),
  margin(100, '3.7 [2.9–4.6] %'),
  margin(1000, '2.6 [1.9–3.3] %'),
  ...noisy(
    'diurnal and drift',
    { kind: 'diurnal' },
    {
      100: ['0.05 [0.01–0.28] %, promoted 100 % · 9.8 min', '2.0/3.7 min'],
      1000: ['0.00 [0.00–0.19] %, promoted 100 % · 1.5 min', '0.33/0.5 min'],
    },
  ),
  ...noisy(
    'common shocks cv 0.3',
    { kind: 'common', cv: 0.3, correlated: true },
    {
      100: ['0.00 [0.00–0.19] %, promoted 98 % · 19 min', '3.0/5.8 min'],
      1000: ['0.00 [0.00–0.19] %, promoted 100 % · 8.5 min', '1.3/2.3 min'],
    },
  ),
  ...noisy(
    'common shocks cv 1',
    { kind: 'common', cv: 1, correlated: true },
    {
      100: ['0.00 [0.00–0.19] %, promoted 38 % · >60 min', '10/21 min'],
      1000: ['0.00 [0.00–0.19] %, promoted 47 % · >60 min', '8.3/18 min'],
    },
  ),
  ...noisy(
    'pod noise cv 0.5',
    { kind: 'pod', cv: 0.5, correlated: false },
    {
      100: ['0.20 [0.08–0.51] %, promoted 99 % · 13 min', '2.2/4.3 min'],
      1000: ['0.00 [0.00–0.19] %, promoted 100 % · 3.5 min', '0.67/1.2 min'],
    },
  ),
  ...noisy(
    'pod noise cv 0.3, correlated',
    { kind: 'pod', cv: 0.3, correlated: true },
    {
      100: ['0.45 [0.24–0.85] %, promoted 98 % · 14 min', '2.7/5.8 min'],
      1000: ['0.00 [0.00–0.19] %, promoted 100 % · 7.3 min', '1.3/2.3 min'],
    },
  ),
  ...noisy(
    'bursts of 3 errors',
    { kind: 'bursts', mean: 3 },
    {
      100: ['0.00 [0.00–0.19] %, promoted 15 % · >60 min', '21/34 min'],
      1000: ['0.00 [0.00–0.19] %, promoted 100 % · 14 min', '2.3/3.5 min'],
    },
  ),
  ...noisy(
    'arm noise cv 0.5',
    { kind: 'arm', cv: 0.5, correlated: false },
    {
      100: ['0.00 [0.00–0.19] %, promoted 98 % · 17 min', '3.0/5.8 min'],
      1000: ['0.00 [0.00–0.19] %, promoted 100 % · 6.3 min', '1.0/1.8 min'],
    },
  ),
  ...noisy(
    'arm noise cv 0.3, correlated',
    { kind: 'arm', cv: 0.3, correlated: true },
    {
      100: ['0.20 [0.08–0.51] %, promoted 95 % · 18 min', '2.8/7.0 min'],
      1000: ['0.55 [0.31–0.98] %, promoted 100 % · 7.7 min', '1.3/3.2 min'],
    },
  ),
  ...shared('share 1 %', [0.01], '46 % · >60 min'),
  ...shared('share 25 %', [0.25], '100 % · 4.2 min'),
  ...shared('share 50 %', [0.5], '100 % · 3.5 min'),
  ...shared('5 → 25 → 50 %', [0.05, 0.25, 0.5], '7.8/12 min', '0.00 [0.00–0.19] %'),
  {
    name: 'e4 0.5 → 2 % from minute 20 on, 100 rps',
    scenario: { rps: 100, signal: errors(0.005, 0.02), wobble: quiet, onset: 120 },
    mode: 'strict',
    asks: 'detection',
    figure: '3.5/6.0 min after the onset',
  },
];
