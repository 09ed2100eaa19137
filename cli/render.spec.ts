import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CrescendoEvent } from '../domain/events.ts';
import {
  crescendo,
  failed,
  goodEvidence,
  inconclusive,
  inEnvironment,
  jane,
  mirroring,
  nowAt,
  passed,
  progressOf,
  release,
  rolledBack,
  startedIn,
  step,
  untilProduction,
  wait,
} from '../test/support/recorded-release.ts';
import { renderRelease, type ViewOptions } from './render.ts';
import { widthOf } from './render/text.ts';

function render(events: CrescendoEvent[], seconds: number, options: Partial<ViewOptions> = {}) {
  const view = { width: 80, now: nowAt(seconds), color: false, ...options };
  return renderRelease(progressOf(events), view);
}

function finished(environment: string, seconds: number): CrescendoEvent[] {
  return [
    ...startedIn(environment, seconds),
    inEnvironment(environment, seconds, { type: 'rollout.finished', version: '1.2.0' }),
  ];
}

const baking = [
  ...untilProduction(),
  ...startedIn('eu', 8),
  ...step('eu', 10, 1, 1, passed),
  ...step('eu', 20, 2, 5, passed),
  ...step('eu', 30, 3, 25),
];

const held = [
  ...untilProduction(),
  ...startedIn('eu', 8),
  ...step('eu', 10, 1, 1, inconclusive),
  inEnvironment('eu', 40, {
    type: 'rollout.holding',
    wait: wait(
      'verdict',
      `promote, retry or rollback (${inconclusive.sentence})`,
      40,
      7240,
      'it is rolled back',
    ),
  }),
];

const gated = [
  ...untilProduction(),
  ...finished('eu', 8),
  release(62, {
    type: 'gate.opened',
    gate: 'wave 2',
    needs: 2,
    exclude: ['sam'],
    wait: wait('gate', '2 approvals before wave 2', 62, 14_462, 'the release is rejected'),
  }),
  release(70, {
    type: 'action.accepted',
    action: 'approve',
    by: jane,
    reason: 'looks fine',
    only: null,
  }),
  release(70, {
    type: 'gate.approved',
    gate: 'wave 2',
    by: jane,
    reason: 'looks fine',
    missing: 1,
  }),
];

function threeSteps(environment: string): CrescendoEvent[] {
  return [
    ...startedIn(environment, 8),
    ...step(environment, 10, 1, 1, passed),
    ...step(environment, 20, 2, 5, passed),
    ...step(environment, 30, 3, 25),
  ];
}

/** Lines that tell of a step that passed, in these environments together. */
function passes(...environments: string[]): number {
  const events = [...untilProduction(), ...environments.flatMap(threeSteps)];
  return render(events, 42).filter((line) => line.includes('passed')).length;
}

describe('cli/render', () => {
  beforeAll(() => vi.stubEnv('TZ', 'UTC'));
  afterAll(() => vi.unstubAllEnvs());

  it('shows a step that bakes, with what the metrics say now', () => {
    expect(render(baking, 42, { evidence: { eu: goodEvidence } })).toEqual([
      'shop 1.2.0   release shop:3   ● production   00:42   by jane (cli)',
      '✔ verify  ✔ staging  ● production  ○ warm',
      '',
      'staging   1.2.0   ✔ finished',
      'eu        █████░░░░░░░░░░░░░░░    25 % 1.2.0 canary   75 % 1.1.0 stable',
      '          ● baking step 3 of 5, 12 s of at most 20 s, then the policy decides',
      '          metric   canary  stable   bound  requests  finding',
      '          errors   0.12 %   0.1 %     1 %       310  ✔ ok',
      '          latency  182 ms  180 ms  300 ms       310  ✔ ok',
      '          ✔    1 % passed  all metrics are within their bounds',
      '          ✔    5 % passed  all metrics are within their bounds',
      '          ○ to come: 50 %, 100 %; a rollback goes to 1.1.0',
      'us        ○ to come in wave 2',
      'ap        ○ to come in wave 2',
    ]);
  });

  it('shows why it went back, and what is live', () => {
    expect(render(rolledBack(), 60)).toEqual([
      'shop 1.2.0   release shop:3   ↩ rolled back   00:44   by jane (cli)',
      '✔ verify  ✔ staging  ✖ production  ↩ rollback',
      'rolled back in eu: errors: canary 8.1 % over 310 requests, stable 0.1 %, bound',
      '1 %',
      '1.2.0 is quarantined',
      '',
      'staging   1.2.0   ✔ finished',
      'eu        ░░░░░░░░░░░░░░░░░░░░     0 % 1.2.0 canary   100 % 1.1.0 stable',
      '          ↩ rolled back, 1.1.0 has all traffic',
      '          metric   canary  stable   bound  requests  finding',
      '          errors    8.1 %   0.1 %     1 %       310  ✖ breach',
      '          latency  182 ms  180 ms  300 ms       310  ✔ ok',
      '          ✔    1 % passed  all metrics are within their bounds',
      '          ✔    5 % passed  all metrics are within their bounds',
      '          ✖   25 % failed  errors: canary 8.1 % over 310 requests, stable 0.1 %,',
      '                           bound 1 %',
      'us        – not reached',
      'ap        – not reached',
    ]);
  });

  it('tells a cause once, however many environments it turned back', () => {
    const cause = `eu: ${failed.sentence}`;
    const back = inEnvironment('staging', 43, {
      type: 'rollback.started',
      to: '1.1.0',
      cause,
      by: crescendo,
    });
    const rolling = rolledBack()
      .slice(0, -2)
      .filter((event) => !(event.environment === 'staging' && event.type === 'rollout.ended'));
    expect(render([...rolling, back], 45)).toContain('          ↩ rolling back to 1.1.0, 2 s');
    const asked = { ...back, cause: 'rolled back by jane: too slow' };
    expect(render([...rolling, asked], 45)).toContain(
      '          ↩ rolling back to 1.1.0, 2 s: rolled back by jane: too slow',
    );
  });

  it('says what a hold waits for, since when, until when, what then, and what to run', () => {
    const lines = render(held, 100);
    expect(lines).toContain('          ‖ held at 1 %, step 1 of 5, 1 min');
    expect(lines).toContain('            waits for promote, retry or rollback');
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(
      'since 12:00:40 (1 min), until 14:00:40 (1 h 59 min left), then it is rolled back',
    );
    expect(lines).toContain('          errors        -       -       -         -  ◌ no data');
    expect(lines).toContain(
      '          latency       -  180 ms  300 ms        12  ◌ too little traffic',
    );
    expect(lines.slice(-3)).toEqual([
      'run       crescendo promote shop:3',
      'or        crescendo retry shop:3',
      'or        crescendo rollback shop:3',
    ]);
  });

  it('says that a paused environment stays where it is while it bakes', () => {
    const pause = release(35, {
      type: 'action.accepted',
      action: 'pause',
      by: jane,
      reason: null,
      only: null,
    });
    const text = render([...baking, pause], 42)
      .join(' ')
      .replaceAll(/\s+/g, ' ');
    expect(text).toContain('‖ paused');
    expect(text).toContain('then the policy decides; paused, so it stays at this weight');
    expect(text).toContain('run crescendo resume shop:3');
  });

  it('shows an open gate with its approvals and who did what', () => {
    expect(render(gated, 100).slice(3)).toEqual([
      'staging   1.2.0   ✔ finished',
      'eu        ████████████████████    100 % 1.2.0   ✔ finished, 1.1.0 is kept warm',
      'us        ○ to come in wave 2',
      'ap        ○ to come in wave 2',
      '',
      'waits for 2 approvals before wave 2; 1 of 2 so far: jane (cli); needs 1 more,',
      '          not by sam',
      '          since 12:01:02 (38 s), until 16:01:02 (3 h 59 min left), then the',
      '          release is rejected',
      '',
      'actions   12:01:10  approve by jane (cli): looks fine',
      '',
      'run       crescendo approve shop:3',
      'or        crescendo reject shop:3 --reason "…"',
    ]);
  });

  it('leaves earlier steps out when many environments are under way', () => {
    expect(passes('eu')).toBe(2);
    expect(passes('eu', 'us', 'ap')).toBe(3);
  });

  it('shows what users saw', () => {
    const eu = [
      { version: '1.2.0', requests: 250, failed: 1 },
      { version: '1.1.0', requests: 750, failed: 0 },
    ];
    const text = render(baking, 42, { traffic: { eu } }).join(' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'users saw 1.2.0 250 requests (25.0 %), 1 failed; 1.1.0 750 requests (75.0 %), 0 failed',
    );
  });

  it.each([
    ['verify', 4, '● verify  ○ staging  ○ production  ○ warm'],
    ['staging', 10, '✔ verify  ● staging  ○ production  ○ warm'],
    ['production', 13, '✔ verify  ✔ staging  ● production  ○ warm'],
  ])('marks the stage %s', (_stage, events, line) => {
    expect(render(untilProduction().slice(0, events), 30)[1]).toBe(line);
  });

  it('leaves out the stages a plan does not have', () => {
    const plan = progressOf(untilProduction()).plan;
    const events = untilProduction(plan ? { ...plan, verify: [], staging: null } : undefined);
    expect(render([...events.slice(0, 2), ...events.slice(-1)], 30)[1]).toBe(
      '● production  ○ warm',
    );
  });

  it('marks everything as done once it has succeeded', () => {
    const events = [
      ...untilProduction(),
      release(90, {
        type: 'release.ended',
        outcome: 'succeeded',
        sentence: 'all environments are at 100 %',
      }),
    ];
    expect(render(events, 5000).slice(0, 3)).toEqual([
      'shop 1.2.0   release shop:3   ✔ succeeded   01:30   by jane (cli)',
      '✔ verify  ✔ staging  ✔ production  ✔ warm',
      'all environments are at 100 %',
    ]);
  });

  it('has a line before the first event is known', () => {
    expect(render([], 5)[0]).toBe(
      'shop (version not known yet)   release shop:3   ◌ queued   00:05',
    );
  });

  it.each([
    [0.01, '█░░░░░░░░░░░░░░░░░░░'],
    [50, '██████████░░░░░░░░░░'],
    [99.9, '███████████████████░'],
  ])('draws %d %% so that something is never nothing or all', (weight, bar) => {
    const events = [...untilProduction(), ...startedIn('eu', 8), ...step('eu', 10, 1, weight)];
    expect(render(events, 12).some((line) => line.includes(`${bar} `))).toBe(true);
  });

  it.each([20, 40, 60, 80, 200])('stays within %i columns, with and without colour', (width) => {
    for (const events of [baking, held, gated, rolledBack()]) {
      const lines = render(events, 100, { width, evidence: { eu: goodEvidence } });
      expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
      const colored = render(events, 100, { width, color: true, evidence: { eu: goodEvidence } });
      // oxlint-disable-next-line no-control-regex -- colours are control characters
      expect(colored.map((line) => line.replaceAll(/\u001B\[\d+m/g, '').trimEnd())).toEqual(lines);
    }
  });

  it('calls rings and mirrors by what they are, at a weight of nothing', () => {
    const lines = render(mirroring(), 42, { width: 120 });
    const text = lines.join('\n');
    expect(text).toContain(
      '0 % 1.2.0 canary + ring x-user-group=insiders + mirror 10 %   100 % 1.1.0 stable',
    );
    expect(text).toContain('✔ ring x-user-group=insiders passed');
    expect(text).toContain('○ to come: 50 %, 100 %');
    const shifted = render(mirroring().slice(0, -1), 42, { width: 120 }).join('\n');
    expect(shifted).toContain('shifted to mirror 10 %, step 2 of 4');
  });

  it('cannot be made to write to the terminal by a reason', () => {
    const reason = 'fine\u001B[2J\u001B]0;owned\u0007\nrun: rm -rf /';
    const events = [
      ...untilProduction(),
      release(9, { type: 'action.accepted', action: 'pause', by: jane, reason, only: null }),
    ];
    const lines = render(events, 20);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(lines.join('')).not.toMatch(/[\u0000-\u001F]/);
    expect(lines).toContain('actions   12:00:09  pause by jane (cli): fine run: rm -rf /');
  });
});
