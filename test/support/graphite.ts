/** A real Graphite for tests: its web application over whisper files that the test writes. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPython } from './fetched-servers.ts';
import { freePort } from './ports.ts';
import { startServer } from './server-process.ts';

/** Null when this machine cannot have one. */
export function findGraphite(): string | null {
  return findPython('graphite', ['graphite-web==1.1.10', 'carbon==1.1.10', 'whisper==1.1.10']);
}

export interface RunningGraphite {
  /** Base URL without a trailing slash. */
  url: string;
  /** Writes points, [epoch seconds, value], a second apart at least, of the last two hours. */
  write: (metric: string, points: [number, number][]) => void;
  stop: () => Promise<void>;
}

const settings = `
from os import environ
from graphite.settings import *
folder = environ['GRAPHITE_FOLDER']
SECRET_KEY = 'for-tests-only'
ALLOWED_HOSTS = ['127.0.0.1']
TIME_ZONE = 'UTC'
CONF_DIR = STORAGE_DIR = LOG_DIR = folder
INDEX_FILE = folder + '/index'
STANDARD_DIRS = [folder + '/whisper']
CARBONLINK_HOSTS = MEMCACHE_HOSTS = []
FIND_CACHE_DURATION = DEFAULT_CACHE_DURATION = 0
DATABASES = {'default': {'NAME': folder + '/db', 'ENGINE': 'django.db.backends.sqlite3'}}
`;

const writer = `
import json, os, sys, whisper
path = sys.argv[1]
if not os.path.exists(path):
    whisper.create(path, [(1, 7200)], xFilesFactor=0, aggregationMethod='sum')
whisper.update_many(path, [tuple(point) for point in json.load(sys.stdin)])
`;

/** Starts it with the Python of findGraphite. Stop it in `afterAll`. */
export async function startGraphite(python: string): Promise<RunningGraphite> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer('graphite', {
    prepare: (folder) => {
      writeFileSync(join(folder, 'test_graphite.py'), settings);
      runPython(python, ['-m', 'django', 'migrate', '--run-syncdb'], environment(folder));
    },
    command: () => [python, '-m', 'django', 'runserver', '--noreload', `127.0.0.1:${port}`],
    env: environment,
    ready: async () => {
      const answer = await fetch(`${url}/render?format=json&target=nothing`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
    },
  });
  const write = (metric: string, points: [number, number][]) => {
    const path = join(server.folder, 'whisper', `${metric.replaceAll('.', '/')}.wsp`);
    mkdirSync(dirname(path), { recursive: true });
    runPython(python, ['-c', writer, path], environment(server.folder), JSON.stringify(points));
  };
  return { url, write, stop: server.stop };
}

function environment(folder: string): Record<string, string> {
  return {
    PYTHONPATH: folder,
    GRAPHITE_FOLDER: folder,
    DJANGO_SETTINGS_MODULE: 'test_graphite',
    PYTHONWARNINGS: 'ignore',
  };
}

function runPython(python: string, argv: string[], env: Record<string, string>, input = ''): void {
  const limits = { encoding: 'utf8', timeout: 120_000, input } as const;
  const done = spawnSync(python, argv, { ...limits, env: { ...process.env, ...env } });
  if (done.status !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr}`);
}
