/** The journal over the wire to the embedded PGlite, as `crescendo up` runs it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveJournal, type ServedJournal } from '../../../embedded/journal/serve.ts';
import { migrate } from '../../../journal/migrations.ts';
import { openJournal } from '../../../journal/open.ts';
import { aSubmittedRelease } from '../../support/journal-entries.ts';
import { connectTo } from '../../support/journal.ts';
import { describeJournal } from './index.ts';

const password = 'not-for-your-eyes';

describe('test/contracts/journal/embedded', () => {
  let folder: string;
  let served: ServedJournal;
  let url: string;
  const failures: unknown[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crescendo-journal-'));
    served = await serveJournal({
      directory: join(folder, 'journal'),
      port: 0,
      password,
      onFatal: (error) => failures.push(error),
    });
    url = `postgres://postgres:${password}@127.0.0.1:${served.port}/postgres`;
  });
  afterAll(async () => {
    await served?.stop();
    await rm(folder, { recursive: true, force: true });
    expect(failures).toEqual([]);
  });

  describeJournal('embedded PGlite', async () => {
    const db = connectTo(url);
    await migrate(db);
    return db;
  });

  it('serves several processes that open it at the same time', async () => {
    const journals = await Promise.all(Array.from({ length: 4 }, () => openJournal({ url })));
    await Promise.all(
      journals.map((journal, index) =>
        journal.append(aSubmittedRelease({ application: 'processes', number: index + 1 }).entries),
      ),
    );
    const { items } = await journals[0]!.listReleases({ application: 'processes' });
    expect(items).toHaveLength(4);
    await Promise.all(journals.map((journal) => journal.close()));
  });
});
