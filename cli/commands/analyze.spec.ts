import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../io.ts';
import type { ScreenOutput } from '../render/live-screen.ts';
import { run } from '../run.ts';

const good = '{"id":"a","kind":"condition","successCondition":"result < 1","value":0}';
const unclear = '{"id":"b","kind":"condition","successCondition":"result.x < 1","value":{}}';
const answer = '{"id":"a","phase":"successful"}\n';

describe('cli/commands/analyze', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crescendo-analyze-'));
    await writeFile(join(folder, 'good.jsonl'), `${good}\n\n${good}`);
    await writeFile(join(folder, 'mixed.jsonl'), `${good}\n{"id":\n{"kind":"x"}\n${good}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function analyze(
    files: string[],
    { stdin = '', stdout }: { stdin?: string; stdout?: ScreenOutput } = {},
  ) {
    const written = { out: '', err: '' };
    const io: Io = {
      stdout: stdout ?? { write: (text) => (written.out += text) },
      stderr: { write: (text) => (written.err += text) },
      env: { CRESCENDO_SERVER: 'http://127.0.0.1:1' },
      user: 'jane',
      now: () => 0,
      stdin: Readable.from([Buffer.from(stdin)]),
      readStdin: async () => stdin,
      ask: null,
      onInterrupt: () => () => {},
    };
    return { exit: await run(['analyze', ...files], io), ...written };
  }

  const file = (name: string) => join(folder, name);

  it('judges every line of every file, without a server', async () => {
    expect(await analyze([file('good.jsonl'), '-'], { stdin: good })).toEqual({
      exit: 0,
      out: answer.repeat(3),
      err: '',
    });
  });

  it('has nothing to say about an empty file', async () => {
    expect(await analyze(['-'])).toEqual({ exit: 0, out: '', err: '' });
  });

  it('reports lines that cannot be judged, goes on, and ends with 2', async () => {
    const { exit, out, err } = await analyze([file('mixed.jsonl')]);
    expect([exit, out]).toEqual([2, answer.repeat(2)]);
    const lines = err.replaceAll(folder, '').split('\n');
    expect(lines[0]).toMatch(/^\/mixed\.jsonl:2:1 {2}not one JSON document: /);
    expect(lines[1]).toMatch(/^\/mixed\.jsonl:3:1 {2}kind {2}unknown kind "x"; expected one of /);
    expect(lines[2]).toBe(
      '2 of 4 lines could not be judged. Correct them and run it again; `crescendo analyze --help` shows the fields.',
    );
    expect(lines.slice(3)).toEqual(['']);
  });

  it('goes on with the next file when one cannot be read', async () => {
    const { exit, out, err } = await analyze([file('none.jsonl'), folder, file('good.jsonl')]);
    expect([exit, out]).toEqual([2, answer.repeat(2)]);
    expect(err).toContain('none.jsonl cannot be read: ENOENT. Check the path; `-` reads');
    expect(err).toContain(`${folder} cannot be read: EISDIR.`);
  });

  it('says why a phase is an error, and takes that for an answer', async () => {
    expect(await analyze(['-'], { stdin: unclear })).toEqual({
      exit: 0,
      out: '{"id":"b","phase":"error"}\n',
      err: '<stdin>:1  successCondition: No such key: x at column 8\n',
    });
  });

  it('waits for a reader that is slower', async () => {
    const drained: (() => void)[] = [];
    let lines = 0;
    const slow: ScreenOutput = {
      write: () => {
        lines += 1;
        return false;
      },
      once: (_event, listener) => drained.push(listener),
    };
    const ended = analyze(['-'], { stdin: `${good}\n`.repeat(5), stdout: slow });
    for (let count = 1; count <= 5; count += 1) {
      await expect.poll(() => drained.length).toBe(1);
      expect(lines).toBe(count);
      drained.pop()?.();
    }
    expect((await ended).exit).toBe(0);
  });

  it('needs a file, and explains its kinds', async () => {
    expect(await analyze([])).toMatchObject({ exit: 2, out: '' });
    const { exit, out } = await analyze(['--help']);
    expect(exit).toBe(0);
    for (const kind of [
      'condition',
      'threshold',
      'kayenta-metric',
      'kayenta-score',
      'sequential',
    ]) {
      expect(out).toContain(`  ${kind} `);
    }
  });
});
