/** An AWS for tests: moto's server, which keeps CloudWatch metrics and answers about them. */

import { findPython } from './fetched-servers.ts';
import { freePort } from './ports.ts';
import { startServer } from './server-process.ts';

/** Null when this machine cannot have one. */
export function findMoto(): string | null {
  return findPython('moto', ['moto==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5']);
}

export interface RunningMoto {
  /** The endpoint of every service, without a trailing slash. */
  url: string;
  stop: () => Promise<void>;
}

/** Starts it with the Python of findMoto. Stop it in `afterAll`. */
export async function startMoto(python: string): Promise<RunningMoto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { stop } = await startServer('moto', {
    command: () => [python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    ready: async () => {
      const answer = await fetch(`${url}/moto-api/data.json`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
    },
  });
  return { url, stop };
}
