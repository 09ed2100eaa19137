import { describe, expect, it } from 'vitest';
import { brentRoot } from './brent.ts';

function root(f: (x: number) => number, left: number, right: number, limits = {}) {
  const asked: number[] = [];
  const counted = (x: number) => {
    asked.push(x);
    return f(x);
  };
  const at = brentRoot(
    counted,
    { at: left, value: f(left) },
    { at: right, value: f(right) },
    limits,
  );
  return { at, asked, calls: asked.length };
}

describe('domain/analysis/kayenta/brent', () => {
  it.each([
    ['a line', (x: number) => 2 * x - 3, 0, 10, 1.5],
    ['a cubic', (x: number) => x ** 3 - 2 * x - 5, 2, 3, 2.0945514815423265],
    ['a falling exponential', (x: number) => Math.exp(-x) - 0.1, -4, 9, Math.LN10],
    ['an arc', (x: number) => Math.cos(x) - x, 0, 1, 0.7390851332151607],
  ])('finds the root of %s', (_name, f, left, right, known) => {
    expect(Math.abs(root(f, left, right).at - known)).toBeLessThanOrEqual(1e-4);
    expect(root(f, left, right, { tolerance: 1e-13 }).at).toBeCloseTo(known, 12);
  });

  it('ends within half the tolerance of a jump', () => {
    for (const jump of [-3.7, 0, 1e-6, 2.25, 99.9]) {
      const { at, calls } = root((x) => (x < jump ? 2.5 : -0.3), -1000, 1000);
      expect(Math.abs(at - jump)).toBeLessThanOrEqual(1e-4);
      expect(calls).toBeLessThan(60);
    }
  });

  it('takes an end that is exactly zero without asking again', () => {
    expect(root((x) => x, 0, 5)).toEqual({ at: 0, asked: [], calls: 0 });
    expect(root((x) => x - 5, 0, 5)).toEqual({ at: 5, asked: [], calls: 0 });
    expect(root(() => 0, -1, 1)).toEqual({ at: -1, asked: [], calls: 0 });
  });

  it('gives up after the steps it was given', () => {
    const { calls } = root((x) => (x < Math.PI ? 1 : -1), 0, 1e6, { maxSteps: 5 });
    expect(calls).toBe(5);
  });

  // The points of R's own code (`zeroin.c`, R 4.4), played in another language.
  it.each<[string, (x: number) => number, number, number, number, number[]]>([
    [
      'a cubic',
      (x: number) => x ** 3 - 2 * x - 5,
      2,
      3,
      1e-10,
      [
        2.05882352941, 2.52941176471, 2.08705176647, 2.0946022401, 2.09455126658, 2.09455148154,
        2.09455148159,
      ],
    ],
    [
      'a flat power',
      (x: number) => x ** 9,
      -1,
      1.5,
      0.001,
      [
        -0.936617974746, 0.281691012627, 0.281191012627, -0.32771348106, 0.158595077747,
        0.157883939259, -0.0849147709003, -0.0840039735382, 0.0369399828604, 0.0364399828604,
        -0.0237819953389, -0.0225156377821, 0.00696217253917, 0.00646217253917, -0.00802673262145,
        0.00465959592823, 0.00415959592823, -0.00193356834661, -0.00143356834661,
        -0.000933568346608, -0.000433568346608, 6.64316533918e-5,
      ],
    ],
    [
      'a falling exponential',
      (x: number) => Math.exp(-x) - 0.1,
      -4,
      9,
      1e-8,
      [
        8.97621899997, 2.48810949999, 1.16591516245, 2.3901576241, 1.77803639328, 2.32380728823,
        2.30229385966, 2.30258819408, 2.30258509345, 2.30258508845,
      ],
    ],
    [
      'a step',
      (x: number) => (x < 2.25 ? 2.5 : -0.3),
      -10,
      10,
      0.01,
      [
        7.85714285714, -1.07142857143, 6.90051020408, 2.91454081633, 0.921556122449, 2.70100674198,
        1.81128143222, 2.60567903022, 2.20848023122, 2.56312201604, 2.38580112363, 2.29714067742,
        2.25281045432, 2.23064534277, 2.24781045432,
      ],
    ],
    [
      'stairs',
      (x: number) => Math.floor(x) + 0.5,
      -7,
      30,
      0.01,
      [
        -0.5, 0.0329301075269, -0.233534946237, -0.100302419355, -0.033686155914,
        -0.000378024193548, 0.0162760416667, 0.00794900873656,
      ],
    ],
    [
      'a root near one end',
      (x: number) => 1 / (x - 3) + 6,
      -50,
      2.99,
      1e-6,
      [
        -46.83, -21.92, -9.465, -3.2375, -0.12375, 1.433125, 2.2115625, 2.60078125, 2.795390625,
        2.88309875244, 2.82200392464, 2.83410346634, 2.83328098242, 2.83333309143, 2.83333359143,
      ],
    ],
  ])('asks where R asks: %s', (_name, f, left, right, tolerance, known) => {
    const { asked, at } = root(f, left, right, { tolerance });
    expect(asked).toHaveLength(known.length);
    known.forEach((point, index) => expect(asked[index]).toBeCloseTo(point, 8));
    expect(asked.map((point) => Math.abs(point - at))).toContain(0);
  });
});
