/** A real browser for tests: the Chromium of this machine, without a window. */

import { spawnSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';

export const installLine = 'apt-get install --no-install-recommends chromium';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The program to run: what `CRESCENDO_CHROMIUM` says, or the first on PATH; null without one. */
export function findChromium(): string | null {
  const chosen = process.env['CRESCENDO_CHROMIUM'];
  const candidates = chosen ? [chosen] : names;
  return candidates.find(answers) ?? null;
}

/** Close it in `afterAll`. */
export function startChromium(program: string): Promise<Browser> {
  const path = spawnSync('which', [program], { encoding: 'utf8' }).stdout.trim();
  // Containers have neither the rights for its sandbox nor a large /dev/shm.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath: path || program, args });
}

function answers(program: string): boolean {
  return run(program, ['--version']);
}

function run(program: string, argv: string[]): boolean {
  const limits = { stdio: 'ignore', timeout: 300_000 } as const;
  return spawnSync(program, argv, limits).status === 0;
}
