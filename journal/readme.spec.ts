import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { openTestDatabase } from '../test/support/journal.ts';
import {
  aMeasurement,
  anEndedRelease,
  aSubmittedRelease,
} from '../test/support/journal-entries.ts';
import { createJournal } from './journal.ts';
import type { JournalTables } from './schema.ts';

const readme = readFileSync(new URL('readme.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```sql\n(.*?)```/gs)].map(([, text]) => text!);
const [grants, audit, weeks, evidence, thin, expire] = blocks;

const fourYears = 4 * 365 * 86_400_000;
const { evidence: findings } = aMeasurement();
const verdict = {
  verdict: 'fail',
  cause: 'breach',
  culprit: 'errors',
  sentence: 'errors are too many',
  evidence: findings,
  looks: 7,
} as const;

describe('journal/readme', () => {
  let db: Kysely<JournalTables>;

  beforeAll(async () => {
    db = await openTestDatabase();
    const journal = createJournal(db);
    const by = { id: 'jane', channel: 'slack' } as const;
    const action = { action: 'rollback', by, reason: 'it is slow', only: null } as const;
    const now = Date.now();
    await journal.append([
      ...aSubmittedRelease({ application: 'shop', number: 7 }, now)
        .release({ type: 'action.accepted', ...action })
        .rollout('eu', { type: 'bake.finished', step: 1, weight: 5, verdict })
        .release({ type: 'release.ended', outcome: 'rolled_back', sentence: 'back on 1.6' })
        .entries,
      ...anEndedRelease({ application: 'shop', number: 1 }, 'succeeded', now - fourYears).entries,
    ]);
    await journal.appendMeasurements([
      aMeasurement({ at: new Date(now).toISOString() }),
      aMeasurement({ at: new Date(now - fourYears).toISOString(), bake: 'old' }),
    ]);
  });
  afterAll(() => db?.destroy());

  async function run(block: string | undefined) {
    const statements = block!.split(/;\s*\n/).filter((statement) => statement.trim());
    let last: unknown[] = [];
    for (const statement of statements) last = (await sql.raw(statement).execute(db)).rows;
    return last;
  }

  it('has as many pieces of SQL as are tried here', () => {
    expect(blocks).toHaveLength(6);
  });

  it('shows who did what', async () => {
    const row = { release: 'shop:7', action: 'rollback', who: 'jane', channel: 'slack' };
    expect(await run(audit)).toMatchObject([{ ...row, reason: 'it is slow' }]);
  });

  it('shows how releases went, week by week', async () => {
    expect(await run(weeks)).toMatchObject([
      { application: 'shop', releases: 1, failed_percent: '100.0' },
      { application: 'shop', releases: 1, failed_percent: '0.0' },
    ]);
  });

  it('shows the evidence behind a failed bake', async () => {
    expect(await run(evidence)).toMatchObject([
      { release: 'shop:7', environment: 'eu', weight: '5', metric: 'errors', canary: 0.001 },
    ]);
  });

  it('grants what the application needs', async () => {
    await run(grants);
    await sql`set role crescendo_app`.execute(db);
    const entries = anEndedRelease({ application: 'granted', number: 1 }, 'succeeded').entries;
    await createJournal(db).append(entries);
    await createJournal(db).append(entries);
    await expect(sql`delete from crescendo.events`.execute(db)).rejects.toThrow(/permission/);
    await sql`reset role`.execute(db);
  });

  it('thins measurements and lets releases expire, and nothing else', async () => {
    const journal = createJournal(db);
    await run(thin);
    const left = await journal.readMeasurements({ application: 'shop', number: 7 }, { limit: 9 });
    expect(left).toHaveLength(1);

    await run(expire);
    expect(await journal.readProgress({ application: 'shop', number: 1 })).toBeNull();
    const { items } = await journal.listReleases({ application: 'shop' });
    expect(items.map(({ id }) => id)).toEqual(['shop:7']);
    await expect(sql`delete from crescendo.events`.execute(db)).rejects.toThrow(/append only/);
  });
});
