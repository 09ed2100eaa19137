/** What every router must do, whatever its vendor; run from each vendor's spec. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoutedVersion, Router } from '../../providers/routers/contract.ts';
import type { Site } from '../../providers/targets/contract.ts';
import { post, startBackend, startLoad } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { aContext } from '../support/call-context.ts';

export interface RouterUnderTest {
  router: Router;
  /** Another site than `shop` in `eu`, with a router that can serve it at the same time. */
  neighbour: { site: Site; router: Router };
  /** Where the audience of `shop` in `eu` connects to. */
  url: string;
  /** Smallest weight difference it declares, in percent. */
  granularity: number;
  stop: () => Promise<void>;
}

const site: Site = { application: 'shop', environment: 'eu' };

/** Declares the conformance tests of one vendor; the tests build on each other, in order. */
export function describeRouter(name: string, setup: () => Promise<RouterUnderTest>): void {
  describe(`test/contracts/router: ${name}`, () => {
    let under: RouterUnderTest;
    let one: Backend;
    let two: Backend;
    let fence = 0;

    const routed = ([first, second]: [one: number, two?: number]): RoutedVersion[] => {
      const versions = [{ version: '1.0.0', weight: first, endpoint: { url: one.url } }];
      if (second === undefined) return versions;
      return [...versions, { version: '1.1.0+b.2', weight: second, endpoint: { url: two.url } }];
    };
    const set = (weights: [one: number, two?: number]) =>
      under.router.setShares(site, routed(weights), (fence += 1), aContext());
    const read = () => under.router.readShares(site, aContext());

    /** How many of `count` requests each server answered. */
    async function send(count: number): Promise<[one: number, two: number]> {
      const before = [one.served(), two.served()] as const;
      for (let sent = 0; sent < count; sent += 1) {
        expect((await post(under.url)).status).toBe(200);
      }
      return [one.served() - before[0], two.served() - before[1]];
    }

    beforeAll(async () => {
      [under, one, two] = await Promise.all([setup(), startBackend('one'), startBackend('two')]);
    });
    afterAll(async () => {
      await Promise.all([under?.stop(), one?.close(), two?.close()]);
    });

    it('knows no shares of a site it has never heard of', async () => {
      expect(await read()).toEqual([]);
    });

    it('sends everything to the only version', async () => {
      expect(await set([100])).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect(await send(20)).toEqual([20, 0]);
    });

    it('knows a version at 0 and sends it nothing', async () => {
      const shares = await set([100, 0]);
      expect(shares).toEqual([
        { version: '1.0.0', weight: 100 },
        { version: '1.1.0+b.2', weight: 0 },
      ]);
      expect(await read()).toEqual(shares);
      expect(await send(200)).toEqual([200, 0]);
    });

    it('splits as the weights say', async () => {
      await set([75, 25]);
      const [ones, twos] = await send(400);
      // 400 draws of 25 %: mean 100, standard deviation 8.7; less than one run in 10^8 is outside.
      expect(twos).toBeGreaterThan(50);
      expect(twos).toBeLessThan(150);
      expect(ones + twos).toBe(400);
    });

    it('reads back weights as fine as it declares', async () => {
      const fine = under.granularity;
      const shares = await set([100 - fine, fine]);
      expect(shares.map(({ weight }) => weight)).toEqual([
        expect.closeTo(100 - fine, 6),
        expect.closeTo(fine, 6),
      ]);
      expect(await read()).toEqual(shares);
    });

    it('moves everything to another version', async () => {
      await set([0, 100]);
      expect(await send(50)).toEqual([0, 50]);
    });

    it('carries the same decision out again', async () => {
      const versions = routed([0, 100]);
      const again = await under.router.setShares(site, versions, fence, aContext());
      expect(again).toEqual(await read());
      expect(await send(10)).toEqual([0, 10]);
    });

    it('refuses a late call of an older decision and changes nothing', async () => {
      const late = under.router.setShares(site, routed([100]), fence - 1, aContext());
      await expect(late).rejects.toMatchObject({ code: 'traffic_outdated' });
      expect(await read()).toEqual([
        { version: '1.0.0', weight: 0 },
        { version: '1.1.0+b.2', weight: 100 },
      ]);
      expect(await send(10)).toEqual([0, 10]);
    });

    it.each([
      ['weights that do not add up to 100', () => routed([50, 49])],
      ['a negative weight', () => routed([101, -1])],
      ['a weight that is no number', () => routed([Number.NaN, 100])],
      ['a version named twice', () => [...routed([50]), ...routed([50])]],
      [
        'an endpoint that is no URL',
        () => [{ ...routed([100])[0]!, endpoint: { url: 'nowhere' } }],
      ],
    ])('refuses %s and changes nothing', async (_case, versions) => {
      const call = under.router.setShares(site, versions(), (fence += 1), aContext());
      await expect(call).rejects.toMatchObject({ code: 'provider_refused' });
      expect(await send(10)).toEqual([0, 10]);
    });

    it('keeps sites apart', async () => {
      const { site: other, router } = under.neighbour;
      expect(await router.readShares(other, aContext())).toEqual([]);
      const shares = await router.setShares(other, routed([100]), 1, aContext());
      expect(shares).toEqual([{ version: '1.0.0', weight: 100 }]);
      expect(await router.readShares(other, aContext())).toEqual(shares);
      expect(await send(10)).toEqual([0, 10]);
    });

    it('drops no request while weights move', async () => {
      const load = startLoad(under.url, 4);
      for (let flip = 0; flip < 10; flip += 1) {
        await set(flip % 2 === 0 ? [100, 0] : [0, 100]);
        await set([50, 50]);
      }
      await set([100]);
      const answers = await load.stop();
      expect(answers.length).toBeGreaterThan(50);
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['one', 'two']));
    });

    it('serves nothing when there is no version', async () => {
      const before = [one.served(), two.served()];
      expect(await under.router.setShares(site, [], (fence += 1), aContext())).toEqual([]);
      expect((await post(under.url)).status).toBe(503);
      expect(await read()).toEqual([]);
      expect([one.served(), two.served()]).toEqual(before);
    });

    it('stops when it is cancelled', async () => {
      const signal = AbortSignal.abort(new Error('not wanted'));
      const call = under.router.setShares(site, routed([100]), (fence += 1), aContext(signal));
      await expect(call).rejects.toThrow('not wanted');
      await expect(under.router.readShares(site, aContext(signal))).rejects.toThrow('not wanted');
      expect(await read()).toEqual([]);
    });
  });
}
