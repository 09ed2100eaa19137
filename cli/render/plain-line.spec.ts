import { describe, expect, it } from 'vitest';
import type { CrescendoEvent } from '../../domain/events.ts';
import {
  at,
  crescendo,
  inconclusive,
  inEnvironment,
  jane,
  mirroring,
  release,
  rolledBack,
  wait,
} from '../../test/support/recorded-release.ts';
import { plainLine } from './plain-line.ts';

const hold = wait('failure', 'retry or skip', 1, 61, 'it is rejected');
const open = wait('queue', 'the lane', 1, null, 'it starts by itself');

describe('cli/render/plain-line', () => {
  it('tells a whole release, one line per event', () => {
    const lines = rolledBack().map(plainLine);
    expect(lines).toHaveLength(rolledBack().length);
    expect(lines.filter((line) => line === null)).toHaveLength(0);
    expect(lines[0]).toBe(
      '2026-11-23T12:00:00Z  version 1.2.0 submitted by jane (cli) (spring sale)',
    );
    expect(lines.at(-1)).toContain('rolled back: rolled back in eu: errors: canary 8.1 %');
  });

  it.each<[string, CrescendoEvent, string | null]>([
    [
      'a queue',
      release(1, { type: 'release.queued', wait: open }),
      'queued: waits for the lane with no time limit, then it starts by itself',
    ],
    [
      'a hold',
      release(1, { type: 'release.holding', wait: hold }),
      'held: waits for retry or skip until 2026-11-23T12:01:01Z, then it is rejected',
    ],
    [
      'a shift',
      inEnvironment('eu', 1, {
        type: 'traffic.shifted',
        shares: [
          { version: '1.2.0', weight: 2.5 },
          { version: '1.1.0', weight: 97.5 },
        ],
        weight: 2.5,
        step: 1,
      }),
      'eu: traffic 1.2.0 2.5 %, 1.1.0 97.5 %',
    ],
    [
      'no verdict',
      inEnvironment('eu', 1, { type: 'bake.finished', step: 2, weight: 5, verdict: inconclusive }),
      'eu: step 2 at 5 %: inconclusive: errors: the query gave no points for 1.2.0',
    ],
    [
      'a promotion',
      inEnvironment('eu', 1, { type: 'bake.promoted', step: 2, weight: 5, by: jane, reason: null }),
      'eu: step 2 at 5 %: promoted by jane (cli)',
    ],
    [
      'a failed test',
      inEnvironment('eu', 1, {
        type: 'test.finished',
        result: {
          name: 'smoke',
          passed: false,
          total: 3,
          failed: 2,
          failures: [],
          detail: 'answered 500',
          logTail: '',
        },
      }),
      'eu: test smoke: failed, 2 of 3: answered 500',
    ],
    [
      'a return by policy',
      inEnvironment('eu', 1, {
        type: 'rollback.started',
        to: null,
        cause: 'breach',
        by: crescendo,
      }),
      'eu: rolling back to nothing by crescendo: breach',
    ],
    ['the end of the last stage', release(1, { type: 'stage.entered', stage: 'ended' }), null],
  ])('says %s', (_what, event, sentence) => {
    expect(plainLine(event)).toBe(sentence === null ? null : `2026-11-23T12:00:01Z  ${sentence}`);
  });

  it('tells of rings and mirrors by what they are', () => {
    const text = mirroring().map(plainLine).join('\n');
    for (const part of [
      'steps ring x-user-group=insiders, mirror 10 %, 50 %, 100 %; a rollback goes to 1.1.0',
      'traffic 1.2.0 0 % (ring x-user-group=insiders), 1.1.0 100 %',
      'step 1 at ring x-user-group=insiders: pass',
      'traffic 1.2.0 0 % (ring x-user-group=insiders, mirror 10 %), 1.1.0 100 %',
      'step 2 at mirror 10 %: baking',
    ])
      expect(text).toContain(part);
  });

  it('stays on one line whatever people write', () => {
    const event = release(1, {
      type: 'action.accepted',
      action: 'pause',
      by: jane,
      reason: 'a\nb\u001B[2J',
      only: null,
    });
    expect(plainLine(event)).toBe('2026-11-23T12:00:01Z  pause by jane (cli) (a b)');
  });

  it('names an event that is newer than itself', () => {
    const event = {
      type: 'release.teleported',
      at: at(1),
      environment: null,
    } as unknown as CrescendoEvent;
    expect(plainLine(event)).toBe('2026-11-23T12:00:01Z  release.teleported');
  });
});
