/** Accidents and people at random, from a seed: what is killed, what is released, who interferes. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { aVersion, type Behaviour, type Shop } from './shop.ts';
import type { E2eStack } from './stack.ts';

export interface ChaosDiary {
  /** Ids of all releases that were accepted. */
  releases: string[];
  /** Releases that somebody promoted straight to 100 %. */
  full: Set<string>;
  /** What happened, a line each. */
  lines: string[];
}

interface Chaos {
  e2e: E2eStack;
  shops: readonly Shop[];
  random: Random;
  diary: ChaosDiary;
  /** Versions that were submitted, of each shop: names are never used again. */
  versions: Map<string, number>;
}

/** Interferes every second or so, for `ms` milliseconds. Nothing that is refused or away is an error. */
export async function interfere(
  e2e: E2eStack,
  shops: readonly Shop[],
  random: Random,
  ms: number,
): Promise<ChaosDiary> {
  const diary: ChaosDiary = { releases: [], full: new Set(), lines: [] };
  const chaos = { e2e, shops, random, diary, versions: new Map<string, number>() };
  const over = Date.now() + ms;
  while (Date.now() < over) {
    const deed = weighted(random, deeds);
    const said = await deed(chaos).catch((error: unknown) => `no answer (${String(error)})`);
    diary.lines.push(`${new Date().toISOString()} ${said}`);
    await sleep(500 + 2_000 * random.uniform());
  }
  return diary;
}

/** A good version for every shop, once nobody interferes any more; answers the ids. */
export async function settle(
  e2e: E2eStack,
  shops: readonly Shop[],
  diary: ChaosDiary,
): Promise<string[]> {
  const last: string[] = [];
  for (const shop of shops) {
    const id = await insist(() =>
      e2e.release(shop.application, aVersion('9.9.9'), { key: `last-${shop.application}` }),
    );
    diary.releases.push(id);
    last.push(id);
  }
  return last;
}

type Deed = (chaos: Chaos) => Promise<string>;

const deeds: readonly (readonly [number, Deed])[] = [
  [6, submit],
  [5, act],
  [2, kill('worker')],
  [1, kill('api')],
  [1, kill('temporal')],
  // Also where the metrics come from.
  [2, kill('envoy')],
  [1, kill('journal')],
  [1, freeze('envoy')],
  [1, freeze('journal')],
  [1, killVersion],
];

const behaviours: readonly (readonly [number, Behaviour])[] = [
  [6, 'good'],
  [2, 'bad'],
  [2, 'bad-after:40'],
  [1, 'exits'],
];

async function submit({ e2e, shops, random, diary, versions }: Chaos): Promise<string> {
  const { application } = pick(random, shops);
  const number = (versions.get(application) ?? 0) + 1;
  versions.set(application, number);
  const behaviour = weighted(random, behaviours);
  const version = aVersion(`1.${number}.0`, behaviour);
  // With a key it counts once, so that it may be repeated until somebody answers.
  const key = `${application}-${number}`;
  const id = await insist(() => e2e.release(application, version, { key }));
  diary.releases.push(id);
  return `${id}: ${version.name}, ${behaviour}`;
}

const actions = [
  'pause',
  'resume',
  'promote',
  'promote full',
  'rollback',
  'abort',
  'retry',
] as const;

async function act({ e2e, shops, random, diary }: Chaos): Promise<string> {
  const { application } = pick(random, shops);
  const action = pick(random, actions);
  const { body } = await e2e.send('GET', `/applications/${application}`);
  const number = body.lane?.active?.number as number | undefined;
  if (number === undefined) return `${application}: nothing to ${action}`;
  const id = `${application}:${number}`;
  const full = action === 'promote full';
  // Noted before: a request whose answer is lost may have been carried out.
  if (full) diary.full.add(id);
  const answer = await e2e.act(id, full ? 'promote' : action, full ? { full } : {});
  return `${id}: ${action}: ${answer.status} ${answer.body.detail ?? ''}`;
}

function kill(part: 'worker' | 'api' | 'temporal' | 'envoy' | 'journal'): Deed {
  return async ({ e2e }) => {
    e2e.stack[part]?.kill();
    return `SIGKILL ${part}`;
  };
}

/** Neither dead nor alive: it answers nobody for three seconds. */
function freeze(part: 'envoy' | 'journal'): Deed {
  return async ({ e2e }) => {
    const pid = e2e.stack[part]?.pid();
    if (pid === undefined) return `${part} is away already`;
    process.kill(pid, 'SIGSTOP');
    await sleep(3_000);
    // Its successor has another id, and this one may be gone.
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      return `${part} was frozen, and died of it`;
    }
    return `${part} was frozen for 3 s`;
  };
}

async function killVersion({ e2e, random }: Chaos): Promise<string> {
  const running = e2e.versions();
  if (running.length === 0) return 'no version runs';
  const { pid } = pick(random, running);
  process.kill(pid, 'SIGKILL');
  return `SIGKILL version ${pid}`;
}

/** Until somebody answers; what is refused for good is thrown by the last try. */
async function insist<T>(request: () => Promise<T>): Promise<T> {
  for (let left = 100; ; left -= 1) {
    try {
      return await request();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(300);
    }
  }
}

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random.uniform() * items.length)];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
}

function weighted<T>(random: Random, items: readonly (readonly [number, T])[]): T {
  return pick(
    random,
    items.flatMap(([weight, item]) => Array.from({ length: weight }, () => item)),
  );
}
