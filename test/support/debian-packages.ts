/** Installs the real servers that tests run against, where this machine lacks them and may. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Package → how to see that what it brings is here. */
const wanted: Record<string, () => boolean> = {
  'postgresql-15': () => existsSync('/usr/lib/postgresql'),
  prometheus: () => runs('prometheus', ['--version']),
  chromium: () =>
    ['chromium', 'chromium-browser', 'google-chrome'].some((name) => runs(name, ['--version'])),
};

const patienceMs = 300_000;

/**
 * One call of apt-get for all that is missing, so that no two tests fight over its lock. Only root
 * on a Debian-like machine can; elsewhere the suites that need a server say so and are skipped.
 * `CRESCENDO_TEST_INSTALL=no` keeps it from installing anything.
 */
export function installMissing(say: (sentence: string) => void): void {
  const missing = Object.keys(wanted).filter((name) => !wanted[name]?.());
  const mayInstall = process.getuid?.() === 0 && process.env['CRESCENDO_TEST_INSTALL'] !== 'no';
  if (missing.length === 0 || !mayInstall || !runs('apt-get', ['--version'])) return;
  say(`installing ${missing.join(', ')} with apt-get`);
  runs('apt-get', ['update', '-qq']);
  const done = runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing]);
  if (!done) say(`apt-get could not install all of: ${missing.join(', ')}`);
}

function runs(program: string, argv: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, argv, { stdio: 'ignore', timeout: patienceMs, env }).status === 0;
}
