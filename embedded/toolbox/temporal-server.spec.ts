import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveTemporalServer } from './temporal-server.ts';
import { temporaryFolder, writeScript } from '../../test/support/fake-tools.ts';

/** Something that accepts connections and is no Temporal. */
async function aStranger(answer: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (answer) socket.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function anEnvironment() {
  const folder = await temporaryFolder();
  const cli = await writeScript(join(folder, 'cli'), 'temporal version 1.9.1');
  return { CRESCENDO_TEMPORAL_CLI: cli, TEMPORAL_CONFIG_FILE: join(folder, 'none.toml') };
}

describe('embedded/toolbox/temporal-server', () => {
  it('takes the address of the options, then of the variable, and asks nobody', async () => {
    const environment = { ...(await anEnvironment()), TEMPORAL_ADDRESS: 'far.example:7233' };
    expect(await resolveTemporalServer({ environment })).toEqual({
      kind: 'existing',
      address: 'far.example:7233',
      source: 'named by TEMPORAL_ADDRESS',
    });
    const address = 'near.example:7233';
    expect(await resolveTemporalServer({ environment, address })).toMatchObject({ address });
  });

  it('takes the address of the Temporal profile', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'temporal.toml');
    await writeFile(file, '[profile.default]\naddress = "profile.example:7233"\n');
    const environment = { ...(await anEnvironment()), TEMPORAL_CONFIG_FILE: file };
    expect(await resolveTemporalServer({ environment })).toEqual({
      kind: 'existing',
      address: 'profile.example:7233',
      source: 'named by the Temporal profile',
    });
  });

  it('starts one when nothing listens on the usual port', async () => {
    const environment = await anEnvironment();
    const choice = await resolveTemporalServer({ environment, usualPort: 1 });
    expect(choice).toMatchObject({ kind: 'start', binary: { version: '1.9.1' } });
  });

  it.each([
    ['says nothing', ''],
    ['speaks HTTP/1', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ])('leaves alone what listens there but %s, and says so', async (_, answer) => {
    const usualPort = await aStranger(answer);
    const said: string[] = [];
    const choice = await resolveTemporalServer({
      environment: await anEnvironment(),
      usualPort,
      onProgress: (sentence) => said.push(sentence),
    });
    expect(choice.kind).toBe('start');
    expect(said).toEqual([
      `not used: what listens on 127.0.0.1:${usualPort} does not answer as Temporal`,
    ]);
  });
});
