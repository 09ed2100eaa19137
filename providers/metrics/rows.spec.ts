import { describe, expect, it } from 'vitest';
import { seriesOfRows } from './rows.ts';

describe('providers/metrics/rows', () => {
  it('makes one series of one column, in order of time', () => {
    const rows = [
      { time: 2_000, labels: {}, values: { count: 2 } },
      { time: 1_000, labels: {}, values: { count: 1 } },
    ];
    const points = [
      [1_000, 1],
      [2_000, 2],
    ];
    expect(seriesOfRows(rows)).toEqual([{ labels: {}, points }]);
  });

  it('tells series apart by labels, in whatever order they are named', () => {
    const rows = [
      { time: 1, labels: { a: 'x', b: 'y' }, values: { count: 1 } },
      { time: 2, labels: { b: 'y', a: 'x' }, values: { count: 2 } },
      { time: 1, labels: { a: 'x', b: 'z' }, values: { count: 3 } },
    ];
    expect(seriesOfRows(rows)).toMatchObject([
      {
        labels: { a: 'x', b: 'y' },
        points: [
          [1, 1],
          [2, 2],
        ],
      },
      { labels: { a: 'x', b: 'z' }, points: [[1, 3]] },
    ]);
  });

  it.each([
    [{ bad: 1, total: 2 }, [{ column: 'bad' }, { column: 'total' }]],
    [{ '0.1': 1, '0.5': 2, '+Inf': 3 }, [{ le: '0.1' }, { le: '0.5' }, { le: '+Inf' }]],
    [{ '0.1': 1, '': 2 }, [{ column: '0.1' }, { column: '' }]],
    [{ '99': 1 }, [{}]],
  ])('names the columns of %j', (values, labels) => {
    const series = seriesOfRows([{ time: 1, labels: {}, values }]);
    expect(series.map((one) => one.labels)).toEqual(labels);
  });

  it('leaves out what is no number, and keeps the series', () => {
    const values = { a: null, b: NaN, c: Infinity };
    const series = seriesOfRows([{ time: 1, labels: {}, values }]);
    expect(series.map(({ points }) => points)).toEqual([[], [], []]);
  });
});
