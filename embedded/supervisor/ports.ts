/** Ports on 127.0.0.1: which are free, and which one to take. */

import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../setup-error.ts';
import { portHolder } from './port-holder.ts';

/** Given out lately: the same one twice would collide before the first is in use. */
const givenOut = new Set<number>();
const remembered = 100;

/** What a Crescendo that was just killed had started is gone after two seconds. */
const patienceMs = 3_000;

/** True when something accepts TCP connections on this port of 127.0.0.1. */
export function isPortOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 500 });
    const finish = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => finish(true));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
  });
}

/** A port nobody listens on now. Each call gives another one. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < remembered; tries += 1) {
    const port = await listenBriefly(0);
    if (port === undefined || givenOut.has(port)) continue;
    givenOut.add(port);
    const [oldest] = givenOut;
    if (givenOut.size > remembered && oldest !== undefined) givenOut.delete(oldest);
    return port;
  }
  throw new SetupError('no port is free on 127.0.0.1', 'End something that listens there.');
}

export async function isPortFree(port: number): Promise<boolean> {
  // Some systems let us listen on 127.0.0.1 although another process has the port on all addresses.
  return !(await isPortOpen(port)) && (await listenBriefly(port)) !== undefined;
}

export interface PortWish {
  preferred: number;
  /** What it is for, e.g. `Temporal`. */
  purpose: string;
  /** True when a person asked for this port: then no other will do. */
  explicit: boolean;
}

export interface PortChoice {
  port: number;
  /** Set when it is not the preferred one: a sentence that says why. */
  note?: string;
}

/**
 * The preferred port when it is free, else any free one.
 * @throws SetupError when a person asked for the port and it is taken
 */
export async function choosePort(wish: PortWish): Promise<PortChoice> {
  const { preferred, purpose } = wish;
  if (await isPortFree(preferred)) return { port: preferred };
  const holder = (await portHolder(preferred)) ?? 'another process';
  if (wish.explicit) {
    const message = `port ${preferred} for ${purpose} is taken by ${holder}`;
    throw new SetupError(message, 'End that process, or choose another port.');
  }
  const port = await freePort();
  return { port, note: `port ${preferred} is taken by ${holder}; ${purpose} is on ${port}` };
}

/**
 * Makes sure that a process about to be started can have its port: one that finds it taken would
 * be mistaken for the one that has it. Waits three seconds for a process that is just ending.
 * @throws SetupError naming who has it
 */
export async function requirePort(port: number, purpose: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline && !(await isPortFree(port))) await sleep(100);
  await choosePort({ preferred: port, purpose, explicit: true });
}

/** @returns the port that was listened on; undefined when it could not be */
function listenBriefly(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const bound = (server.address() as AddressInfo).port;
      server.close(() => resolve(bound));
    });
  });
}
