/** Target process: versions as local processes that live on when their worker is killed. */

import { resolve } from 'node:path';
import { CrescendoError } from '../../../domain/errors.ts';
import type { Deployment, Version } from '../../../domain/release.ts';
import type { CallContext } from '../../call.ts';
import { withLock } from '../../lock.ts';
import { pause } from '../../pause.ts';
import type { Vendor } from '../../shelf.ts';
import type { RunningVersion, Site, Target } from '../contract.ts';
import { checkArtifact } from './artifact.ts';
import { endGroup, findChild, startChild } from './children.ts';
import type { StartedChild } from './children.ts';
import { buildCommand } from './command.ts';
import { endpointUrl, lookAt, tailOf } from './readiness.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { ProcessConnection, ProcessSettings, VersionRecord } from './schema.ts';
import {
  allVersionFolders,
  claimPort,
  logFile,
  makeSiteFolder,
  processFile,
  readRecord,
  removeFolder,
  siteFolder,
  versionFolder,
  versionFolders,
  writeRecord,
} from './store.ts';

export const processTarget: Vendor<ProcessSettings, ProcessConnection, Target> = {
  name: 'process',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (settings, connection) => ({
    deploy: (site, version, context) => deploy({ settings, connection, site }, version, context),
    async canDeploy(site, version) {
      const { cwd = '.' } = buildCommand(settings, connection, site, version, 0);
      const missing = await checkArtifact(version.artifact, cwd).catch((error: unknown) => error);
      return missing instanceof Error ? missing.message : null;
    },
    async running(site, { signal }) {
      const folders = await versionFolders(siteFolder(connection.directory, site));
      const found = await Promise.all(folders.map((folder) => describeVersion(folder, signal)));
      return found.filter((version) => version !== null);
    },
    async retire(site, version, context) {
      const folder = versionFolder(connection.directory, site, version);
      if ((await readRecord(folder)) === null) return;
      await locked(folder, context, (held) => remove(folder, held));
    },
  }),
};

/**
 * Ends every version of a state directory that no worker uses any more. They are not forgotten:
 * deploying one again starts it on the port it had.
 */
export async function stopAll(directory: string): Promise<void> {
  const context = { signal: new AbortController().signal, progress: () => {} };
  const folders = await allVersionFolders(directory);
  await Promise.all(folders.map((folder) => end(folder, context)));
}

/** Every version of a state directory, running or not. */
export async function rememberedVersions(directory: string): Promise<VersionRecord[]> {
  const folders = await allVersionFolders(directory);
  const records = await Promise.all(folders.map((folder) => readRecord(folder)));
  return records.filter((record) => record !== null);
}

/**
 * Starts a remembered version again, on the port it had, unless it runs.
 * @throws CrescendoError as `deploy` does
 */
export async function startAgain(
  record: VersionRecord,
  connection: ProcessConnection,
  context: CallContext,
): Promise<void> {
  const { application, environment, version: name, artifact, config } = record;
  const { launch, ready, stopGrace } = record;
  const where = { settings: { ...launch, ready, stopGrace }, connection };
  const version = { name, artifact, ...(config === undefined ? {} : { config }) };
  await deploy({ ...where, site: { application, environment } }, version, context);
}

interface Where {
  settings: ProcessSettings;
  connection: ProcessConnection;
  site: Site;
}

async function deploy(where: Where, version: Version, context: CallContext): Promise<Deployment> {
  const folder = versionFolder(where.connection.directory, where.site, version.name);
  await makeSiteFolder(folder);
  return locked(folder, context, async (held) => {
    const { record, child } =
      (await adopt(folder, version)) ?? (await start(where, folder, version, held));
    try {
      await untilReady(record, folder, child, held);
      if (!record.wasReady) await writeRecord(folder, { ...record, wasReady: true });
    } catch (error) {
      const lockLost = held.signal.aborted && !context.signal.aborted;
      // What has served before may still serve: only what never became ready is taken away.
      if (!record.wasReady && !lockLost) await remove(folder, unstoppable(context), child?.pid);
      throw error;
    }
    return { version: version.name, endpoint: { url: endpointUrl(record) } };
  });
}

interface Started {
  record: VersionRecord;
  /** Null when another worker started it. */
  child: StartedChild | null;
}

/** The version if it runs already, whoever started it. */
async function adopt(folder: string, version: Version): Promise<Started | null> {
  const record = await readRecord(folder);
  if (record === null || (await findChild(processFile(folder))) === null) return null;
  if (record.artifact !== version.artifact || record.config !== version.config) {
    const message = `${version.name} runs already, as ${record.artifact}, not ${version.artifact}`;
    throw new CrescendoError('artifact_mismatch', message);
  }
  return { record, child: null };
}

async function start(
  where: Where,
  folder: string,
  version: Version,
  context: CallContext,
): Promise<Started> {
  const { settings, connection, site } = where;
  const { cwd = '.' } = buildCommand(settings, connection, site, version, 0);
  await checkArtifact(version.artifact, cwd);
  const record = await claimPort(connection.directory, folder, context.signal, (port) => ({
    application: site.application,
    environment: site.environment,
    version: version.name,
    artifact: version.artifact,
    config: version.config,
    port,
    ready: settings.ready,
    stopGrace: settings.stopGrace,
    launch: { command: settings.command, cwd: resolve(settings.cwd ?? '.'), env: settings.env },
    wasReady: false,
  }));
  const child = await startChild({
    ...buildCommand(settings, connection, site, version, record.port),
    processFile: processFile(folder),
    logFile: logFile(folder),
  });
  return { record, child };
}

async function untilReady(
  record: VersionRecord,
  folder: string,
  child: StartedChild | null,
  { signal, progress }: CallContext,
): Promise<void> {
  const { version, ready } = record;
  let ending = '';
  void child?.ended.then((how) => (ending = how));
  const deadline = Date.now() + ready.timeout;
  for (let wait = 20; ; wait = Math.min(wait * 2, 250)) {
    const look = await lookAt(record, signal);
    // The process last: what answered may be somebody else's when ours has ended.
    const lives = (await findChild(processFile(folder))) !== null;
    if (look.ready && lives) return;
    if (!lives && (ending || child === null)) {
      throw await notReady(`${version} ${ending || 'has ended'} before it was ready`, folder);
    }
    if (Date.now() > deadline) {
      const waited = `${version} was not ready after ${ready.timeout / 1000} s`;
      throw await notReady(`${waited}: it ${look.detail}`, folder);
    }
    progress(`waiting for ${version} to become ready: it ${look.detail}`);
    await pause(wait, signal);
  }
}

async function notReady(what: string, folder: string): Promise<CrescendoError> {
  const tail = (await tailOf(logFile(folder))) || '(it printed nothing)';
  return new CrescendoError('version_not_ready', `${what}; the end of its output:\n${tail}`);
}

async function describeVersion(
  folder: string,
  signal: AbortSignal,
): Promise<RunningVersion | null> {
  const record = await readRecord(folder);
  if (record === null) return null;
  const known = { version: record.version, endpoint: { url: endpointUrl(record) } };
  const look = await lookAt(record, signal);
  const pid = await findChild(processFile(folder));
  if (pid === null) return { ...known, ready: false, detail: 'its process has ended' };
  return { ...known, ready: look.ready, detail: `process ${pid} ${look.detail}` };
}

/** Ends a version and forgets it. */
async function remove(folder: string, context: CallContext, started?: number): Promise<void> {
  await end(folder, context, started);
  await removeFolder(folder);
}

/**
 * Ends a version's process group. `started` is the process if it was started just now: what it left
 * running is ended too, even when it has ended itself.
 */
async function end(folder: string, context: CallContext, started?: number): Promise<void> {
  const record = await readRecord(folder);
  const pid = (await findChild(processFile(folder))) ?? started;
  if (record && pid !== undefined) await endGroup(pid, record.stopGrace, context);
}

/** Cleaning up goes on when the caller has lost interest: that is when it is needed most. */
function unstoppable(context: CallContext): CallContext {
  return { ...context, signal: new AbortController().signal };
}

/** One worker at a time works on a version. */
function locked<T>(
  folder: string,
  context: CallContext,
  work: (held: CallContext) => Promise<T>,
): Promise<T> {
  const { signal, progress } = context;
  return withLock(folder, signal, (held) => work({ progress, signal: held }), progress);
}
