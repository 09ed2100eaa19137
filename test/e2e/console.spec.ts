import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTraffic } from '../../demo/traffic.ts';
import type { Journal } from '../../journal/contract.ts';
import { openTestApi, type TestApi } from '../support/api.ts';
import { findChromium, installLine, startChromium } from '../support/chromium.ts';
import { buildConsole, sidewaysOf, visit } from '../support/e2e/console.ts';
import { stablePort } from '../support/e2e/ports.ts';
import { aVersion, shopSpec } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';
import { openTestJournal } from '../support/journal.ts';
import { rolledBack } from '../support/recorded-release.ts';

const program = findChromium();
const mustRun = process.env['CI'] === 'true';
if (!program && !mustRun) console.warn(`SKIPPED: the console in a real browser; ${installLine}`);

const desk = 1280;
const phone = 375;

describe.skipIf(!program && !mustRun)('test/e2e/console', () => {
  let browser: Browser;
  let directory: string;
  beforeAll(async () => {
    if (!program) throw new Error(`CI needs Chromium: ${installLine}`);
    directory = await buildConsole();
    browser = await startChromium(program);
  });
  afterAll(() => browser?.close());

  describe('on a whole stack', () => {
    let e2e: E2eStack;
    let id: string;
    beforeAll(async () => {
      e2e = await openStack();
      const place = { port: await stablePort(), steps: [20, 50, 100] };
      const traffic = startTraffic(place.port, 100);
      e2e.onStop(() => traffic.stop());
      await e2e.apply(shopSpec({ ...place, bake: { min: '500ms', max: '30s' } }));
      await e2e.ended(await e2e.release('shop', aVersion('1.0.0')));
      // From now on nothing is decided but by people.
      await e2e.apply(shopSpec({ ...place, bake: { min: '1h', max: '2h' } }));
      id = await e2e.release('shop', aVersion('1.1.0'));
      await e2e.until(id, ({ rollouts }) => rollouts['production']?.stage === 'bake');
    });
    afterAll(async () => {
      expect(await e2e?.stop()).toEqual([]);
    });

    const open = (path: string, width: number, actor = 'night shift') =>
      visit(browser, `${e2e.stack.apiUrl}${path}`, { width, actor });

    it('leads from the overview to the release, and shows its evidence', async () => {
      const { page, complaints } = await open('/', desk);
      await page.getByRole('link', { name: 'shop:2 1.1.0' }).click();
      const production = page.getByRole('region', { name: 'production' });
      await production.getByText('baking step 1 of 3').waitFor();
      await production.getByRole('row', { name: /^errors ok 0 % 0 % 5 %/ }).waitFor();
      await production.getByRole('img', { name: /^latency over time: canary/ }).waitFor();

      expect(new URL(page.url()).pathname).toBe(`/releases/${id}`);
      expect(await production.locator('.traffic').innerText()).toMatch(
        /20 % 1\.1\.0 canary\s+80 % 1\.0\.0 stable/,
      );
      expect(await buttonsOf(page)).toEqual(['Roll back', 'Pause', 'Promote', 'Abort']);
      expect(await production.locator('.bar > span').getAttribute('style')).toBe('width: 20%;');
      expect(complaints).toEqual([]);
    });

    it('shows what others do as it happens, and does what is pressed', async () => {
      const { page, complaints } = await open(`/releases/${id}`, desk);
      await page.getByText('baking step 1 of 3').waitFor();
      await e2e.act(id, 'pause', { reason: 'looks odd' }, { actor: 'jane' });
      await page.getByText('pause by jane (api) (looks odd)').first().waitFor();
      await page.getByText('‖ paused').waitFor();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByText('Resume: accepted.').waitFor();
      const release = await e2e.until(id, ({ paused }) => !paused);

      expect(release.actions.map(({ action, by, reason }) => ({ action, by, reason }))).toEqual([
        { action: 'pause', by: { id: 'jane', channel: 'api' }, reason: 'looks odd' },
        { action: 'resume', by: { id: 'night shift', channel: 'web' }, reason: null },
      ]);
      expect(complaints).toEqual([]);
    });

    it('does nothing when the step that was seen is over', async () => {
      const { page, complaints } = await open(`/releases/${id}`, desk);
      await page.getByRole('button', { name: 'Promote' }).click();
      await page.getByText('one step: to 50 %').waitFor();
      await e2e.act(id, 'promote', {}, { actor: 'jane' });
      await e2e.until(id, ({ rollouts }) => rollouts['production']?.step === 2);
      await page.getByRole('button', { name: 'Promote now' }).click();
      const refusal = page.getByRole('dialog').getByRole('alert');
      await refusal.getByText('Not carried out').waitFor();

      expect(await refusal.innerText()).toContain('step 1 is over: production is at step 2');
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect((await e2e.until(id, () => true)).rollouts['production']?.weight).toBe(50);
      expect(complaints).toEqual([]);
    });

    it('takes a release back from a phone in two taps, and says when it is done', async () => {
      const { page, complaints } = await open(`/releases/${id}`, phone);
      await page.getByText('baking step 2 of 3').waitFor();
      expect(await buttonsOf(page)).toEqual(['Roll back', 'Pause', 'More']);
      expect(await sidewaysOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Roll back' }).click();
      await page.getByText('All traffic goes back to 1.0.0. 1.1.0 is quarantined.').waitFor();
      expect(await sidewaysOf(page)).toBe(0);
      await page.getByLabel('Reason').fill('checkout is slow');
      await page.getByRole('button', { name: 'Roll back now' }).click();
      const state = page.locator('.release-head .pill');
      await state.getByText('rolled back').waitFor();
      await page.getByText('rolled back, 1.0.0 has all traffic').waitFor();
      await page.getByText('1.1.0 is quarantined').waitFor();

      const release = await e2e.ended(id);
      expect(release.outcome).toBe('rolled_back');
      expect(release.actions.at(-1)).toMatchObject({
        action: 'rollback',
        by: { id: 'night shift', channel: 'web' },
        reason: 'checkout is slow',
      });
      expect(await buttonsOf(page)).toEqual([]);
      expect(await sidewaysOf(page)).toBe(0);
      expect(complaints).toEqual([]);
    });

    it('lifts a quarantine, with a reason', async () => {
      const { page, complaints } = await open('/applications/shop', phone);
      await page.getByRole('button', { name: 'Lift the quarantine of 1.1.0' }).click();
      await page.getByLabel('Reason').fill('it was the network');
      await page.getByRole('button', { name: 'Lift it' }).click();
      await page
        .getByRole('heading', { name: 'Quarantine', exact: true })
        .waitFor({ state: 'detached' });

      const { body } = await e2e.send('GET', '/applications/shop');
      expect(body.ledger.quarantine).toEqual({});
      expect(await sidewaysOf(page)).toBe(0);
      expect(complaints).toEqual([]);
    });

    it('shows a group, and takes it back from a phone', async () => {
      const { page, complaints } = await open('/', phone);
      const applications = { shop: { version: aVersion('1.1.0') } };
      await e2e.send('POST', '/groups', { group: 'checkout', applications });
      await e2e.until('shop:3', ({ rollouts }) => rollouts['production']?.stage === 'bake');
      await page.getByRole('link', { name: 'checkout' }).click({ timeout: 60_000 });
      await page.getByRole('link', { name: 'shop:3' }).waitFor();
      expect(await buttonsOf(page)).toEqual(['Roll back', 'Pause']);
      expect(await sidewaysOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Pause now' }).click();
      await page.getByText('‖ paused').waitFor();
      await page.getByRole('button', { name: 'Roll back' }).click();
      await page.getByLabel('Reason').fill('totals are wrong');
      await page.getByRole('button', { name: 'Roll back now' }).click();
      await page.locator('.title .pill').getByText('rolled back').waitFor();

      const release = await e2e.ended('shop:3');
      expect(release.outcome).toBe('rolled_back');
      expect(release.sentence).toContain('totals are wrong');
      expect(await buttonsOf(page)).toEqual([]);
      expect(await sidewaysOf(page)).toBe(0);
      expect(complaints).toEqual([]);
    });
  });

  describe('on a server with a token, and without Temporal', () => {
    let api: TestApi;
    let journal: Journal;
    let port: number;
    let url: string;
    beforeAll(async () => {
      journal = await openTestJournal();
      await record(0, 12);
      port = await stablePort();
      url = `http://127.0.0.1:${port}`;
      await listen();
    });
    const listen = async () => {
      api = await openTestApi({
        environment: { CRESCENDO_TOKENS: 'jane:right' },
        journal: { ...journal, close: () => Promise.resolve() },
        consoleDirectory: directory,
      });
      await api.app.listen(port, '127.0.0.1');
    };
    afterAll(async () => {
      await api?.close();
      await journal?.close();
    });

    const record = (from: number, to: number) =>
      journal.append(
        rolledBack()
          .slice(from, to)
          .map((event, index) => ({
            application: 'shop',
            release: 3,
            source: 'release:shop:3',
            sequence: from + index,
            event,
          })),
      );

    it('asks for the token, and follows the release with it', async () => {
      const { page, complaints } = await visit(browser, `${url}/releases/shop:3`, { width: phone });
      const dialog = page.getByRole('dialog', { name: 'A token is needed' });
      await dialog.getByText('the request has no bearer token').waitFor();
      await dialog.getByLabel(/^Token/).fill('wrong');
      await dialog.getByRole('button', { name: 'Use this token' }).click();
      await dialog.getByText('the token is not known here').waitFor();
      await dialog.getByLabel(/^Token/).fill('right');
      await dialog.getByRole('button', { name: 'Use this token' }).click();
      await page.getByText('test smoke: passed: 200 in 12 ms').waitFor();
      await record(12, rolledBack().length);
      await page.locator('.conclusion').getByText('rolled back in eu: errors').waitFor();
      await page.getByText('complete', { exact: true }).waitFor();

      expect(await dialog.count()).toBe(0);
      expect(await page.getByRole('row', { name: /^errors breach canary 8.1 %/ }).count()).toBe(1);
      expect(complaints).toEqual([]);
    });

    it('says what is the matter when Temporal is away, and shows what it can', async () => {
      const { page, complaints } = await visit(browser, url, { width: desk });
      await page.getByLabel(/^Token/).fill('right');
      await page.getByRole('button', { name: 'Use this token' }).click();
      await page.getByRole('link', { name: 'shop:3' }).waitFor();
      await page.getByRole('alert').getByText('Temporal does not answer').waitFor();

      expect(complaints).toEqual([]);
    });

    it('says when the server is away, and goes on by itself when it is back', async () => {
      const { page } = await visit(browser, url, { width: phone });
      await page.getByLabel(/^Token/).fill('right');
      await page.getByRole('button', { name: 'Use this token' }).click();
      await page.getByText('live', { exact: true }).waitFor();
      await api.close();
      await page.getByText('reconnecting', { exact: true }).waitFor();
      await page.getByText('The server does not answer. What you see is of').waitFor();
      await listen();
      await page.getByText('live', { exact: true }).waitFor();

      expect(await page.getByText('What you see is of').count()).toBe(0);
      expect(await page.getByRole('link', { name: 'shop:3' }).count()).toBe(1);
    });

    it('says that nothing is here', async () => {
      const { page } = await visit(browser, `${url}/elsewhere`, { width: phone });
      await page.getByRole('heading', { name: 'Nothing is here' }).waitFor();

      expect(await sidewaysOf(page)).toBe(0);
    });
  });
});

/** The buttons of the action bar that can be seen, in order. */
async function buttonsOf(page: Page): Promise<string[]> {
  return page.locator('.actions > .button').allInnerTexts();
}
