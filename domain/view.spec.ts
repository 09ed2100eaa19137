import { describe, expect, it } from 'vitest';
import { aSpec, aVersion } from '../test/support/builders.ts';
import {
  aVerdict,
  aWait,
  at,
  fold,
  jane,
  situations,
  submitted,
} from '../test/support/situations.ts';
import { emptyLedger } from './ledger.ts';
import { planRelease, type RolloutPlan } from './plan.ts';
import { newRollout } from './rollout-progress.ts';
import { describeRelease, describeRollout, describeWait } from './view.ts';

function aPlan(): RolloutPlan {
  const context = { ledger: emptyLedger() };
  const result = planRelease(aSpec(), aVersion('1.1.0'), context);
  const rollout = 'plan' in result ? result.plan.waves[0]?.rollouts[0] : undefined;
  if (!rollout) throw new Error('no plan');
  return rollout;
}

describe('domain/view', () => {
  it('says what is waited for, since when, until when, and what then', () => {
    expect(describeWait(aWait('gate', { for: '1 approval', then: 'it is rejected' }))).toBe(
      `Waits for 1 approval, since ${at(0)} until ${at(60)}; then it is rejected.`,
    );
    expect(describeWait(aWait('queue', { until: null }))).not.toContain('until');
  });

  it.each([
    ['version and stage', 'baking at step 1', ['# shop 1.1.0', '**production**']],
    ['every environment with its weight', 'baking at step 1', ['| eu | bake | 5 % |  |']],
    ['what an environment waits for', 'baking at step 1', ['eu: Waits for bake to end']],
    ['that it is paused, and by whom', 'baking, paused', ['**paused**', 'pause by jane (api)']],
    ['how it ended', 'ended', ['**rejected**', 'CI is not green']],
    ['checks', 'verifying', ['| ci | running |  |']],
    ['how to steer', 'queued', ['`crescendo pause|promote|rollback shop:7`']],
  ] as const)('a release shows %s', (_, situation, parts) => {
    const text = describeRelease(situations[situation]);
    for (const part of parts) expect(text).toContain(part);
  });

  it('offers nothing to steer once it has ended', () => {
    expect(describeRelease(situations.ended)).not.toContain('Steer it');
  });

  it('keeps a table a table, whatever a check says', () => {
    const detail = 'a | b\nc';
    const check = { check: 'ci', state: 'failed', detail, url: null } as const;
    const text = describeRelease(fold(submitted, { type: 'check.finished', ...check }));
    expect(text).toContain('| ci | failed | a / b c |');
  });

  it('is cut below the limit of Temporal', () => {
    const verdict = aVerdict('fail', { sentence: 'x'.repeat(20_000) });
    const text = describeRelease(
      fold(submitted, ['eu', { type: 'bake.finished', step: 1, weight: 5, verdict }]),
    );
    expect(text.length).toBeLessThan(15_100);
    expect(text.endsWith('(cut)')).toBe(true);
  });

  it('a rollout shows where a rollback goes, its steps, and the evidence', () => {
    const evidence = [
      { metric: 'errors', finding: 'breach', canary: 1, stable: 0, bound: 0, requests: 9 } as const,
    ].map((one) => ({ ...one, sentence: 'errors: canary 100 %' }));
    const progress = {
      ...newRollout('eu', at(0)),
      cause: 'errors',
      steps: [{ number: 1, weight: 100, state: 'failed' as const, verdict: aVerdict('fail') }],
      verdict: aVerdict('fail', { evidence }),
      tests: [
        {
          name: 'smoke',
          passed: false,
          total: 1,
          failed: 1,
          failures: [],
          detail: '1 of 1',
          logTail: '',
        },
      ],
    };
    const text = describeRollout(progress, aPlan());
    for (const part of [
      '# 1.1.0 in eu',
      'Stable: none. A rollback goes to: nothing',
      'Cause: errors',
      '| 1 | 100 % | failed | errors: fail |',
      '- errors: canary 100 %',
      'Test smoke: FAILED. 1 of 1',
    ])
      expect(text).toContain(part);
  });

  it('a step that is no mere weight is called by what it reaches', () => {
    const rules = { mirror: 10 };
    const steps = [
      { number: 1, weight: 0, audience: 'mirror 10 %', state: 'baking' as const, verdict: null },
    ];
    const shares = [{ version: '1.1.0', weight: 0, rules }];
    const text = describeRollout({ ...newRollout('eu', at(0)), steps, shares }, aPlan());
    expect(text).toContain('0 % + mirror 10 % of the audience');
    expect(text).toContain('| 1 | mirror 10 % | baking |');
    const shifted = { type: 'traffic.shifted', shares, weight: 0, step: 1 } as const;
    expect(describeRelease(fold(submitted, ['eu', shifted]))).toContain('| 0 % + mirror 10 % |');
  });

  it('the last action is shown with its reason', () => {
    const action = { action: 'promote', by: jane, reason: 'urgent', only: null } as const;
    expect(describeRelease(fold(submitted, { type: 'action.accepted', ...action }))).toContain(
      'Last action: promote by jane (api) urgent',
    );
  });
});
