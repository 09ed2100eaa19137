import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SetupError } from '../setup-error.ts';
import { choosePort, freePort, isPortFree, isPortOpen, requirePort } from './ports.ts';

/** Takes a port; the process that has it is the one that runs this test. */
async function takenPort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('embedded/supervisor/ports', () => {
  it('never gives the same free port twice', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, freePort));
    expect(new Set(ports).size).toBe(50);
    expect(await Promise.all(ports.map(isPortFree))).toEqual(ports.map(() => true));
  });

  it.each(['127.0.0.1', '0.0.0.0', '::'])('sees that a port is taken on %s', async (host) => {
    const port = await takenPort(host);
    expect(await isPortFree(port)).toBe(false);
    expect(await isPortOpen(port)).toBe(true);
  });

  it('takes the preferred port when it is free, without a note', async () => {
    const preferred = await freePort();
    const wish = { preferred, purpose: 'Temporal', explicit: false };
    expect(await choosePort(wish)).toEqual({ port: preferred });
    expect(await choosePort({ ...wish, explicit: true })).toEqual({ port: preferred });
  });

  it('takes another one when the preferred is taken, and says who has it', async () => {
    const preferred = await takenPort();
    const choice = await choosePort({ preferred, purpose: 'Temporal', explicit: false });
    expect(choice.port).not.toBe(preferred);
    expect(choice.note).toContain(`port ${preferred} is taken by process ${process.pid} (`);
    expect(choice.note).toContain(`Temporal is on ${choice.port}`);
  });

  it('refuses when a person asked for a port that is taken, and says who has it', async () => {
    const preferred = await takenPort();
    const refusal = choosePort({ preferred, purpose: 'Temporal', explicit: true });
    await expect(refusal).rejects.toThrow(SetupError);
    await expect(refusal).rejects.toThrow(
      `port ${preferred} for Temporal is taken by process ${process.pid} (`,
    );
    await expect(requirePort(preferred, 'Envoy')).rejects.toThrow('for Envoy is taken');
  });
});
