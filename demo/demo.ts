/** `crescendo demo`: three releases of a sample shop under real traffic, on the embedded stack. */

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { ApplicationAnswer, ReleaseAnswer, SubmitAnswer } from '../cli/answers.ts';
import { createClient, type Client } from '../cli/client.ts';
import type { Display } from '../cli/displays.ts';
import { follow } from '../cli/follow.ts';
import type { TrafficShare } from '../domain/release.ts';
import { explain, untilSignal } from '../embedded/up.ts';
import { startStack, type Stack } from '../embedded/stack.ts';
import { freePort, isPortFree } from '../embedded/supervisor/ports.ts';
import { loadConnections } from '../providers/connections.ts';
import { createProviders } from '../providers/index.ts';
import { createScreen, type DemoScreen } from './screen.ts';
import { asPromised, resultOf, summaryLines, type ReleaseResult } from './summary.ts';
import { since, startTraffic, type Traffic } from './traffic.ts';

export interface DemoOptions {
  keep?: boolean | undefined;
  json?: boolean | undefined;
  dataDir?: string | undefined;
}

const versions = ['1.0.0', '1.1.0', '1.2.0'] as const;
const packageRoot = join(import.meta.dirname, '..', '..');
const longestRelease = 120_000;

interface Show {
  stack: Stack;
  client: Client;
  screen: DemoScreen;
  port: number;
  /** Begins once somebody can answer it. */
  traffic: Traffic | null;
}

/** Plays the demo; the answer is the exit code: 0 only if all three ended as promised. */
export async function demo(options: DemoOptions): Promise<number> {
  const screen = createScreen(options.json ?? false);
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'crescendo-demo-')));
  const stopped = untilSignal();
  let stack: Stack | null = null;
  try {
    const starting = startStack({
      dataDir: folder,
      ownTemporal: true,
      workingDirectory: packageRoot,
      onProgress: screen.note,
    });
    stack = await Promise.race([starting, stopped.then(() => null)]);
    if (stack === null) {
      await (await starting).stop();
      return 130;
    }
    const code = await Promise.race([play(stack, screen), stopped.then(() => 130)]);
    if (options.keep && code !== 130) {
      screen.say('');
      screen.say('Everything keeps running. Ctrl-C ends it.');
      await stopped;
    }
    return code;
  } catch (error) {
    return explain(error, screen.say);
  } finally {
    screen.close();
    await stack?.stop();
    if (options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function play(stack: Stack, screen: DemoScreen): Promise<number> {
  const settings = { server: stack.apiUrl, token: null, actor: 'demo', from: 'the demo' };
  const client = createClient(settings);
  const port = (await isPortFree(10_080)) ? 10_080 : await freePort();
  await client.put('/applications/shop', {
    body: (await specification()).replace('port: 10080', `port: ${port}`),
    contentType: 'application/yaml',
  });
  screen.say(
    `Crescendo is up: ${stack.apiUrl}. The shop gets 200 requests a second on port ${port}.`,
  );
  const show: Show = { stack, client, screen, port, traffic: null };
  const results: ReleaseResult[] = [];
  try {
    for (const version of versions) {
      screen.say(`\n${titles[version]}\n`);
      results.push(await releaseOne(show, version));
    }
  } finally {
    await show.traffic?.stop();
  }
  const final = await outcomes(client, results);
  screen.data({ type: 'summary', releases: final });
  const links = {
    console: stack.apiUrl,
    'API docs': `${stack.apiUrl}/api/docs`,
    'Temporal Web UI': stack.temporalUi,
  };
  for (const line of summaryLines(final, links)) screen.say(line);
  return asPromised(final) ? 0 : 1;
}

const titles: Record<(typeof versions)[number], string> = {
  '1.0.0': 'First release: 1.0.0. Nothing to compare with, so it goes to everybody at once.',
  '1.1.0':
    'A good release: 1.1.0. CI, staging, then 5, 25, 50 and 100 %, as fast as the evidence allows.',
  '1.2.0': 'A bad release: 1.2.0. Its tests pass, but it fails one customer in six.',
};

async function releaseOne(show: Show, version: string): Promise<ReleaseResult> {
  const { client, screen } = show;
  const counts = () => show.traffic?.counts() ?? {};
  const before = counts();
  const began = Date.now();
  const submitted = await client.post<SubmitAnswer>('/applications/shop/releases', {
    body: { version: await versionOf(version) },
  });
  const display = screen.display(() => since(before, counts()));
  let zeroAt: number | null = null;
  const watching: Display = {
    ...display,
    show(entry, progress) {
      const { event } = entry;
      if (event.environment === 'production' && event.type === 'traffic.shifted') {
        show.traffic ??= event.weight === 100 ? startTraffic(show.port) : null;
        const leaving = progress.rollouts['production']?.stage === 'rollback';
        if (leaving && event.weight === 0) zeroAt ??= Date.parse(event.at);
      }
      display.show(entry, progress);
    },
  };
  const signal = AbortSignal.timeout(longestRelease);
  const progress = await follow(client, submitted.id, { signal, display: watching, until: 'warm' });
  display.close();
  return resultOf({
    progress,
    shares: await readShares(show),
    durationMs: Date.now() - began,
    traffic: since(before, counts()),
    firstFailure: show.traffic?.firstFailure(version) ?? null,
    zeroAt,
  });
}

/** The artefact with its digest, so that exactly this file is what runs. */
async function versionOf(name: string): Promise<{ name: string; artifact: string }> {
  const path = join(import.meta.dirname, 'versions', `${name}.js`);
  const digest = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { name, artifact: `./${relative(packageRoot, path)}@sha256:${digest}` };
}

function specification(): Promise<string> {
  return readFile(join(packageRoot, 'examples', 'shop', 'crescendo.yaml'), 'utf8');
}

/** What the running router does, not what we believe it does. */
async function readShares({ client, stack }: Show): Promise<TrafficShare[]> {
  const { spec } = await client.get<
    ApplicationAnswer & {
      spec: {
        environments: Record<
          string,
          { router: { vendor: string; settings: Record<string, unknown> } }
        >;
      };
    }
  >('/applications/shop');
  const reference = spec.environments['production']?.router;
  if (!reference) return [];
  const router = createProviders(loadConnections(stack.connections)).router(reference);
  const context = { signal: AbortSignal.timeout(10_000), progress: () => {} };
  return router.readShares({ application: 'shop', environment: 'production' }, context);
}

/** A release that was at 100 % ends when the next one takes over: by now all have ended. */
async function outcomes(
  client: Client,
  results: readonly ReleaseResult[],
): Promise<ReleaseResult[]> {
  return Promise.all(
    results.map(async (result, index) => {
      const { outcome } = await client.get<ReleaseAnswer>(`/releases/shop:${index + 1}`);
      return { ...result, outcome };
    }),
  );
}
