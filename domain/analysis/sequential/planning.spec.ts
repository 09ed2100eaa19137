import { describe, expect, it } from 'vitest';
import { requestsNeeded } from './planning.ts';
import { aLimit, aRatio } from '../../../test/support/sequential.ts';

describe('domain/analysis/sequential/planning', () => {
  // A transcription of b10 in Python.
  it.each([
    ['0.5 % at 5 %', 0.005, 0.05, 0.01, 10_247, 4967],
    ['no errors at all', 0, 0.05, 0.01, 4727, 4207],
    ['2 % at half the traffic, one alarm in a thousand', 0.02, 0.5, 0.001, 10_815, 3576],
  ])('%s', (_, rate, share, falseAlarm, fail, pass) => {
    expect(requestsNeeded(aRatio(), rate, share, falseAlarm, 0.05)).toEqual({ fail, pass });
  });

  it('a limit needs no baseline, and what is worth finding is a margin above it', () => {
    const metric = aLimit(0.01);
    const needs = requestsNeeded(metric, 0.002, 0.05, 0.01, 0.05);
    const kl = (a: number, b: number) => a * Math.log(a / b) - a + b;
    expect(needs.fail).toBe(Math.ceil((Math.log(100) + 1 + Math.LN2) / kl(0.016, 0.01)));
    expect(needs.pass).toBe(Math.ceil((Math.log(20) + 1) / kl(0.002, 0.01)));
  });

  it('a canary above its limit will not pass', () => {
    expect(requestsNeeded(aLimit(0.01), 0.02, 0, 0.01, 0.05).pass).toBe(Infinity);
  });

  it('a smaller share of the same traffic needs fewer requests of its own', () => {
    const small = requestsNeeded(aRatio(), 0.005, 0.01, 0.01, 0.05);
    const large = requestsNeeded(aRatio(), 0.005, 0.5, 0.01, 0.05);
    expect(small.fail).toBeLessThan(large.fail);
    expect(small.pass).toBeLessThan(large.pass);
  });
});
