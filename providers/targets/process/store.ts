/** The state directory: a folder per version, with its record, its process id and its output. */

import { randomInt } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { CrescendoError } from '../../../domain/errors.ts';
import { versionSlug } from '../../../domain/ids.ts';
import { withLock } from '../../lock.ts';
import type { Site } from '../contract.ts';
import { recordSchema } from './schema.ts';
import type { VersionRecord } from './schema.ts';

/**
 * Below the ports that Linux and macOS give to outgoing connections: one of those could take the
 * port between our choice and the start of the version.
 */
const ports = { from: 20_000, to: 30_000 };

export function siteFolder(directory: string, site: Site): string {
  return join(directory, `${site.application}_${site.environment}`);
}

export function versionFolder(directory: string, site: Site, version: string): string {
  return join(siteFolder(directory, site), versionSlug(version));
}

/** What the child itself writes once it exists. */
export function processFile(folder: string): string {
  return join(folder, 'process');
}

export function logFile(folder: string): string {
  return join(folder, 'output.log');
}

/** The record in a version's folder, or null when there is no such version. */
export async function readRecord(folder: string): Promise<VersionRecord | null> {
  const text = await readFile(join(folder, 'record.json'), 'utf8').catch(absent);
  return text === null ? null : recordSchema.parse(JSON.parse(text));
}

export async function writeRecord(folder: string, record: VersionRecord): Promise<void> {
  const path = join(folder, 'record.json');
  await writeFile(`${path}.new`, JSON.stringify(record, null, 2));
  await rename(`${path}.new`, path);
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Folders of all versions of one site. */
export async function versionFolders(site: string): Promise<string[]> {
  const entries = await readdir(site, { withFileTypes: true }).catch(absent);
  const folders = (entries ?? []).filter((entry) => entry.isDirectory());
  return folders.filter(({ name }) => !name.endsWith('.lock')).map(({ name }) => join(site, name));
}

/** Folders of all versions of all sites. */
export async function allVersionFolders(directory: string): Promise<string[]> {
  const sites = await versionFolders(directory);
  return (await Promise.all(sites.map((site) => versionFolders(site)))).flat();
}

/**
 * Claims a port by writing a fresh version's record with it: the port it had before if that is
 * free, so that a router which sends traffic there is right again.
 */
export async function claimPort(
  directory: string,
  folder: string,
  signal: AbortSignal,
  recordWith: (port: number) => VersionRecord,
): Promise<VersionRecord> {
  return withLock(join(directory, 'ports'), signal, async () => {
    const others = (await allVersionFolders(directory)).filter((other) => other !== folder);
    const records = await Promise.all(others.map(readRecord));
    const taken = new Set(records.map((record) => record?.port));
    const before = (await readRecord(folder))?.port;
    const record = recordWith(await choosePort(taken, before));
    await removeFolder(folder);
    await mkdir(folder, { recursive: true });
    await writeRecord(folder, record);
    return record;
  });
}

async function choosePort(taken: Set<number | undefined>, wished?: number): Promise<number> {
  let port = wished ?? randomInt(ports.from, ports.to);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (!taken.has(port) && (await isFree(port))) return port;
    port = randomInt(ports.from, ports.to);
  }
  const message = `no free port between ${ports.from} and ${ports.to} was found in 100 tries`;
  throw new CrescendoError('provider_unavailable', message);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** Creates the folder that holds a version's folder and lock. */
export async function makeSiteFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
}
