import { describe, expect, it } from 'vitest';
import { emptyLedger, recordRollout, recordVersion } from '../../domain/ledger.ts';
import { planRelease } from '../../domain/plan.ts';
import type { SpecInput } from '../../domain/spec.ts';
import { aProduction, aSpec, aVersion } from '../../test/support/builders.ts';
import { planLines } from './plan.ts';

const fake = { granularity: 1, header: true, cookie: true, mirror: true, sticky: true };

function shown(
  strategy: SpecInput['production']['strategy'],
  change: Partial<SpecInput> = { staging: undefined },
): string[] {
  const spec = aSpec({ production: aProduction({ strategy }), ...change });
  const finished = { version: '1.0.0', release: 1, outcome: 'finished' as const, at: 't' };
  const known = recordVersion(recordVersion(emptyLedger(), aVersion('1.0.0')), aVersion('1.1.0'));
  const ledger = recordRollout(known, 'eu', finished, '1.0.0');
  const result = planRelease(spec, aVersion('1.1.0'), { ledger, powers: { fake } });
  if ('refusals' in result) throw new Error(result.refusals.join('; '));
  const lines = planLines('shop', result.plan);
  return lines.map((line) =>
    line
      .map((piece) => (typeof piece === 'string' ? piece : piece[1]))
      .join('')
      .trim(),
  );
}

describe('cli/render/plan', () => {
  it('shows generated weights as the router will have them', () => {
    const lines = shown({ canary: { steps: { exponential: { from: 1.5, factor: 4 } } } });
    expect(lines).toContain('2 %, 6 %, 24 %, 96 %, 100 %; each baked 2 min to 20 min');
  });

  it('shows whom every step reaches, and that users keep what they met', () => {
    const ring = { cookie: { name: 'beta', value: 'yes' } };
    const steps = [{ ring, bake: { max: '1h' } }, { mirror: 10 }, 50];
    const lines = shown({ canary: { steps, sticky: { ttl: '3d' } } });
    expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual(
      expect.arrayContaining([
        'ring cookie beta=yes baked 2 min to 1 h',
        'mirror 10 % baked 2 min to 20 min',
        '50 % baked 2 min to 20 min',
        '100 % baked 2 min to 20 min',
        'users keep the version they met, by the cookie crescendo for 3 d',
      ]),
    );
  });

  it('shows what becomes of the version that a rollback goes to', () => {
    const lines = shown({ canary: {} });
    expect(lines).toContain('before every step 1.0.0 has to be ready');
    expect(lines).toContain('after a rollback 1.0.0 is watched 1 min to 5 min by errors');
  });

  it('shows the round trip in staging', () => {
    const lines = shown({ canary: {} }, { rollback: { rehearse: true } });
    expect(lines).toContain(
      'round trip: back to 1.0.0, then 1.1.0 again, with all tests each time',
    );
  });

  it('shows tests before the switch of blue/green, and beside its bake', () => {
    const [before, after] = ['smoke', 'checkout'].map((name) => ({ name, fake: {} }));
    const lines = shown({ blueGreen: { before: [before!], after: { tests: [after!] } } });
    expect(lines).toContain('tests: smoke');
    expect(lines).toContain('100 %; baked 2 min to 20 min, tests: checkout');
  });
});
