/** The embedded stack: Temporal, journal, Envoy, API and worker, each a supervised process. */

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadConnections } from '../providers/connections.ts';
import { stopAll } from '../providers/targets/process/index.ts';
import { mergedConnections } from './connections.ts';
import { startEnvoy, type EnvoyServer } from './envoy-server.ts';
import { startJournalServer } from './journal-server.ts';
import { lockPath, type PathLock } from './path-lock.ts';
import { restoreVersions } from './restore.ts';
import { choosePort, isPortOpen, requirePort } from './supervisor/ports.ts';
import { superviseProcess } from './supervisor/supervise.ts';
import type { ProcessEvent, SupervisedProcess } from './supervisor/contract.ts';
import { startTemporalServer } from './temporal-server.ts';
import { resolveEnvoy, type ResolveOptions } from './toolbox/index.ts';
import { resolveTemporalServer } from './toolbox/temporal-server.ts';
import { searchAttributes } from '../domain/search-attributes.ts';

export interface StackOptions {
  /** Everything that is kept lies here; made when it is not there. */
  dataDir: string;
  /** Port of API and console; 8080, or another one when that is taken. */
  port?: number | undefined;
  /** Port of Temporal Web UI; 8233, or another one when that is taken. */
  uiPort?: number | undefined;
  /** Ports of the other parts; the usual ones, or others when those are taken. */
  ports?: { temporal?: number; envoy?: number; journal?: number };
  /** Use this Temporal server instead of finding or starting one. */
  temporalAddress?: string | undefined;
  /** Always start an own Temporal server, whatever answers on its usual port. */
  ownTemporal?: boolean;
  /** Use this PostgreSQL for the journal instead of the embedded one. */
  databaseUrl?: string | undefined;
  /** Added to the environment of API and worker. */
  environment?: Record<string, string>;
  /** Where the worker runs: relative paths of the specification start here. Ours by default. */
  workingDirectory?: string;
  /** One sentence each time that something is found, fetched or started. */
  onProgress: (sentence: string) => void;
  onEvent?: ((event: ProcessEvent) => void) | undefined;
}

export interface Stack {
  apiUrl: string;
  /** Null when the Temporal server is somebody else's and shows no UI where one is expected. */
  temporalUi: string | null;
  temporalAddress: string;
  databaseUrl: string;
  envoy: EnvoyServer;
  api: SupervisedProcess;
  worker: SupervisedProcess;
  /** Null when it is somebody else's. */
  temporal: SupervisedProcess | null;
  /** Null when the journal is in a database of somebody else. */
  journal: SupervisedProcess | null;
  /** Folder with the logs of all processes. */
  logs: string;
  /** Folder of the process target: what runs, and what it printed. */
  versions: string;
  /** The worker's connections file. */
  connections: string;
  /** A sentence per version that was up last time: up again, or why not. */
  restored: string[];
  /** Ends everything that was started, versions too. Safe to call twice. */
  stop(): Promise<void>;
}

interface TemporalPart {
  address: string;
  ui: string | null;
  process: SupervisedProcess | null;
}

/**
 * Starts all parts; what is started already when one fails is ended again.
 * @throws SetupError
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  const logs = join(dataDir, 'logs');
  const versions = join(dataDir, 'versions');
  await mkdir(logs, { recursive: true });
  const started: SupervisedProcess[] = [];
  const keep = <T extends SupervisedProcess>(part: T): T => {
    started.push(part);
    return part;
  };
  // Before anything is touched: a second one must not end the versions of the first.
  const lock = await lockPath(join(dataDir, 'crescendo'), 'the data');
  const stop = stopOnce(started, versions, lock);
  try {
    const apiPort = await pickPort(options, options.port, 8080, 'API and console');
    const connections = join(dataDir, 'connections.json');
    const processes = { process: { directory: versions } };
    await writeConnections(connections, processes);
    // Before Envoy: what it counted while they were not yet up would be held against them.
    const restored = await restoreVersions(versions, loadConnections(connections));
    const [temporal, envoy, journal] = await allOf([
      startTemporal(options, dataDir, logs, keep),
      startRouter(options, dataDir, logs, keep),
      startJournal(options, dataDir, logs, keep),
    ]);
    await writeConnections(connections, {
      envoy: { admin: envoy.adminUrl, directory: join(dataDir, 'envoy') },
      ...processes,
    });
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const environment = {
      ...options.environment,
      DATABASE_URL: journal.url,
      TEMPORAL_ADDRESS: temporal.address,
      CRESCENDO_CONNECTIONS: connections,
      CRESCENDO_PUBLIC_URL: apiUrl,
      CRESCENDO_API_HOST: '127.0.0.1',
      CRESCENDO_API_PORT: String(apiPort),
      ...(temporal.ui ? { CRESCENDO_TEMPORAL_UI: temporal.ui } : {}),
    };
    options.onProgress('starting API and worker');
    const healthy = () => answers(`${apiUrl}/healthz`);
    const [api, worker] = await allOf([
      startNode('api', 'api', environment, logs, healthy, options).then(keep),
      startNode('worker', 'worker', environment, logs, async () => true, options).then(keep),
    ]);
    await untilReady(apiUrl);
    return {
      apiUrl,
      temporalUi: temporal.ui,
      temporalAddress: temporal.address,
      databaseUrl: journal.url,
      envoy,
      api,
      worker,
      temporal: temporal.process,
      journal: journal.process,
      logs,
      versions,
      connections,
      restored,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeConnections(path: string, own: Record<string, unknown>): Promise<void> {
  const content = mergedConnections(process.env['CRESCENDO_CONNECTIONS'], own);
  await writeFile(path, JSON.stringify(content, null, 2), { mode: 0o600 });
}

/** Waits for all even when one fails: what is still starting could not be ended otherwise. */
async function allOf<T extends unknown[]>(starting: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

type Keep = <T extends SupervisedProcess>(part: T) => T;

async function startTemporal(
  options: StackOptions,
  dataDir: string,
  logs: string,
  keep: Keep,
): Promise<TemporalPart> {
  const { onProgress, onEvent } = options;
  const dbFile = join(dataDir, 'temporal.db');
  const choice = await resolveTemporalServer({
    ...fetching(options),
    ...(options.temporalAddress ? { address: options.temporalAddress } : {}),
    // Nothing listens on port 1: an own server is wanted, so none is looked for. Also when there
    // was one the last time: the releases that were under way are in its database.
    ...(options.ownTemporal || existsSync(dbFile) ? { usualPort: 1 } : {}),
    ...(options.ownTemporal ? { environment: withoutTemporal() } : {}),
  });
  if (choice.kind === 'existing') {
    onProgress(`Temporal: ${choice.address}, ${choice.source}`);
    const ui = (await isPortOpen(8233)) ? 'http://127.0.0.1:8233' : null;
    return { address: choice.address, ui, process: null };
  }
  onProgress(`Temporal: ${choice.binary.version}, ${choice.binary.source}`);
  const port = await pickPort(options, options.ports?.temporal, 7233, 'Temporal');
  const uiPort = await pickPort(options, options.uiPort, 8233, 'Temporal Web UI');
  const server = await startTemporalServer({
    binary: choice.binary.path,
    dbFile,
    port,
    uiPort,
    logFile: join(logs, 'temporal.log'),
    searchAttributes: Object.fromEntries(
      Object.keys(searchAttributes).map((name) => [name, 'Keyword' as const]),
    ),
    ...(onEvent ? { onEvent } : {}),
  });
  return { address: server.address, ui: server.uiUrl, process: keep(server) };
}

function withoutTemporal(): NodeJS.ProcessEnv {
  const { TEMPORAL_ADDRESS: _address, TEMPORAL_PROFILE: _profile, ...rest } = process.env;
  return rest;
}

async function startRouter(
  options: StackOptions,
  dataDir: string,
  logs: string,
  keep: Keep,
): Promise<EnvoyServer> {
  const { onProgress, onEvent } = options;
  const binary = await resolveEnvoy(fetching(options));
  onProgress(`Envoy: ${binary.version}, ${binary.source}`);
  return keep(
    await startEnvoy({
      binary: binary.path,
      directory: join(dataDir, 'envoy'),
      adminPort: await pickPort(options, options.ports?.envoy, 9901, "Envoy's admin interface"),
      logFile: join(logs, 'envoy.log'),
      ...(onEvent ? { onEvent } : {}),
    }),
  );
}

async function startJournal(options: StackOptions, dataDir: string, logs: string, keep: Keep) {
  const configured = options.databaseUrl ?? process.env['DATABASE_URL'];
  if (configured) {
    options.onProgress('journal: the PostgreSQL database that was named');
    return { url: configured, process: null };
  }
  const server = await startJournalServer({
    directory: join(dataDir, 'journal'),
    port: await pickPort(options, options.ports?.journal, 5439, 'the journal'),
    logFile: join(logs, 'journal.log'),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
  options.onProgress('journal: embedded (PGlite)');
  return { url: server.url, process: keep(server) };
}

function startNode(
  name: string,
  folder: 'api' | 'worker',
  env: Record<string, string>,
  logs: string,
  ready: () => Promise<boolean>,
  { onEvent, workingDirectory }: StackOptions,
): Promise<SupervisedProcess> {
  return superviseProcess({
    name,
    command: process.execPath,
    args: [join(builtRoot(), folder, 'main.js')],
    env,
    logFile: join(logs, `${name}.log`),
    ready,
    restart: 'always',
    graceMs: 15_000,
    ...(workingDirectory ? { cwd: workingDirectory } : {}),
    ...(onEvent ? { onEvent } : {}),
  });
}

/** API and worker run compiled, also when this file runs from source (in tests). */
function builtRoot(): string {
  const root = join(import.meta.dirname, '..');
  return import.meta.filename.endsWith('.ts') ? join(root, 'dist') : root;
}

async function pickPort(
  { onProgress }: StackOptions,
  wished: number | undefined,
  usual: number,
  purpose: string,
): Promise<number> {
  if (wished !== undefined) {
    await requirePort(wished, purpose);
    return wished;
  }
  const { port, note } = await choosePort({ preferred: usual, purpose, explicit: false });
  if (note) onProgress(note);
  return port;
}

function fetching({ onProgress }: StackOptions): ResolveOptions {
  return { onProgress };
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  return answer.ok;
}

/** A worker is ready when it polls: the API sees that. */
async function untilReady(apiUrl: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  let missing = 'no answer';
  while (Date.now() < deadline) {
    try {
      const answer = await fetch(`${apiUrl}/readyz`, { signal: AbortSignal.timeout(5000) });
      if (answer.ok) return;
      missing = await answer.text();
    } catch (error) {
      missing = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Crescendo did not become ready: ${missing}`);
}

/** In the reverse order of the start, so that nothing misses what it needs while it ends. */
function stopOnce(
  started: SupervisedProcess[],
  versions: string,
  lock: PathLock,
): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    const front = started.filter(({ name }) => name === 'api' || name === 'worker');
    const back = started.filter((part) => !front.includes(part));
    await Promise.all(front.map((part) => part.stop()));
    await stopAll(versions);
    await Promise.all(back.map((part) => part.stop()));
    await lock.release();
  };
  return () => (stopping ??= stop());
}
