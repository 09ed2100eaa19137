import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAddress, configPath, readConfig, resolveSettings } from './settings.ts';

describe('cli/settings', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crescendo-cli-'));
    env = { CRESCENDO_CONFIG: join(folder, 'config.json') };
    const contexts = {
      prod: { server: 'https://prod.test/', token: 'prod-token' },
      lab: { server: 'http://lab.test:8080' },
    };
    await writeFile(env['CRESCENDO_CONFIG'] ?? '', JSON.stringify({ current: 'prod', contexts }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('uses this machine when nothing is said', async () => {
    const settings = await resolveSettings({}, { CRESCENDO_CONFIG: join(folder, 'none') }, 'jane');
    expect(settings).toEqual({
      server: 'http://127.0.0.1:8080',
      token: null,
      actor: 'jane',
      from: 'the default',
    });
  });

  it.each([
    ['the context in use', {}, {}, 'https://prod.test', 'prod-token', 'context "prod"'],
    ['a context by flag', { context: 'lab' }, {}, 'http://lab.test:8080', null, 'context "lab"'],
    [
      'a context by environment',
      {},
      { CRESCENDO_CONTEXT: 'lab' },
      'http://lab.test:8080',
      null,
      'context "lab"',
    ],
    [
      'an address by environment',
      {},
      { CRESCENDO_SERVER: 'http://e.test' },
      'http://e.test',
      null,
      'CRESCENDO_SERVER',
    ],
    [
      'an address by flag',
      { server: 'http://f.test' },
      { CRESCENDO_SERVER: 'http://e.test' },
      'http://f.test',
      null,
      '--server',
    ],
    [
      "the context's own address",
      { server: 'https://prod.test' },
      {},
      'https://prod.test',
      'prod-token',
      '--server',
    ],
    [
      'a token by environment',
      {},
      { CRESCENDO_TOKEN: 'e' },
      'https://prod.test',
      'e',
      'context "prod"',
    ],
    [
      'a token by flag',
      { token: 'f' },
      { CRESCENDO_TOKEN: 'e' },
      'https://prod.test',
      'f',
      'context "prod"',
    ],
  ])('takes %s', async (_what, flags, more, server, token, from) => {
    const settings = await resolveSettings(flags, { ...env, ...more }, 'jane');
    expect(settings).toEqual({ server, token, actor: 'jane', from });
  });

  it('names the contexts there are when one is unknown', async () => {
    const wrong = resolveSettings({ context: 'toString' }, env, 'jane');
    await expect(wrong).rejects.toMatchObject({
      exit: 2,
      message: 'there is no context "toString" (known: prod, lab)',
    });
  });

  it.each(['{', '[]x', '{"contexts":{"a":{}}}', '{"current":5}'])(
    'refuses the file %s',
    async (text) => {
      const path = join(folder, 'broken.json');
      await writeFile(path, text);
      await expect(readConfig({ CRESCENDO_CONFIG: path })).rejects.toMatchObject({ exit: 2 });
    },
  );

  it.each(['localhost:8080', 'ftp://x.test', '', 'http://user:pass@x.test'])(
    'refuses the address "%s"',
    (text) => {
      expect(() => checkAddress(text)).toThrow('is no server address');
    },
  );

  it('keeps a path of the address and drops slashes at its end', () => {
    expect(checkAddress('https://x.test/crescendo//')).toBe('https://x.test/crescendo');
  });

  it('finds the file where users keep theirs', () => {
    expect(configPath({ HOME: '/home/jane' })).toBe('/home/jane/.config/crescendo/config.json');
    expect(configPath({ XDG_CONFIG_HOME: '/c' })).toBe('/c/crescendo/config.json');
  });

  it.runIf(process.getuid?.() !== 0)('says that a file cannot be read', async () => {
    const path = join(folder, 'closed.json');
    await writeFile(path, '{}');
    await chmod(path, 0);
    await expect(readConfig({ CRESCENDO_CONFIG: path })).rejects.toMatchObject({ exit: 2 });
  });
});
