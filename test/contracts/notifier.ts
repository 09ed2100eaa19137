/** What every notifier must do, whatever its vendor; run from each vendor's spec. */

import { describe, expect, it } from 'vitest';
import type { Notice, Notifier } from '../../providers/notifiers/contract.ts';
import { aContext } from '../support/call-context.ts';

export interface NotifierCase {
  vendor: string;
  /** A notifier that works, with nothing told yet. */
  working: () => Notifier;
  /** What arrived at the other side since `working`, one text per telling. */
  told: () => string[];
  /** The other side does not answer now, one notifier per way. */
  unavailable: Record<string, () => Notifier>;
  /** The other side does not want it, one notifier per way. */
  refused: Record<string, () => Notifier>;
  /** The answer does not come for minutes; null when there is nothing to wait for. */
  endless: (() => Notifier) | null;
}

/** A notice whose every field can be told apart. */
export function aNotice(more: Partial<Notice> = {}): Notice {
  return {
    release: 'shop:7',
    id: 'shop:7/12',
    event: 'rollback.verified',
    severity: 'alert',
    title: 'shop 1.4.2 was rolled back in eu',
    text: 'Errors rose from **0.1 %** to **4 %** — "canary" & <stable>.',
    links: { console: 'https://crescendo.example.com/releases/shop:7' },
    at: '2026-05-04T01:14:52.000Z',
    ...more,
  };
}

function notify(notifier: Notifier, notice = aNotice(), signal?: AbortSignal): Promise<void> {
  return notifier.notify(notice, aContext(signal));
}

/** Declares the conformance tests of one vendor. */
export function describeNotifier(vendorCase: NotifierCase): void {
  describe(`test/contracts/notifier: ${vendorCase.vendor}`, () => {
    it('tells what happened, with a link to more', async () => {
      await notify(vendorCase.working());
      const [text, ...more] = vendorCase.told();
      expect(more).toEqual([]);
      expect(text).toContain('shop 1.4.2 was rolled back in eu');
      expect(text).toContain('https://crescendo.example.com/releases/shop:7');
    });

    it.each(['info', 'warning', 'alert'] as const)('tells of severity %s', async (severity) => {
      await notify(vendorCase.working(), aNotice({ severity }));
      expect(vendorCase.told()).toHaveLength(1);
    });

    it('tells the same notice once, and the next one too', async () => {
      const notifier = vendorCase.working();
      await notify(notifier);
      await notify(notifier);
      expect(vendorCase.told()).toHaveLength(1);
      await notify(notifier, aNotice({ id: 'shop:7/13' }));
      expect(vendorCase.told()).toHaveLength(2);
    });

    const { unavailable, refused } = vendorCase;
    for (const [name, open] of Object.entries(unavailable)) {
      it(`may be told again: ${name}`, async () => {
        const expected = { code: 'provider_unavailable', retryable: true };
        await expect(notify(open())).rejects.toMatchObject(expected);
      });
    }
    for (const [name, open] of Object.entries(refused)) {
      it(`need not be told again: ${name}`, async () => {
        const expected = { code: 'provider_refused', retryable: false };
        await expect(notify(open())).rejects.toMatchObject(expected);
      });
    }

    it('tells nothing when it is cancelled before', async () => {
      const cancelled = AbortSignal.abort(new Error('not wanted'));
      const telling = notify(vendorCase.working(), aNotice(), cancelled);
      await expect(telling).rejects.toThrow('not wanted');
      expect(vendorCase.told()).toEqual([]);
    });

    const { endless } = vendorCase;
    it.skipIf(!endless)('stops when it is cancelled midway', async () => {
      const controller = new AbortController();
      const telling = notify(endless!(), aNotice(), controller.signal);
      setTimeout(() => controller.abort(new Error('not wanted any more')), 200);
      await expect(telling).rejects.toThrow('not wanted any more');
    });
  });
}
