import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openJournal } from '../journal/open.ts';
import { compile } from '../test/support/compiled.ts';
import type { Compiled } from '../test/support/compiled.ts';
import { anEndedRelease } from '../test/support/journal-entries.ts';
import { startJournalServer } from './journal-server.ts';
import type { JournalServer } from './journal-server.ts';
import { freePort } from './supervisor/ports.ts';

let compiled: Compiled;
let folder: string;
let journal: JournalServer;
let pool: Pool;

beforeAll(async () => {
  compiled = compile('embedded/journal-main.ts');
  folder = mkdtempSync(join(tmpdir(), 'crescendo-journal-'));
  journal = await startJournalServer({
    directory: join(folder, 'db'),
    port: await freePort(),
    logFile: join(folder, 'journal.log'),
    main: compiled.path('embedded/journal-main.ts'),
  });
  pool = new Pool({ connectionString: journal.url, max: 4 });
  pool.on('error', () => undefined);
  await pool.query('create table entries (id text primary key)');
});

afterAll(async () => {
  await pool?.end();
  await journal?.stop();
  rmSync(folder, { recursive: true, force: true });
  compiled.remove();
});

/** A process of its own that runs `code` with a pool of `pg`, and prints lines. */
function aProcess(code: string) {
  const prelude = `const { Pool } = require('pg');
    const pool = new Pool({ connectionString: process.env.URL, max: 5 });
    pool.on('error', () => {});`;
  const child = spawn(process.execPath, ['-e', `${prelude}; (async () => { ${code} })()`], {
    cwd: resolve(import.meta.dirname, '..'),
    env: { ...process.env, URL: journal.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  return { child, lines, exited: once(child, 'exit') };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (condition()) return;
    await sleep(50);
  }
  throw new Error('it did not come to that within 20 s');
}

async function ids(prefix: string): Promise<string[]> {
  const text = 'select id from entries where id like $1 order by id';
  const { rows } = await pool.query<{ id: string }>(text, [`${prefix}%`]);
  return rows.map((row) => row.id);
}

describe('embedded/journal-server', () => {
  it('serves pools of several processes at once, transactions apart, answers to those who asked', async () => {
    await pool.query('create table counter (n int)');
    await pool.query('insert into counter values (0)');
    const code = `
      let wrong = 0;
      await Promise.all(Array.from({ length: 5 }, async (_, worker) => {
        for (let turn = 0; turn < 10; turn += 1) {
          const mine = (process.pid + '-' + worker + '-' + turn).padEnd(200000, 'x');
          const { rows } = await pool.query('select $1::text as mine', [mine]);
          if (rows[0].mine !== mine) wrong += 1;
          const client = await pool.connect();
          await client.query('begin');
          const { n } = (await client.query('select n from counter')).rows[0];
          await client.query('update counter set n = $1', [n + 1]);
          await client.query('commit');
          client.release();
        }
      }));
      console.log('wrong ' + wrong);
      await pool.end();`;
    const processes = [aProcess(code), aProcess(code), aProcess(code)];
    await Promise.all(processes.map((one) => one.exited));
    expect(processes.map((one) => one.lines)).toEqual([['wrong 0'], ['wrong 0'], ['wrong 0']]);
    expect((await pool.query('select n from counter')).rows).toEqual([{ n: 150 }]);
  });

  it('a process killed inside a transaction holds up nobody and leaves nothing', async () => {
    const { child, lines, exited } = aProcess(`
      const client = await pool.connect();
      await client.query('begin');
      await client.query("insert into entries values ('killed 1')");
      console.log('inside');
      setInterval(() => {}, 1000);`);
    await until(() => lines.includes('inside'));
    const waiting = pool.query(`insert into entries values ('killed 2')`);
    child.kill('SIGKILL');
    await exited;
    await waiting;
    expect(await ids('killed')).toEqual(['killed 2']);
  });

  it('loses nothing it confirmed when it is killed again and again while others write', async () => {
    const { lines, exited } = aProcess(`
      for (let id = 100; id < 400; ) {
        try {
          await pool.query('insert into entries values ($1) on conflict do nothing', ['kept ' + id]);
          console.log('kept ' + id);
          id += 1;
        } catch { await new Promise((done) => setTimeout(done, 50)); }
      }
      await pool.end();`);
    for (const confirmed of [50, 120, 200]) {
      await until(() => lines.length >= confirmed);
      const before = journal.pid();
      journal.kill();
      await until(() => journal.isReady() && journal.pid() !== before);
    }
    await exited;
    expect(lines).toHaveLength(300);
    expect(await ids('kept')).toEqual(lines);
  });

  it('carries the journal: two open it at once, append at once, and it is killed meanwhile', async () => {
    const settings = { url: journal.url, poolSize: 4 };
    const journals = await Promise.all([openJournal(settings), openJournal(settings)]);
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
    const before = journal.pid();
    const append = async (number: number) => {
      const { entries } = anEndedRelease({ application: 'shop', number }, 'succeeded');
      const mine = journals[number % 2]!;
      if (number === 20) journal.kill();
      // Appending may be repeated: what the kill interrupted is simply tried again.
      for (let done = false; !done;) {
        done = await mine.append(entries).then(
          () => true,
          () => sleep(100, false),
        );
      }
    };
    await Promise.all(numbers.map(append));
    expect(journal.pid()).not.toBe(before);
    const entries = await journals[0].entriesAfter(0, 200);
    expect(entries).toHaveLength(80);
    expect(new Set(entries.map((entry) => entry.position)).size).toBe(80);
    await Promise.all(journals.map((one) => one.close()));
  });

  it('does not show its password in its arguments or its log', () => {
    const password = new URL(journal.url).password;
    expect(password).toHaveLength(32);
    expect(readFileSync(journal.logFile, 'utf8')).not.toContain(password);
    if (process.platform !== 'linux') return;
    expect(readFileSync(`/proc/${journal.pid()}/cmdline`, 'utf8')).not.toContain(password);
  });

  it('refuses a port that is taken', async () => {
    const port = Number(new URL(journal.url).port);
    const second = startJournalServer({
      directory: join(folder, 'other'),
      port,
      logFile: join(folder, 'other.log'),
    });
    await expect(second).rejects.toThrow(`port ${port} for the journal is taken by process`);
  });

  it('says why when the directory is in use', async () => {
    const second = startJournalServer({
      directory: join(folder, 'db'),
      port: await freePort(),
      logFile: join(folder, 'second.log'),
      main: compiled.path('embedded/journal-main.ts'),
    });
    await expect(second).rejects.toMatchObject({
      message: 'journal did not become ready (exit code 1)',
      advice: expect.stringContaining('is in use by another Crescendo'),
    });
  });

  it('ends cleanly, and opens again with what it had', async () => {
    await pool.query(`insert into entries values ('stays')`);
    await pool.end();
    await journal.stop();
    journal = await startJournalServer({
      directory: join(folder, 'db'),
      port: Number(new URL(journal.url).port),
      logFile: join(folder, 'journal.log'),
      main: compiled.path('embedded/journal-main.ts'),
    });
    pool = new Pool({ connectionString: journal.url });
    expect(await ids('stays')).toEqual(['stays']);
    expect(readFileSync(`${journal.logFile}.1`, 'utf8')).toContain('journal served on 127.0.0.1:');
  });
});
