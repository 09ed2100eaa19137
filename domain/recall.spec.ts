import { describe, expect, it } from 'vitest';
import { aSpec, aVersion } from '../test/support/builders.ts';
import { emptyLedger, recordDoor, recordRollout, recordVersion } from './ledger.ts';
import { planRelease } from './plan.ts';
import { recall } from './recall.ts';

const at = '2026-01-01T00:00:00.000Z';
const ledger = ['0.9.0', '1.0.0'].reduce((known, version) => {
  const entry = { version, release: 1, outcome: 'finished' as const, at };
  return recordRollout(recordVersion(known, aVersion(version)), 'eu', entry, version);
}, emptyLedger());

function planOf(to = 'last-good') {
  const result = planRelease(aSpec({ rollback: { to } }), aVersion('1.1.0'), { ledger });
  if ('refusals' in result) throw new Error(result.refusals.join());
  return result.plan;
}

const world = { environments: ['eu'], ledger };
const active = { number: 7, id: 'shop:7', mode: 'forward' as const, plan: planOf() };

describe('domain/recall', () => {
  it.each([
    ['without a version', null, planOf(), 'rollback'],
    ['to where its rollback leads', '1.0.0', planOf(), 'rollback'],
    ['to stable, when its rollback leads elsewhere', '1.0.0', planOf('version:0.9.0'), 'abort'],
    ['to the designated version', '0.9.0', planOf('version:0.9.0'), 'rollback'],
    ['further back', '0.9.0', planOf(), null],
    ['before it has a plan, to what is live', '1.0.0', null, 'rollback'],
  ])('%s', (_, to, plan, action) => {
    const request = { to, force: false };
    expect(recall({ ...active, plan }, request, world)).toEqual({ action, refusal: null });
  });

  it('leaves another return alone: it waits behind it, and has to name a version', () => {
    const returning = { ...active, mode: 'return' as const };
    expect(recall(returning, { to: '0.9.0', force: false }, world)).toEqual({
      action: null,
      refusal: null,
    });
    expect(recall(returning, { to: null, force: false }, world).refusal).toContain(
      'name a version',
    );
  });

  it('does not call back past a one-way door, unless with force', () => {
    const door = { version: '1.1.0', reason: 'drops a column', release: 7, at };
    const passed = { ...world, ledger: recordDoor(ledger, 'eu', door) };
    expect(recall(active, { to: null, force: false }, passed).refusal).toContain('drops a column');
    expect(recall(active, { to: '0.9.0', force: false }, passed).refusal).toContain('force');
    expect(recall(active, { to: null, force: true }, passed).action).toBe('rollback');
    expect(recall({ ...active, number: 8 }, { to: null, force: false }, passed).refusal).toBeNull();
  });
});
