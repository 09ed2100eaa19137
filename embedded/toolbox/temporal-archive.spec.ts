import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { probe } from './executable.ts';
import { temporalTool } from './index.ts';
import { temporalArchiveFetcher } from './temporal-archive.ts';
import { temporaryFolder, writeScript } from '../../test/support/fake-tools.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function anArchive(): Promise<Buffer> {
  const folder = await temporaryFolder();
  await writeScript(join(folder, 'temporal'), 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)');
  execFileSync('tar', ['-czf', join(folder, 'a.tar.gz'), '-C', folder, 'temporal']);
  return readFile(join(folder, 'a.tar.gz'));
}

async function scratch(): Promise<string> {
  const folder = join(await temporaryFolder(), 'scratch');
  await mkdir(folder);
  return folder;
}

const context = { environment: process.env, signal: undefined };

describe('embedded/toolbox/temporal-archive', () => {
  it('asks for this platform, unpacks the archive and gives the file that was named', async () => {
    const archive = await anArchive();
    const asked: string[] = [];
    const base = await serve((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/archive') return void response.end(archive);
      const answer = { archiveUrl: `${base}/archive`, fileToExtract: 'temporal' };
      response.end(JSON.stringify(answer));
    });
    const path = await temporalArchiveFetcher('1.9.1', base).fetch(await scratch(), context);
    const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const query = `arch=${arch}&platform=${process.platform}&format=tar.gz`;
    expect(asked).toEqual([`/cli/v1.9.1?${query}`, '/archive']);
    expect(await probe(temporalTool, path)).toBe('1.9.1');
  });

  it.each([
    ['has no such version', 404, '', 'answered 404'],
    ['answers something else', 200, '{"message":"hello"}', 'archiveUrl'],
    ['sends a page in place of an archive', 200, '<html></html>', 'not valid JSON'],
  ])('says so when the service %s', async (_, status, body, reason) => {
    const base = await serve((_request, response) => {
      response.writeHead(status).end(body);
    });
    const fetching = temporalArchiveFetcher('1.9.1', base).fetch(await scratch(), context);
    await expect(fetching).rejects.toThrow(reason);
  });

  it('says so when the archive is not one', async () => {
    const base = await serve((request, response) => {
      const answer = { archiveUrl: `${base}/archive`, fileToExtract: 'temporal' };
      response.end(request.url === '/archive' ? 'not gzip' : JSON.stringify(answer));
    });
    const fetching = temporalArchiveFetcher('1.9.1', base).fetch(await scratch(), context);
    await expect(fetching).rejects.toThrow('tar could not unpack');
  });

  it('says so when nothing answers', async () => {
    const fetching = temporalArchiveFetcher('1.9.1', 'http://127.0.0.1:1').fetch(
      await scratch(),
      context,
    );
    await expect(fetching).rejects.toThrow('http://127.0.0.1:1 does not answer');
  });
});
