import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubmitAnswer } from '../../cli/answers.ts';
import { openShop } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';

describe('test/e2e/returned', () => {
  let e2e: E2eStack;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'crescendo-returned-'));
    e2e = await openStack();
  });
  afterAll(async () => {
    const left = await e2e?.stop();
    rmSync(folder, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  const goBack = async (application: string) => {
    const answer = await e2e.send('POST', `/applications/${application}/rollback`, {});
    expect(answer.status).toBe(202);
    return (answer.body as SubmitAnswer).id;
  };

  it('a return is verified by its metrics, and pages when the old version cannot cope any more', async () => {
    const schema = join(folder, 'schema');
    const rollback = { verify: { for: '2s', max: '20s' } };
    const shop = await openShop(e2e, { application: 'shop', steps: [100], rollback });
    const release = async (name: string, behaviour: `${'fails-after' | 'migrates'}:${string}`) =>
      expect(await shop.releaseToEnd(name, behaviour)).toMatchObject({ outcome: 'succeeded' });
    await release('1.1.0', `fails-after:${schema}`);
    await release('1.2.0', `fails-after:${schema}`);

    const well = await e2e.ended(await goBack('shop'));
    expect(well).toMatchObject({ outcome: 'succeeded', version: { name: '1.1.0' } });
    expect(well.rollouts['production']).toMatchObject({ back: 'verified', weight: 100 });
    const verified = (await e2e.entries(well.id)).flatMap(({ event }) =>
      event.type === 'rollback.verified' ? [event] : [],
    );
    expect(verified).toMatchObject([{ to: '1.1.0', detail: 'errors, latency within limits' }]);

    await release('1.3.0', `migrates:${schema}`);
    const id = await goBack('shop');
    await e2e.untilEvent(id, ({ type }) => type === 'rollback.failed');
    const sick = await e2e.until(id, ({ outcome }) => outcome === 'rollback_failed');
    expect(sick.sentence).toContain('1.1.0 is sick in production although all traffic is back');
    expect(sick.rollouts['production']).toMatchObject({ stage: 'finished', weight: 100 });
    expect((await e2e.act(id, 'skip', { reason: 'a fix is on its way' })).status).toBe(200);
    expect(await e2e.ended(id)).toMatchObject({ outcome: 'rollback_failed' });
    const fixed = await shop.releaseToEnd('1.3.1');
    expect(fixed).toMatchObject({ outcome: 'succeeded' });
  });
});
