import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interfere, settle, type ChaosDiary } from '../support/e2e/chaos.ts';
import {
  approvalsOf,
  expectComplete,
  expectGapless,
  expectNeverAbove,
} from '../support/e2e/promises.ts';
import { openShop, type Shop } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';
import { createRandom } from '../support/random.ts';

const inCi = process.env['CI'] === 'true';

/** `npm run chaos` asks for more; the same seed chooses the same accidents in the same order. */
const minutes = Number(process.env['CHAOS_MINUTES'] ?? (inCi ? 10 : 1.5));
const seed = Number(process.env['CHAOS_SEED'] ?? 1);
const again = `npm run chaos -- --minutes ${minutes} --seed ${seed}`;

/** For all that is under way when nobody interferes any more: holds end after 20 seconds. */
const patience = 8 * 60_000;

describe('test/e2e/chaos', () => {
  let e2e: E2eStack;
  let shops: Shop[];
  beforeAll(async () => {
    e2e = await openStack();
  });
  afterAll(async () => {
    expect(await e2e?.stop()).toEqual([]);
  });

  it(
    `keeps its promises whatever is killed and whoever interferes: ${again}`,
    { timeout: minutes * 60_000 + patience + 120_000, retry: inCi ? 1 : 0 },
    async () => {
      const names = ['red', 'green', 'blue'];
      const options = {
        bake: { min: '1s', max: '20s' },
        policy: { holdFor: '20s' },
        readyTimeout: '20s',
      } as const;
      shops = await Promise.all(
        names.map((application, index) =>
          openShop(e2e, {
            ...options,
            application,
            concurrency: index === 0 ? 'queue' : index === 1 ? 'supersede' : 'replace',
          }),
        ),
      );
      const diary = await interfere(e2e, shops, createRandom(seed), minutes * 60_000);
      try {
        await checkAll(diary);
      } catch (error) {
        const happened = diary.lines.join('\n');
        throw new Error(`repeat it with: ${again}\nwhat happened:\n${happened}`, { cause: error });
      }
    },
  );

  async function checkAll(diary: ChaosDiary): Promise<void> {
    const last = await settle(e2e, shops, diary);
    const deadline = Date.now() + patience;
    const ended = new Map<string, string | null>();
    for (const id of diary.releases) {
      const { outcome } = await e2e.ended(id, Math.max(1_000, deadline - Date.now()));
      ended.set(id, outcome);
    }
    const outcomes = [...ended.values()];
    for (const outcome of outcomes) {
      expect(['succeeded', 'rolled_back', 'rejected', 'superseded']).toContain(outcome);
    }
    // Nobody interferes with the last ones.
    expect(last.map((id) => ended.get(id))).toEqual(last.map(() => 'succeeded'));
    for (const id of diary.releases) await checkRelease(id, diary);
    for (const shop of shops) await checkShop(shop);
  }

  async function checkRelease(id: string, { full }: ChaosDiary): Promise<void> {
    const entries = await e2e.entries(id);
    expectGapless(entries);
    expect(entries.at(-1)?.event.type, id).toBe('release.ended');
    await expectComplete(e2e, id);
    const shop = shops.find(({ application }) => id.startsWith(`${application}:`));
    const version = entries.flatMap(({ event }) =>
      event.type === 'release.submitted' ? event.version.name : [],
    )[0];
    const { site = '' } = shop ?? {};
    // A version that never came up has never been in the router.
    const seen = e2e.sampler.samples.some(
      ({ sites }) => sites[site]?.[version ?? ''] !== undefined,
    );
    if (!seen) return;
    const approvals = approvalsOf(entries, full.has(id));
    expectNeverAbove(e2e.sampler.samples, site, version ?? '', approvals);
  }

  /** The ledger, the router and the users see the same version. */
  async function checkShop({ application, site, port }: Shop): Promise<void> {
    const { body } = await e2e.send('GET', `/applications/${application}`);
    const { live } = body.ledger.environments.production;
    expect(live).toBe('9.9.9');
    expect(await e2e.weights(site)).toEqual({ [live]: 100 });
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    expect([answer.status, await answer.json()]).toEqual([200, { version: live }]);
  }
});
