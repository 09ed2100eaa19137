import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { CrescendoError } from '../domain/errors.ts';
import type { JournalEntry } from '../domain/events.ts';
import type { Notice } from '../providers/notifiers/contract.ts';
import { createActivityWorld } from '../test/support/activity-world.ts';
import type { NoticeInput } from './contract.ts';
import { recordActivities } from './record.ts';

const notice: NoticeInput = {
  to: ['slack', 'webhook', 'log'].map((vendor) => ({ vendor, settings: {} })),
  release: 'shop:7',
  id: 'run/1',
  event: 'rollback.started',
  severity: 'alert',
  title: 'shop 1.1.0 is rolled back',
  text: '',
  at: '2026-01-01T00:00:00.000Z',
};

/** Sends the notice; `fail` says with what a vendor fails. */
async function send(fail: Record<string, Error> = {}) {
  const world = createActivityWorld();
  const told: [string, Notice][] = [];
  world.notify = async (vendor, one) => {
    const error = fail[vendor];
    if (error) throw error;
    told.push([vendor, one]);
  };
  const journal = { append: async () => {}, appendMeasurements: async () => {} };
  const links = (release: string) => ({ release: `http://console/${release}` });
  const { notify } = recordActivities(journal, world.providers, links);
  const error = await new MockActivityEnvironment().run(notify, notice).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { told, error };
}

describe('activities/record', () => {
  it('tells everybody, with links', async () => {
    const { told, error } = await send();
    expect(error).toBeNull();
    expect(told.map(([vendor]) => vendor)).toEqual(['slack', 'webhook', 'log']);
    const { to: _to, ...rest } = notice;
    expect(told[0]?.[1]).toEqual({ ...rest, links: { release: 'http://console/shop:7' } });
  });

  it.each([
    [
      'that may work later: all are tried again',
      new CrescendoError('provider_unavailable', 'away'),
      true,
    ],
    [
      'that will not work: left out',
      new CrescendoError('provider_refused', 'no such channel'),
      false,
    ],
    ['of any other kind: left out', new Error('bug'), false],
  ])(
    'one notifier that fails keeps nobody else from telling, one %s',
    async (_, failure, again) => {
      const { told, error } = await send({ slack: failure });
      expect(told.map(([vendor]) => vendor)).toEqual(['webhook', 'log']);
      expect(error).toBe(again ? failure : null);
    },
  );

  it('appends to the journal as it is', async () => {
    const appended: JournalEntry[] = [];
    const journal = {
      append: async (entries: readonly JournalEntry[]) => void appended.push(...entries),
      appendMeasurements: async () => {},
    };
    const { record } = recordActivities(journal, createActivityWorld().providers, () => ({}));
    const event = { type: 'release.resumed', at: notice.at, environment: null } as const;
    const source = 'release:shop:7';
    const entry = { application: 'shop', release: 7, source, sequence: 1, event };
    await new MockActivityEnvironment().run(record, [entry]);
    expect(appended).toEqual([entry]);
  });
});
