import { describe, expect, it } from 'vitest';
import { catalogue, CrescendoError, isErrorCode, type ErrorCode } from './errors.ts';

const codes = Object.keys(catalogue) as ErrorCode[];

describe('domain/errors', () => {
  it.each(codes)('%s has a title, advice and a status', (code) => {
    const { title, advice, status } = catalogue[code];
    expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(advice).toMatch(/\.$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  });

  it('gives every error a title of its own', () => {
    expect(new Set(codes.map((code) => catalogue[code].title)).size).toBe(codes.length);
  });

  it('carries code, sentence, fields and cause', () => {
    const cause = new Error('refused');
    const error = new CrescendoError('spec_invalid', 'no', [{ path: 'a', message: 'b' }], cause);
    expect(error).toMatchObject({ code: 'spec_invalid', message: 'no', cause, retryable: false });
    expect(error.fields).toEqual([{ path: 'a', message: 'b' }]);
    expect(new CrescendoError('provider_unavailable', 'x').retryable).toBe(true);
  });

  it('knows its codes', () => {
    expect(isErrorCode('lane_busy')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode(null)).toBe(false);
    expect(isErrorCode(undefined)).toBe(false);
  });
});
