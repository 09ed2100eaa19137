import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { createTemporal } from './temporal.ts';

it('api/temporal.ts: closes when the last call has ended, also one that is tried again', async () => {
  // Somebody answers the door and hangs up: every call is worth another try.
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const temporal = createTemporal({
    temporal: { connection: { address: `127.0.0.1:${port}` }, namespace: 'default' },
    temporalDeadline: 1500,
  });
  let ended = false;
  const asked = temporal
    .ask({ kind: 'server' }, () => temporal.connection.workflowService.getSystemInfo({}))
    .catch((error: unknown) => error)
    .finally(() => (ended = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await temporal.close();
  expect(ended).toBe(true);
  expect(await asked).toMatchObject({ code: 'temporal_unavailable' });
  server.close();
});
