/** What every metric provider must do, whatever its vendor; run from each vendor's spec. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MetricProvider, MetricQuery, Series } from '../../providers/metrics/contract.ts';
import { aContext } from '../support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../support/http-stub.ts';

/** An answer of the vendor, and what we must make of it. */
interface Documented {
  answer: StubAnswer;
  series: Series[];
}

export interface MetricVendorCase {
  vendor: string;
  /** Opens the provider against a base URL, giving up a call after `timeoutMs`. */
  open: (url: string, timeoutMs: number) => MetricProvider;
  /** A query that the answers below fit. */
  query: MetricQuery;
  answers: {
    points: Documented;
    severalSeries: Documented;
    /** Some values are NaN or infinite; `series` holds the others. */
    partlyNotANumber: Documented;
    /** A proper answer without any series. */
    empty: StubAnswer;
    /** Series whose every value is NaN or infinite. */
    notANumber: StubAnswer;
    /** Status 200 with something that is not the vendor's format, one per way. */
    malformed: StubAnswer[];
  };
  /** A credential that `open` uses; it must never show up in what comes back. */
  secret?: string;
}

/** Declares the conformance tests of one vendor. */
export function describeMetricProvider(vendorCase: MetricVendorCase): void {
  const { open, query, answers } = vendorCase;

  describe(`test/contracts/metrics: ${vendorCase.vendor}`, () => {
    let stub: HttpStub;
    let provider: MetricProvider;
    const ask = async (signal?: AbortSignal) => {
      const answer = await provider.query(query, aContext(signal));
      if (vendorCase.secret) expect(JSON.stringify(answer)).not.toContain(vendorCase.secret);
      return answer;
    };

    beforeAll(async () => {
      stub = await startHttpStub();
    });
    afterAll(() => stub.close());
    beforeEach(() => {
      stub.requests.length = 0;
      provider = open(stub.url, 5_000);
    });

    it.each(['points', 'severalSeries', 'partlyNotANumber'] as const)('reads %s', async (name) => {
      stub.answerWith(answers[name].answer);
      const answer = await ask();
      expect(answer).toEqual({ kind: 'points', series: answers[name].series });
      expect(stub.requests.length).toBeGreaterThan(0);
    });

    it('has documented answers that test something', () => {
      expect(answers.points.series).toHaveLength(1);
      expect(answers.severalSeries.series.length).toBeGreaterThan(1);
      const all = [answers.points, answers.severalSeries, answers.partlyNotANumber];
      for (const series of all.flatMap((documented) => documented.series)) {
        expect(series.points.length).toBeGreaterThan(0);
        const times = series.points.map(([time]) => time);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }
    });

    it.each(['empty', 'notANumber'] as const)('calls %s no data, and says so', async (name) => {
      stub.answerWith(answers[name]);
      expect(await ask()).toEqual({ kind: 'noData', detail: expect.stringMatching(/\w+ \w+/) });
    });

    it.each([400, 401, 403, 404])('says of %d that a retry does not help', async (status) => {
      stub.answerWith({ status, body: 'no' });
      expect(await ask()).toMatchObject({ kind: 'error', retryable: false });
    });

    it.each([408, 500, 502, 503, 504])('says of %d that a retry may help', async (status) => {
      stub.answerWith({ status, body: 'not now' });
      expect(await ask()).toMatchObject({
        kind: 'error',
        retryable: true,
        detail: expect.stringContaining(String(status)),
      });
    });

    it('passes on how long to wait after 429', async () => {
      stub.answerWith({ status: 429, headers: { 'retry-after': '7' } });
      expect(await ask()).toMatchObject({ kind: 'error', retryable: true, retryAfterMs: 7_000 });
    });

    it('gives up on an answer that does not come', async () => {
      stub.answerWith({ trouble: 'hang' });
      provider = open(stub.url, 100);
      expect(await ask()).toMatchObject({ kind: 'error', retryable: true });
    });

    it('takes half an answer for none', async () => {
      stub.answerWith({ ...answers.points.answer, trouble: 'cut' });
      expect(await ask()).toMatchObject({ kind: 'error', retryable: true });
    });

    it('reports a malformed answer as an error, whatever its shape', async () => {
      expect(answers.malformed.length).toBeGreaterThan(0);
      for (const malformed of answers.malformed) {
        stub.answerWith(malformed);
        expect(await ask(), malformed.body).toMatchObject({ kind: 'error' });
      }
    });

    it('reports that nobody listens', async () => {
      const gone = await startHttpStub();
      await gone.close();
      provider = open(gone.url, 5_000);
      expect(await ask()).toMatchObject({ kind: 'error', retryable: true });
    });

    it('stops when it is cancelled before the call', async () => {
      await expect(ask(AbortSignal.abort(new Error('not wanted')))).rejects.toThrow('not wanted');
      expect(stub.requests).toHaveLength(0);
    });

    it('stops when it is cancelled midway', async () => {
      const controller = new AbortController();
      const before = stub.abandoned();
      stub.answerWith(() => {
        setImmediate(() => controller.abort(new Error('not wanted any more')));
        return { trouble: 'hang' };
      });
      await expect(ask(controller.signal)).rejects.toThrow('not wanted any more');
      await expect.poll(() => stub.abandoned()).toBe(before + 1);
    });
  });
}
