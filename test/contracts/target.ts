/** What every deploy target must do, whatever its vendor; run from each vendor's spec. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Version } from '../../domain/release.ts';
import type { Site, Target } from '../../providers/targets/contract.ts';
import { aContext } from '../support/call-context.ts';

/** How a version of the test behaves. */
export type Behaviour = 'good' | 'slow-start' | 'exits' | 'never-ready';

export interface TargetUnderTest {
  /** Opens the target as another worker would: the same world, nothing in memory. */
  open: () => Target;
  /** A version whose artefact behaves like that; `good` answers at `/slow` within a second. */
  version: (name: string, behaviour: Behaviour) => Version;
  /** A version whose artefact does not exist. */
  missing: (name: string) => Version;
  /** A version whose artefact has another digest than its reference says. */
  mismatched: (name: string) => Version;
  /** Ends a running version behind the target's back. */
  kill: (site: Site, version: string) => Promise<void>;
  /** Something that tells one start of a version from the next, e.g. the process id. */
  incarnation: (url: string) => Promise<string>;
  stop: () => Promise<void>;
}

const site: Site = { application: 'shop', environment: 'eu' };

/** Declares the conformance tests of one vendor; the tests build on each other, in order. */
export function describeTarget(name: string, setup: () => Promise<TargetUnderTest>): void {
  describe(`test/contracts/target: ${name}`, () => {
    let under: TargetUnderTest;
    const deploy = (version: Version, at = site) => under.open().deploy(at, version, aContext());
    const retire = (version: string, at = site) => under.open().retire(at, version, aContext());
    const running = async (at = site) => {
      const found = await under.open().running(at, aContext());
      return found.sort((a, b) => (a.version < b.version ? -1 : 1));
    };
    const names = async (at = site) => (await running(at)).map(({ version }) => version);

    beforeAll(async () => {
      under = await setup();
    });
    afterAll(() => under?.stop());

    it('finds nothing at a site it has never heard of', async () => {
      expect(await running()).toEqual([]);
    });

    it('brings a version up, ready when the call returns', async () => {
      const context = aContext();
      const version = under.version('1.0.0', 'slow-start');
      const { version: name, endpoint } = await under.open().deploy(site, version, context);
      expect(name).toBe('1.0.0');
      expect((await fetch(endpoint.url)).status).toBe(200);
      expect(await running()).toEqual([
        { version: '1.0.0', endpoint, ready: true, detail: expect.stringMatching(/\w+ \w+/) },
      ]);
      expect(context.sentences.length).toBeGreaterThan(0);
    });

    it('tells without doing it whether a version could be brought up', async () => {
      const target = under.open();
      const ask = (version: Version) => target.canDeploy?.(site, version, aContext());
      if (!target.canDeploy) return;
      expect(await ask(under.version('9.0.0', 'good'))).toBeNull();
      expect(await ask(under.missing('9.0.1'))).toMatch(/\w+ \w+/);
      expect(await ask(under.mismatched('9.0.2'))).toMatch(/\w+ \w+/);
      expect(await names()).toEqual(['1.0.0']);
    });

    it('returns a version that runs as it is', async () => {
      const [before] = await running();
      const pid = await under.incarnation(before!.endpoint.url);
      const again = await deploy(under.version('1.0.0', 'slow-start'));
      expect(again).toEqual({ version: '1.0.0', endpoint: before!.endpoint });
      expect(await under.incarnation(again.endpoint.url)).toBe(pid);
    });

    it('brings versions up beside each other, whatever their names', async () => {
      const others = ['1.1.0', '1_1_0', '1.1.0-RC.1+b'];
      for (const name of others) await deploy(under.version(name, 'good'));
      const found = await running();
      expect(found.map(({ version }) => version)).toEqual(['1.0.0', ...others].sort());
      expect(found.every(({ ready }) => ready)).toBe(true);
      expect(new Set(found.map(({ endpoint }) => endpoint.url)).size).toBe(4);
      for (const name of others) await retire(name);
      expect(await names()).toEqual(['1.0.0']);
    });

    it('keeps sites apart', async () => {
      const other = { application: 'shop', environment: 'us' };
      const deployed = await deploy(under.version('1.0.0', 'good'), other);
      expect((await running())[0]!.endpoint).not.toEqual(deployed.endpoint);
      await retire('1.0.0', other);
      expect(await names(other)).toEqual([]);
      expect(await names()).toEqual(['1.0.0']);
    });

    it('starts a version once, however many workers ask at the same time', async () => {
      const calls = [1, 2, 3].map(() => deploy(under.version('2.0.0', 'good')));
      const deployed = await Promise.all(calls);
      expect(new Set(deployed.map(({ endpoint }) => endpoint.url)).size).toBe(1);
      expect(await names()).toEqual(['1.0.0', '2.0.0']);
    });

    it('sees that a version has died, and starts it again', async () => {
      const before = await deploy(under.version('2.0.0', 'good'));
      const pid = await under.incarnation(before.endpoint.url);
      await under.kill(site, '2.0.0');
      const dead = (await running()).find(({ version }) => version === '2.0.0');
      expect(dead?.ready ?? false).toBe(false);
      const after = await deploy(under.version('2.0.0', 'good'));
      expect(await under.incarnation(after.endpoint.url)).not.toBe(pid);
      expect((await running()).map(({ ready }) => ready)).toEqual([true, true]);
    });

    it.each(['exits', 'never-ready'] as const)('reports a version that %s', async (behaviour) => {
      const call = deploy(under.version('3.0.0', behaviour));
      await expect(call).rejects.toMatchObject({
        code: 'version_not_ready',
        message: expect.stringContaining('3.0.0'),
      });
      expect(await names()).toEqual(['1.0.0', '2.0.0']);
    });

    it('reports an artefact that is not there', async () => {
      const call = deploy(under.missing('3.0.1'));
      await expect(call).rejects.toMatchObject({ code: 'artifact_missing' });
      expect(await names()).toEqual(['1.0.0', '2.0.0']);
    });

    it('reports an artefact that is another', async () => {
      const call = deploy(under.mismatched('3.0.2'));
      await expect(call).rejects.toMatchObject({ code: 'artifact_mismatch' });
      expect(await names()).toEqual(['1.0.0', '2.0.0']);
    });

    it('lets requests in flight finish when a version is retired', async () => {
      const found = (await running()).find(({ version }) => version === '2.0.0');
      const slow = fetch(`${found!.endpoint.url}/slow`);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await retire('2.0.0');
      expect((await slow).status).toBe(200);
      await expect(fetch(found!.endpoint.url)).rejects.toThrow();
      expect(await names()).toEqual(['1.0.0']);
    });

    it('retires what is not there', async () => {
      await retire('2.0.0');
      await retire('never-heard-of');
      expect(await names()).toEqual(['1.0.0']);
    });

    it('takes away what it was bringing up when it is cancelled', async () => {
      const controller = new AbortController();
      const call = under
        .open()
        .deploy(site, under.version('4.0.0', 'never-ready'), aContext(controller.signal));
      setTimeout(() => controller.abort(new Error('not wanted any more')), 300);
      await expect(call).rejects.toThrow('not wanted any more');
      expect(await names()).toEqual(['1.0.0']);
    });

    it('does nothing when it is cancelled before the call', async () => {
      const signal = AbortSignal.abort(new Error('not wanted'));
      const version = under.version('4.0.1', 'good');
      const call = under.open().deploy(site, version, aContext(signal));
      await expect(call).rejects.toThrow('not wanted');
      expect(await names()).toEqual(['1.0.0']);
    });
  });
}
