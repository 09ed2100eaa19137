import { describe, expect, it } from 'vitest';
import { aWait } from '../test/support/situations.ts';
import {
  advanceBack,
  backWords,
  isSickBack,
  isWatchedBack,
  isWatchOver,
  type BackEventBody,
} from './after-rollback.ts';

const returned: BackEventBody = {
  type: 'rollback.returned',
  to: '1.0.0',
  shares: [],
  wait: aWait('verify'),
};
const failed: BackEventBody = {
  type: 'rollback.failed',
  to: '1.0.0',
  sentence: '1.0.0 is sick',
  attempts: 1,
  evidence: [],
  wait: aWait('sick'),
};
const left: BackEventBody = { type: 'rollback.left', to: '1.0.0', sentence: 'sick; skipped' };
const verified: BackEventBody = { type: 'rollback.verified', to: '1.0.0', shares: [] };
const fold = (...events: BackEventBody[]) =>
  events.reduce(advanceBack, { back: null, wait: null, sentence: null });

describe('domain/after-rollback', () => {
  it.each<[string, BackEventBody[], string | null, string | null, boolean]>([
    ['under way', [], null, null, false],
    ['all traffic is there', [returned], 'watched', null, true],
    ['what is there is sick', [returned, failed], 'sick', '1.0.0 is sick', true],
    ['it is looked at again', [returned, failed, returned], 'sick', '1.0.0 is sick', true],
    ['it is well in the end', [returned, failed, returned, verified], 'verified', null, false],
    ['it is left sick', [returned, failed, left], 'left', 'sick; skipped', false],
    ['without a watch', [verified], 'verified', null, false],
  ])('%s', (_, events, back, sentence, watched) => {
    const state = fold(...events);
    expect(state).toMatchObject({ back, sentence });
    expect(isWatchedBack(state)).toBe(watched);
    expect(isSickBack(state)).toBe(back === 'sick' || back === 'left');
    expect(isWatchOver(state)).toBe(back === 'verified' || back === 'left');
  });

  it.each([
    [null, '1.0.0', 'rolling back to 1.0.0'],
    [null, null, 'rolling back'],
    ['watched', '1.0.0', 'all traffic back on 1.0.0, which is watched'],
    ['sick', '1.0.0', 'all traffic back on 1.0.0, which is sick'],
    ['left', '1.0.0', 'all traffic back on 1.0.0, which was left sick'],
    ['verified', null, 'all traffic back on nothing, verified'],
  ] as const)('says what it is doing: %s, %s', (back, designated, words) => {
    expect(backWords({ back, designated })).toBe(words);
  });
});
