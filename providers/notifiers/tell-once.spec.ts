import { describe, expect, it } from 'vitest';
import { aNotice } from '../../test/contracts/notifier.ts';
import { aContext } from '../../test/support/call-context.ts';
import { tellOnce } from './tell-once.ts';

describe('providers/notifiers/tell-once', () => {
  it('remembers the last thousand notices, not all', async () => {
    const told: string[] = [];
    const notifier = tellOnce(async ({ id }) => void told.push(id));
    for (let id = 0; id < 1_001; id += 1) {
      await notifier.notify(aNotice({ id: String(id) }), aContext());
    }
    await notifier.notify(aNotice({ id: '1000' }), aContext());
    expect(told).toHaveLength(1_001);
    await notifier.notify(aNotice({ id: '0' }), aContext());
    expect(told).toHaveLength(1_002);
  });

  it('tells again what could not be told', async () => {
    let attempts = 0;
    const notifier = tellOnce(async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('not now');
    });
    await expect(notifier.notify(aNotice(), aContext())).rejects.toThrow('not now');
    await notifier.notify(aNotice(), aContext());
    await notifier.notify(aNotice(), aContext());
    expect(attempts).toBe(2);
  });
});
