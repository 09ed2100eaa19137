/**
 * Plays the machine of the sample shop inside one container: brings versions back that ran when
 * the machine was switched off, keeps the worker running, and ends all of it in good order.
 *
 * The process target runs versions as processes of the worker's machine. A container that held the
 * worker alone would take its versions with it whenever the worker ends; here the worker may
 * crash and come back while they go on serving.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConnections } from '../../dist/providers/connections.js';
import { createProviders } from '../../dist/providers/index.js';
import { initialFiles } from '../../dist/providers/routers/envoy/bootstrap.js';
import { rememberedVersions, stopAll } from '../../dist/providers/targets/process/index.js';
import { parseSpecification } from '../../dist/specification/parse.js';

const worker = new URL('../../dist/worker/main.js', import.meta.url).pathname;
const connections = loadConnections(process.env.CRESCENDO_CONNECTIONS);
const envoyDirectory = connections.find('envoy', 'envoy').directory;
const versionsDirectory = connections.find('process', 'process').directory;
const { spec } = parseSpecification(readFileSync(process.env.SHOP_SPECIFICATION, 'utf8'));

const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => ending.abort());

// Envoy starts after this container is healthy, and needs these to be there.
initialFiles(envoyDirectory);
await restoreVersions();
while (!ending.signal.aborted) {
  const child = spawn(process.execPath, [worker], { stdio: 'inherit' });
  const end = () => child.kill('SIGTERM');
  ending.signal.addEventListener('abort', end);
  const [code, signal] = await once(child, 'exit');
  ending.signal.removeEventListener('abort', end);
  if (ending.signal.aborted) break;
  say('worker ended and is started again', { code, signal });
  await sleep(1000);
}
await stopAll(versionsDirectory);

/** On the ports they had, so that the router's clusters are right again. */
async function restoreVersions() {
  const providers = createProviders(connections);
  const context = { signal: AbortSignal.timeout(60_000), progress: () => {} };
  for (const record of await rememberedVersions(versionsDirectory)) {
    const { application, environment, version: name, artifact, config } = record;
    try {
      const target = spec.environments[environment]?.target;
      if (!target) throw new Error(`the specification has no environment "${environment}"`);
      const version = { name, artifact, ...(config === undefined ? {} : { config }) };
      await providers.target(target).deploy({ application, environment }, version, context);
      say('version is up again', { application, environment, version: name });
    } catch (error) {
      say('version could not be started again', {
        environment,
        version: name,
        error: String(error),
      });
    }
  }
}

function say(message, data) {
  process.stdout.write(`${JSON.stringify({ message, ...data })}\n`);
}
