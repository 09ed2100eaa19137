/** Says which process listens on a port, as far as this machine tells us. */

import { readdir, readFile, readlink } from 'node:fs/promises';
import { run } from '../run.ts';

/**
 * E.g. `process 4711 (node)`; undefined when it cannot be told: other users' processes are hidden,
 * and not every system has /proc or lsof. Never the command line, which may hold secrets.
 */
export async function portHolder(port: number): Promise<string | undefined> {
  const holder = process.platform === 'linux' ? await fromProc(port) : undefined;
  return holder ?? (await fromLsof(port));
}

async function fromProc(port: number): Promise<string | undefined> {
  const inodes = await listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (!(await holdsOne(pid, inodes))) continue;
    const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?');
    return `process ${pid} (${command.trim()})`;
  }
  return undefined;
}

/** Columns of /proc/net/tcp: local address is the second, state the fourth (0A listens), inode the tenth. */
async function listeningInodes(port: number): Promise<Set<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  const listening = rows.filter((row) => row[1]?.endsWith(suffix) && row[3] === '0A');
  return new Set(listening.map((row) => `socket:[${row[9]}]`));
}

async function holdsOne(pid: string, sockets: Set<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    if (sockets.has(target)) return true;
  }
  return false;
}

async function fromLsof(port: number): Promise<string | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
  const result = await run('lsof', args, { timeoutMs: 5_000 }).catch(() => undefined);
  const pid = /^p(\d+)$/m.exec(result?.output ?? '')?.[1];
  const command = /^c(.+)$/m.exec(result?.output ?? '')?.[1];
  return pid ? `process ${pid} (${command ?? '?'})` : undefined;
}
