import { describe, expect, it } from 'vitest';
import { analysisSchema } from './spec.ts';

const errors = { signal: 'errors', from: 'edge' };
const gauge = { type: 'gauge', name: 'cpu', from: 'edge', value: 'v' };

function read(metric: object, analysis: object = {}) {
  const [only] = analysisSchema.parse({ ...analysis, metrics: [metric] }).metrics;
  return only;
}

function issues(metric: object, analysis: object = {}): string[] {
  const { error } = analysisSchema.safeParse({ ...analysis, metrics: [metric] });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('domain/analysis/metric-spec', () => {
  it.each<[string, object, object, string]>([
    ['nothing said', errors, {}, 'sequential'],
    ['a limit', { ...errors, limit: '1%' }, {}, 'bound'],
    ['a ratio to stable', { ...errors, ratioToStable: 2 }, {}, 'bound'],
    ['a condition', { ...gauge, successCondition: 'result < 1' }, {}, 'conditions'],
    ['settings of Kayenta', { ...errors, kayenta: {} }, {}, 'kayenta'],
    ['the method of the analysis', errors, { method: 'kayenta' }, 'kayenta'],
    [
      'a limit against the method of the analysis',
      { ...errors, limit: '1%' },
      { method: 'kayenta' },
      'bound',
    ],
    ['its own method', { ...errors, method: 'kayenta' }, {}, 'kayenta'],
    [
      'conditions with their method named',
      { ...gauge, method: 'threshold', failureCondition: 'result > 1' },
      {},
      'conditions',
    ],
  ])('is judged by %s', (_, metric, analysis, judgedBy) => {
    expect(read(metric, analysis)).toMatchObject({ judgedBy });
  });

  it('three lines are a complete analysis', () => {
    expect(read(errors)).toEqual({
      signal: 'errors',
      name: 'errors',
      from: 'edge',
      kind: 'ratio',
      quantile: 0.99,
      dryRun: false,
      judgedBy: 'sequential',
      tolerance: { relative: 0.1, absolute: 0.0001 },
      margin: { relative: 0.5, absolute: 0.001 },
      weight: 1,
      gate: true,
      direction: 'increase',
    });
  });

  it('reads tolerances and margins as people write them', () => {
    const written = { tolerance: '20%', margin: { relative: '100%', absolute: '0.5pp' } };
    expect(read({ ...errors, ...written, critical: true, weight: 2 })).toMatchObject({
      tolerance: { relative: 0.2, absolute: 0.0001 },
      margin: { relative: 1, absolute: 0.005 },
      weight: 8,
    });
  });

  it('knows what each signal is', () => {
    const kind = (signal: string) => read({ signal, from: 'edge', source: 'istio' })?.kind;
    expect(['errors', 'latency', 'saturation'].map(kind)).toEqual(['ratio', 'latency', 'gauge']);
  });

  it.each<[string, object, string]>([
    [
      'a field of another method',
      { ...errors, limit: '1%', tolerance: '10%' },
      'metrics.0.tolerance: belongs to sequential, but this metric is judged by threshold',
    ],
    [
      'a limit under a method that has none',
      { ...errors, method: 'sequential', limit: '1%' },
      'metrics.0.limit: belongs to threshold, but this metric is judged by sequential',
    ],
    [
      'bounds beside conditions',
      { ...gauge, limit: 1, successCondition: 'result < 1' },
      'metrics.0.limit: belongs to threshold, but this metric is judged by threshold conditions',
    ],
    [
      'a margin within the tolerance',
      { ...errors, margin: '5%' },
      'metrics.0.margin: must be larger than `tolerance`',
    ],
    ['a limit on a gauge', { ...gauge, max: '5%' }, 'metrics.0.max: is for metrics of kind ratio'],
    [
      'a slowness of errors',
      { ...errors, threshold: '1s' },
      'metrics.0.threshold: is for metrics of kind latency',
    ],
    ['strata of a gauge', { ...gauge, stratifyBy: 'route' }, 'metrics.0.stratifyBy: a gauge'],
    [
      'too few slow requests',
      { signal: 'latency', from: 'edge', direction: 'decrease' },
      'metrics.0.direction: slow requests can only be too many',
    ],
    [
      'bounds without one',
      { ...errors, method: 'threshold' },
      'metrics.0.limit: give `limit`, `ratioToStable` or both',
    ],
    [
      'conditions that nothing could fail',
      { ...gauge, successCondition: 'result < 1', failureLimit: -1 },
      'metrics.0.failureLimit: without it nothing could fail',
    ],
    ['an absurd share', { ...errors, max: '150%' }, 'metrics.0.max: must be above 0 and below 1'],
  ])('refuses %s', (_, metric, expected) => {
    expect(issues(metric).join('\n')).toContain(expected);
  });

  it('refuses settings of the analysis that contradict each other', () => {
    expect(issues(errors, { kayenta: { pass: 50, marginal: 75 } }).join()).toContain(
      'kayenta.marginal: must not be above pass',
    );
    expect(issues(errors, { falseAlarm: 0 }).join()).toContain('falseAlarm: must be above 0');
  });
});
