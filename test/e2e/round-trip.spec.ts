import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTraffic } from '../../demo/traffic.ts';
import { stablePort } from '../support/e2e/ports.ts';
import { aVersion, shopSpec, type Behaviour } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';

describe('test/e2e/round-trip', () => {
  let e2e: E2eStack;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'crescendo-round-trip-'));
    e2e = await openStack();
  });
  afterAll(async () => {
    const left = await e2e?.stop();
    rmSync(folder, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  /** An application whose versions share a schema, which is a file. */
  async function open(application: string) {
    const [port, stagingPort] = [await stablePort(), await stablePort()];
    const traffic = startTraffic(port, 100);
    onTestFinished(() => traffic.stop());
    const bake = { min: '500ms', max: '30s' };
    const rollback = { rehearse: true };
    const options = { application, port, stagingPort, bake, rollback, steps: [50, 100] };
    await e2e.apply(shopSpec({ ...options, withStaging: true }));
    const schema = join(folder, application);
    const release = async (name: string, behaviour: Behaviour) =>
      e2e.ended(await e2e.release(application, aVersion(name, behaviour)));
    const whoServes = async () => {
      const answer = await fetch(`http://127.0.0.1:${stagingPort}/health`);
      return ((await answer.json()) as { version: string }).version;
    };
    return { schema, release, whoServes };
  }

  it.each([
    ['fails', 'fails-after', 'test "purchase" failed', '1.0.1'],
    ['does not come up', 'exits-after', 'the schema is newer than this version', '1.1.0'],
  ] as const)(
    'finds a migration after which the old version %s, before production meets it',
    async (_, after, why, serves) => {
      const { schema, release, whoServes } = await open(`shop-${after}`);
      expect((await release('1.0.0', `${after}:${schema}`)).outcome).toBe('succeeded');
      const well = await release('1.0.1', `${after}:${schema}`);
      expect(well).toMatchObject({ outcome: 'succeeded' });
      expect(well.rollouts['staging']?.tests.map(({ name, passed }) => [name, passed])).toEqual(
        expect.arrayContaining([
          ['smoke on 1.0.0', true],
          ['purchase on 1.0.0', true],
          ['purchase', true],
        ]),
      );
      expect(existsSync(schema)).toBe(false);
      const { outcome, sentence, rollouts } = await release('1.1.0', `migrates:${schema}`);
      expect(outcome).toBe('rejected');
      expect(sentence).toContain('1.0.1 does not run after 1.1.0 was there: ');
      expect(sentence).toContain(why);
      expect(rollouts['production']).toBeUndefined();
      expect(await whoServes()).toBe(serves);
    },
  );
});
