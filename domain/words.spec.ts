import { describe, expect, it } from 'vitest';
import { policyActor } from './release.ts';
import { decided } from './words.ts';

describe('what was decided', () => {
  const jane = { id: 'jane', channel: 'cli' as const };

  it('names the person, and the reason if there is one', () => {
    expect(decided('rolled back', jane, 'too slow')).toBe('rolled back by jane: too slow');
    expect(decided('aborted', jane, null)).toBe('aborted by jane');
  });

  it('of Crescendo itself is its reason', () => {
    const reason = 'eu: a regression is proven';
    expect(decided('rolled back', policyActor, reason)).toBe(reason);
    expect(decided('rolled back', policyActor, null)).toBe('rolled back by crescendo');
  });
});
