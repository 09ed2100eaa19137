/** What every router must do, whatever its vendor; run from each vendor's spec. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoutedVersion, Router } from '../../providers/routers/contract.ts';
import type { Site } from '../../providers/targets/contract.ts';
import type { Ring, TrafficRules } from '../../domain/release.ts';
import { writeRules, type RouterPowers } from '../../domain/traffic.ts';
import { post, startBackend, startLoad } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { aContext } from '../support/call-context.ts';

export interface RouterUnderTest {
  router: Router;
  /** Another site than `shop` in `eu`, with a router that can serve it at the same time. */
  neighbour: { site: Site; router: Router };
  /** Where the audience of `shop` in `eu` connects to. */
  url: string;
  stop: () => Promise<void>;
}

const site: Site = { application: 'shop', environment: 'eu' };

const insiders: Ring = { header: { name: 'x-user-group', value: 'insiders (eu)' } };
const testers: Ring = { cookie: { name: 'beta.1', value: 'yes+(1)' } };

/** One user with a browser that keeps the router's cookie. */
class User {
  readonly seen: string[] = [];
  cookies = 0;
  private readonly url: string;
  private cookie: string | undefined;

  constructor(url: string) {
    this.url = url;
  }

  async visit(): Promise<void> {
    const headers: Record<string, string> = {};
    if (this.cookie) headers['cookie'] = `other=1; ${this.cookie}`;
    const { status, body, cookie } = await post(this.url, undefined, undefined, headers);
    expect(status).toBe(200);
    this.seen.push(body);
    if (cookie === undefined) return;
    this.cookies += 1;
    this.cookie = cookie;
  }
}

/**
 * Declares the conformance tests of one vendor, as its powers ask; the tests build on each other, in
 * order.
 */
export function describeRouter(
  name: string,
  powers: RouterPowers,
  setup: () => Promise<RouterUnderTest>,
): void {
  describe(`test/contracts/router: ${name}`, () => {
    let under: RouterUnderTest;
    let one: Backend;
    let two: Backend;
    let fence = 0;

    const routed = (
      [first, second]: [one: number, two?: number],
      rules?: TrafficRules,
    ): RoutedVersion[] => {
      const versions = [{ version: '1.0.0', weight: first, endpoint: { url: one.url } }];
      if (second === undefined) return versions;
      const candidate = { version: '1.1.0+b.2', weight: second, endpoint: { url: two.url } };
      return [...versions, { ...candidate, ...(rules && { rules }) }];
    };
    const set = (weights: [one: number, two?: number], rules?: TrafficRules) =>
      under.router.setShares(site, routed(weights, rules), (fence += 1), aContext());
    const read = () => under.router.readShares(site, aContext());

    /** How many of `count` requests each server answered. */
    async function send(
      count: number,
      headers: Record<string, string> = {},
    ): Promise<[one: number, two: number]> {
      const before = [one.served(), two.served()] as const;
      for (let sent = 0; sent < count; sent += 1) {
        expect((await post(under.url, undefined, undefined, headers)).status).toBe(200);
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
      const fine = powers.granularity;
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

    it.runIf(powers.header)('sends insiders by their header to a version at 0', async () => {
      const shares = await set([100, 0], { rings: [insiders] });
      expect(shares).toEqual(await read());
      expect(shares.map(({ weight }) => weight)).toEqual([100, 0]);
      expect(shares.map(({ rules }) => rules)).toEqual([undefined, { rings: [insiders] }]);
      expect(await send(20)).toEqual([20, 0]);
      expect(await send(20, { 'X-User-Group': 'insiders (eu)' })).toEqual([0, 20]);
      expect(await send(5, { 'x-user-group': 'insiders' })).toEqual([5, 0]);
      expect(await send(5, { 'x-user-group': 'insiders (eu) too' })).toEqual([5, 0]);
    });

    it.runIf(powers.cookie)('sends testers by their cookie, wherever it stands', async () => {
      const shares = await set([100, 0], { rings: [testers] });
      expect(shares).toEqual(await read());
      expect(writeRules(shares[1]?.rules)).toBe(writeRules({ rings: [testers] }));
      const own = 'beta.1=yes+(1)';
      for (const cookie of [own, `a=1; ${own}`, `${own}; z=2`, `a=1;${own};z=2`]) {
        expect(await send(5, { cookie }), cookie).toEqual([0, 5]);
      }
      for (const cookie of ['beta.1=yes', `x${own}`, `${own}1`, 'betaX1=yes+(1)', 'a=1']) {
        expect(await send(5, { cookie }), cookie).toEqual([5, 0]);
      }
      expect(await send(5)).toEqual([5, 0]);
    });

    it.runIf(powers.header)('keeps insiders where they are while weights move', async () => {
      await set([50, 50], { rings: [insiders] });
      expect(await send(30, { 'x-user-group': 'insiders (eu)' })).toEqual([0, 30]);
      const [, others] = await send(100);
      // 100 draws of 50 %: standard deviation 5; less than one run in 10^8 is outside.
      expect(others).toBeGreaterThan(20);
      expect(others).toBeLessThan(80);
    });

    it.runIf(powers.mirror)(
      'copies a share of the requests, and nobody gets the answers',
      async () => {
        const shares = await set([100, 0], { mirror: 25 });
        expect(shares).toEqual(await read());
        expect(shares[1]).toMatchObject({ weight: 0, rules: { mirror: 25 } });
        const before = [one.served(), two.served()] as const;
        for (let sent = 0; sent < 400; sent += 1) {
          expect(await post(under.url)).toMatchObject({ status: 200, body: 'one' });
        }
        expect(one.served() - before[0]).toBe(400);
        // 400 draws of 25 %: mean 100, standard deviation 8.7; less than one run in 10^8 is outside.
        await expect.poll(() => two.served() - before[1]).toBeGreaterThan(50);
        expect(two.served() - before[1]).toBeLessThan(150);
      },
    );

    it.runIf(powers.mirror)('keeps the audience from a mirror that is dead', async () => {
      const dead = { version: '1.1.0+b.2', weight: 0, endpoint: { url: 'http://127.0.0.1:1' } };
      const versions = [...routed([100]), { ...dead, rules: { mirror: 100 } }];
      await under.router.setShares(site, versions, (fence += 1), aContext());
      expect(await send(20)).toEqual([20, 0]);
    });

    it.runIf(powers.sticky)(
      'keeps users with the version they met while its weight grows',
      async () => {
        const sticky = { cookie: 'kept.by+us', ttl: 60_000 };
        const users = Array.from({ length: 100 }, () => new User(under.url));
        for (const weight of [10, 30, 60, 90]) {
          const shares = await set([100 - weight, weight], { sticky });
          expect(shares.find(({ weight: share }) => share === weight)?.rules).toEqual({ sticky });
          expect(await read()).toEqual(shares);
          for (const user of users) for (let visit = 0; visit < 3; visit += 1) await user.visit();
          const met = users.filter(({ seen }) => seen.at(-1) === 'two').length;
          // 100 draws: standard deviation at most 5; less than one run in 10^8 is outside.
          expect(Math.abs(met - weight), `${met} of 100 at ${weight} %`).toBeLessThanOrEqual(30);
        }
        // Once and for all: nobody who met the candidate was ever sent back.
        expect(users.filter(({ seen }) => /two one/.test(seen.join(' ')))).toEqual([]);
        expect(users.filter(({ cookies }) => cookies !== 1)).toEqual([]);

        await set([100, 0]);
        for (const user of users) await user.visit();
        expect(users.filter(({ seen }) => seen.at(-1) !== 'one')).toEqual([]);
        expect((await read()).map(({ rules }) => rules)).toEqual([undefined, undefined]);
      },
    );

    it.runIf(powers.sticky)(
      'gives everybody the only version, whatever their cookie says',
      async () => {
        const user = new User(under.url);
        await set([0, 100], { sticky: { cookie: 'kept', ttl: 60_000 } });
        await user.visit();
        await set([100]);
        await user.visit();
        expect(user.seen).toEqual(['two', 'one']);
      },
    );

    it('ends all rules with the next decision', async () => {
      const rules = {
        ...(powers.header && { rings: [insiders] }),
        ...(powers.mirror && { mirror: 100 }),
        ...(powers.sticky && { sticky: { cookie: 'kept', ttl: 60_000 } }),
      };
      await set([100, 0], rules);
      const shares = await set([100, 0]);
      expect(shares.map(({ rules: left }) => left)).toEqual([undefined, undefined]);
      expect(await read()).toEqual(shares);
      expect(await send(20, { 'x-user-group': 'insiders (eu)' })).toEqual([20, 0]);
      expect(await send(20)).toEqual([20, 0]);
      await set([0, 100]);
    });

    it.each<[string, TrafficRules]>([
      [
        'a header whose value ends the line',
        { rings: [{ header: { name: 'a', value: 'x\r\ny' } }] },
      ],
      ['a header without a name', { rings: [{ header: { name: '', value: 'x' } }] }],
      ['a cookie of two', { rings: [{ cookie: { name: 'a', value: 'x; b=y' } }] }],
      ['a mirror of more than everything', { mirror: 101 }],
      ['a mirror that is no number', { mirror: Number.NaN }],
      ['a cookie to keep users by that is two', { sticky: { cookie: 'a=1; b', ttl: 60_000 } }],
      ['a cookie that ends at once', { sticky: { cookie: 'a', ttl: 0 } }],
    ])('refuses %s and changes nothing', async (_case, rules) => {
      const call = set([100, 0], rules);
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
