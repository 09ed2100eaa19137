/** Real servers for tests that are fetched into the cache when first needed; nothing is installed. */

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../../embedded/toolbox/cache.ts';

const patienceMs = 300_000;

/**
 * A program on PATH, or unpacked from its Debian package; null when neither is to be had, which is
 * said loudly. `path` is where the package has it.
 */
export function findProgram(name: string, debianPackage: string, path: string): string | null {
  if (run(name, ['--help'])) return name;
  const folder = fetchOnce(`debian-${debianPackage}`, (scratch) => unpack(debianPackage, scratch));
  const program = folder && join(folder, path);
  if (program && existsSync(program)) return program;
  return missing(debianPackage, 'apt-get', `apt-get install ${debianPackage}`);
}

/** The Python of an environment that has `packages`; null when there is none, which is said loudly. */
export function findPython(name: string, packages: string[]): string | null {
  const folder = fetchOnce(`python-${name}`, (scratch) => {
    // Its own pip through `-m`: scripts name the folder they were made in, and that is moved.
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
    return run('python3', ['-m', 'venv', scratch]) && run(join(scratch, 'bin', 'python'), pip);
  });
  const python = folder && join(folder, 'bin', 'python');
  return python ?? missing(name, 'python3', `pip install ${packages.join(' ')}`);
}

function fetchOnce(name: string, fill: (scratch: string) => boolean): string | null {
  const root = join(cacheDirectory(process.env), 'tests');
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  if (process.env['CRESCENDO_TEST_INSTALL'] === 'no') return null;
  const scratch = join(root, `.${name}-${randomUUID()}`);
  mkdirSync(scratch, { recursive: true });
  process.stderr.write(`fetching ${name} for tests into ${root}\n`);
  try {
    if (!fill(scratch)) return null;
    renameSync(scratch, folder);
    return folder;
  } catch {
    // Another process was quicker.
    return existsSync(folder) ? folder : null;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function unpack(name: string, scratch: string): boolean {
  // Fresh machines have no lists yet; only root may fetch them.
  const fetched =
    download(name, scratch) || (run('apt-get', ['update']) && download(name, scratch));
  const file = fetched && readdirSync(scratch).find((entry) => entry.endsWith('.deb'));
  return file ? run('dpkg-deb', ['-x', join(scratch, file), scratch]) : false;
}

function download(name: string, folder: string): boolean {
  return run('apt-get', ['download', '-qq', name], folder);
}

/** On a CI machine that could have fetched it, nobody shall take a skipped suite for a passed one. */
function missing(what: string, fetcher: string, installLine: string): null {
  const sentence = `tests on a real ${what} need it: ${installLine}`;
  if (process.env['CI'] === 'true' && run(fetcher, ['--version'])) throw new Error(sentence);
  console.warn(`SKIPPED: ${sentence}`);
  return null;
}

function run(program: string, argv: string[], cwd?: string): boolean {
  return spawnSync(program, argv, { stdio: 'ignore', timeout: patienceMs, cwd }).status === 0;
}
