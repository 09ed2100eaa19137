import { describe, expect, it } from 'vitest';
import { aVerdict, aWait, at, jane, situations } from '../test/support/situations.ts';
import type { ReleaseEventBody, RolloutEventBody } from './events.ts';
import { noticeFor } from './notices.ts';

const progress = situations['baking at step 1'];
const wait = aWait('gate', { for: '1 approval', until: at(60), then: 'it is rejected' });
const inEu = (body: RolloutEventBody) =>
  noticeFor({ ...body, at: at(1), environment: 'eu' }, progress);
const whole = (body: ReleaseEventBody) =>
  noticeFor({ ...body, at: at(1), environment: null }, progress);

describe('domain/notices', () => {
  it.each<[string, ReleaseEventBody, string, string]>([
    [
      'gate',
      { type: 'gate.opened', gate: 'wave 2', needs: 1, exclude: [], wait },
      'warning',
      'shop 1.1.0 waits for 1 approval',
    ],
    ['hold', { type: 'release.holding', wait }, 'warning', 'shop 1.1.0 is on hold: 1 approval'],
    [
      'success',
      { type: 'release.ended', outcome: 'succeeded', sentence: 'done' },
      'info',
      'shop 1.1.0 succeeded: done',
    ],
    [
      'any other end',
      { type: 'release.ended', outcome: 'rolled_back', sentence: 'back' },
      'warning',
      'shop 1.1.0 rolled_back: back',
    ],
    [
      'quarantine, by the version it is about',
      { type: 'version.quarantined', version: '0.9', reason: 'bad' },
      'warning',
      'shop 0.9 is quarantined: bad',
    ],
  ])('%s', (_, body, severity, title) => {
    expect(whole(body)).toMatchObject({ event: body.type, severity, title });
  });

  it.each<[string, RolloutEventBody, string, string]>([
    [
      'step',
      { type: 'traffic.shifted', shares: [], weight: 25, step: 2 },
      'info',
      'has 25 % of eu',
    ],
    ['hold', { type: 'rollout.holding', wait }, 'warning', 'is on hold: 1 approval'],
    [
      'failed bake',
      { type: 'bake.finished', step: 1, weight: 5, verdict: aVerdict('fail') },
      'warning',
      'in eu: errors: fail',
    ],
    [
      'rollback',
      { type: 'rollback.started', to: '1.0.0', cause: 'errors', by: jane },
      'alert',
      'is rolled back in eu to 1.0.0: errors',
    ],
    [
      'rollback to nothing',
      { type: 'rollback.started', to: null, cause: 'errors', by: jane },
      'alert',
      'to nothing: errors',
    ],
    [
      'late rollback',
      { type: 'rollback.delayed', sentence: 'still trying', attempts: 1 },
      'alert',
      'still trying',
    ],
    [
      'back, and sick',
      {
        type: 'rollback.failed',
        to: '1.0.0',
        sentence: '1.0.0 is sick in eu',
        attempts: 1,
        evidence: [],
        wait: aWait('sick'),
      },
      'alert',
      '1.0.0 is sick in eu',
    ],
    [
      'verified, with what it rests on',
      { type: 'rollback.verified', to: '1.0.0', shares: [], detail: 'errors within limits' },
      'info',
      'verified; errors within limits',
    ],
    [
      'verified',
      { type: 'rollback.verified', to: '1.0.0', shares: [] },
      'info',
      'is out of eu: 1.0.0 serves it, verified',
    ],
    [
      'a return that is there',
      { type: 'rollback.returned', to: '1.1.0', shares: [], wait },
      'info',
      'is back: it serves eu, and is watched',
    ],
    [
      'a return that is left sick',
      { type: 'rollback.left', to: '1.1.0', sentence: '1.1.0 is sick; skipped by jane' },
      'warning',
      'is left as it is in eu: 1.1.0 is sick; skipped by jane',
    ],
  ])('in an environment: %s', (_, body, severity, words) => {
    const notice = inEu(body);
    expect(notice?.severity).toBe(severity);
    expect(notice?.title).toBe(`shop 1.1.0 ${notice?.title.slice('shop 1.1.0 '.length)}`);
    expect(notice?.title).toContain(words);
  });

  it.each([
    ['at once', 'router says no', 1, null],
    ['after a minute', 'router says no', 61, 'shop 1.1.0 waits for delay to end'],
  ])('a step that is delayed: %s', (_, sentence, seconds, title) => {
    const event = { type: 'step.delayed', stage: 'shift', attempts: 3, sentence } as const;
    const notice = noticeFor(
      { ...event, wait: aWait('delay'), at: at(seconds), environment: 'eu' },
      progress,
    );
    expect(notice?.title ?? null).toBe(title);
  });

  it.each<[string, RolloutEventBody]>([
    ['a weight that is no step', { type: 'traffic.shifted', shares: [], weight: 0, step: null }],
    ['a pass', { type: 'bake.finished', step: 1, weight: 5, verdict: aVerdict('pass') }],
    ['deploying', { type: 'version.deploying', version: '1.1.0' }],
  ])('nobody is told of %s', (_, body) => expect(inEu(body)).toBeNull());

  it('says until when, and what happens then', () => {
    expect(whole({ type: 'release.holding', wait })?.text).toBe(
      `until ${at(60)}: then it is rejected`,
    );
    expect(whole({ type: 'release.holding', wait: { ...wait, until: null } })?.text).toBe('');
  });

  it('lists the evidence', () => {
    const numbers = { finding: 'breach', canary: 1, stable: 0, bound: 0, requests: 9 } as const;
    const evidence = ['a', 'b'].map((metric) => ({ metric, ...numbers, sentence: `${metric}: x` }));
    const verdict = aVerdict('fail', { evidence });
    expect(inEu({ type: 'bake.finished', step: 1, weight: 5, verdict })?.text).toBe(
      '- a: x\n- b: x',
    );
  });
});
