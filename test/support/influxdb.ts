/** A real InfluxDB 1 for tests: own folder, free loopback port, one database. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './fetched-servers.ts';
import { freePort } from './ports.ts';
import { startServer } from './server-process.ts';

/** Null when this machine cannot have one. */
export function findInfluxdb(): string | null {
  return findProgram('influxd', 'influxdb', 'usr/bin/influxd');
}

export interface RunningInfluxdb {
  /** Base URL without a trailing slash. */
  url: string;
  database: string;
  /** Writes lines of its protocol, with times in seconds. */
  write: (lines: string[]) => Promise<void>;
  stop: () => Promise<void>;
}

/** Starts it with the program of findInfluxdb. Stop it in `afterAll`. */
export async function startInfluxdb(program: string): Promise<RunningInfluxdb> {
  const [port, backupPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const database = 'shop';
  const server = await startServer('influxdb', {
    prepare: (folder) => {
      writeFileSync(join(folder, 'influxdb.conf'), configuration(folder, port, backupPort));
    },
    command: (folder) => [program, '-config', join(folder, 'influxdb.conf')],
    ready: async () => {
      const form = new URLSearchParams({ q: `create database ${database}` });
      await post(`${url}/query`, form);
    },
  });
  const write = (lines: string[]) =>
    post(`${url}/write?db=${database}&precision=s`, lines.join('\n'));
  return { url, database, write, stop: server.stop };
}

function configuration(folder: string, port: number, backupPort: number): string {
  return `
    reporting-disabled = true
    bind-address = "127.0.0.1:${backupPort}"
    [meta]
      dir = "${folder}/meta"
    [data]
      dir = "${folder}/data"
      wal-dir = "${folder}/wal"
    [http]
      bind-address = "127.0.0.1:${port}"
    [monitor]
      store-enabled = false
    [logging]
      level = "warn"`;
}

async function post(url: string, body: string | URLSearchParams): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body });
  if (!answer.ok) throw new Error(`InfluxDB answered ${answer.status}: ${await answer.text()}`);
}
