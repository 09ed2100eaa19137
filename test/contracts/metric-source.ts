/** What a metric provider must do that is not asked over HTTP; as `metrics.ts`, with real questions. */

import { describe, expect, it } from 'vitest';
import type { MetricProvider, MetricQuery, Series } from '../../providers/metrics/contract.ts';
import { aContext } from '../support/call-context.ts';

/** A question, and what we must make of its answer. */
interface Documented {
  query: string;
  series: Series[];
}

export interface MetricSourceCase {
  vendor: string;
  /** Opens the provider, giving up a call after `timeoutMs`. */
  open: (timeoutMs: number) => MetricProvider;
  /** Opens it on a source that is not there. */
  unreachable: () => MetricProvider;
  range: Omit<MetricQuery, 'query'>;
  questions: {
    points: Documented;
    severalSeries: Documented;
    /** Some values are NaN or infinite; `series` holds the others. */
    partlyNotANumber: Documented;
    empty: string;
    notANumber: string;
    /** Answers that are no metric, or questions that are wrong for ever: one per way. */
    wrong: Record<string, string>;
    /** Takes minutes. */
    endless: string;
  };
  /** How many of the `endless` questions still run at the source. */
  running: () => Promise<number>;
  secret?: string;
}

/** Declares the conformance tests of one vendor. */
export function describeMetricSource(source: MetricSourceCase): void {
  const { questions, range } = source;

  describe(`test/contracts/metric-source: ${source.vendor}`, () => {
    const ask = async (query: string, signal?: AbortSignal, provider = source.open(20_000)) => {
      const answer = await provider.query({ ...range, query }, aContext(signal));
      if (source.secret) expect(JSON.stringify(answer)).not.toContain(source.secret);
      return answer;
    };
    const untilRunning = (count: number) =>
      expect.poll(source.running, { timeout: 20_000, interval: 100 }).toBe(count);

    it.each(['points', 'severalSeries', 'partlyNotANumber'] as const)('reads %s', async (name) => {
      const { query, series } = questions[name];
      expect(series.length).toBeGreaterThan(name === 'severalSeries' ? 1 : 0);
      expect(await ask(query)).toEqual({ kind: 'points', series });
    });

    it.each(['empty', 'notANumber'] as const)('calls %s no data, and says so', async (name) => {
      const detail = expect.stringMatching(/\w+ \w+/);
      expect(await ask(questions[name])).toEqual({ kind: 'noData', detail });
    });

    it.each(Object.entries(questions.wrong))('refuses %s for good', async (_name, query) => {
      const detail = expect.stringMatching(/\w+ \w+/);
      expect(await ask(query)).toEqual({ kind: 'error', detail, retryable: false });
    });

    it('gives up on an answer that does not come, and leaves nothing running', async () => {
      const provider = source.open(300);
      const answer = await ask(questions.endless, undefined, provider);
      expect(answer).toMatchObject({ kind: 'error', retryable: true });
      await untilRunning(0);
    });

    it('reports that nobody answers', async () => {
      const answer = await ask(questions.points.query, undefined, source.unreachable());
      expect(answer).toMatchObject({ kind: 'error' });
    });

    it('stops when it is cancelled before the call', async () => {
      const gone = AbortSignal.abort(new Error('not wanted'));
      await expect(ask(questions.endless, gone)).rejects.toThrow('not wanted');
      expect(await source.running()).toBe(0);
    });

    it('stops when it is cancelled midway, and leaves nothing running', async () => {
      const controller = new AbortController();
      const asked = ask(questions.endless, controller.signal);
      asked.catch(() => {});
      await untilRunning(1);
      controller.abort(new Error('not wanted any more'));
      await expect(asked).rejects.toThrow('not wanted any more');
      await untilRunning(0);
    });

    it('answers many at once', async () => {
      const provider = source.open(20_000);
      const { query, series } = questions.points;
      const asked = Array.from({ length: 12 }, () => ask(query, undefined, provider));
      for (const answer of await Promise.all(asked))
        expect(answer).toEqual({ kind: 'points', series });
    });
  });
}
