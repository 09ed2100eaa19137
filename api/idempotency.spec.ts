import { describe, expect, it } from 'vitest';
import { updateIdOf } from './idempotency.ts';

describe('api/idempotency.ts', () => {
  const request = { by: { id: 'jane', channel: 'api' }, full: false };

  it('is the same for the same request with the same key', () => {
    expect(updateIdOf('promote', 'k', { ...request })).toBe(
      updateIdOf('promote', 'k', { ...request }),
    );
  });

  it.each([
    ['another action', updateIdOf('abort', 'k', request)],
    ['another key', updateIdOf('promote', 'l', request)],
    ['another request', updateIdOf('promote', 'k', { ...request, full: true })],
    [
      'another person',
      updateIdOf('promote', 'k', { ...request, by: { id: 'bot', channel: 'api' } }),
    ],
  ])('differs for %s', (_, other) => {
    expect(other).not.toBe(updateIdOf('promote', 'k', request));
  });

  it('is new each time without a key', () => {
    expect(updateIdOf('promote', null, request)).not.toBe(updateIdOf('promote', null, request));
  });

  it('stays within what the workflow takes', () => {
    expect(updateIdOf('rollback', 'k'.repeat(200), request).length).toBeLessThanOrEqual(300);
  });
});
