/** Whether the API can do its work: Temporal answers, the journal answers, a worker is there. */

import { Inject, Injectable } from '@nestjs/common';
import type { JournalReader } from '../../journal/contract.ts';
import { DirectoryService } from '../applications/directory.service.ts';
import { JOURNAL } from '../journal.module.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';
import { InForceService } from './in-force.service.ts';
import { checkEnvironmentQueues, checkWorker } from './worker-check.ts';

export interface Check {
  ok: boolean;
  /** One sentence for people. */
  detail: string;
}

export interface Readiness {
  ready: boolean;
  /** `environments` does not count: a server whose other environments work must stay in service. */
  checks: { temporal: Check; journal: Check; worker: Check; environments: Check };
  /** Stops, holds and freezes over all applications: no illness. Null: not known. */
  inForce: string[] | null;
}

@Injectable()
export class HealthService {
  constructor(
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(JOURNAL) private readonly journal: JournalReader,
    @Inject(DirectoryService) private readonly directory: DirectoryService,
    @Inject(InForceService) private readonly holding: InForceService,
  ) {}

  async readiness(): Promise<Readiness> {
    const [temporal, journal] = await Promise.all([
      attempt(async () => `answered in ${Math.ceil(await this.temporal.ping())} ms`),
      attempt(async () => {
        await this.journal.ping();
        return 'answered';
      }),
    ]);
    const worker = temporal.ok
      ? await attemptCheck(() => checkWorker(this.temporal, Date.now()))
      : { ok: false, detail: 'unknown while Temporal does not answer' };
    const [environments, inForce] = worker.ok
      ? await Promise.all([this.environments(), this.holding.now()])
      : [unknown, null];
    const ready = temporal.ok && journal.ok && worker.ok;
    return { ready, checks: { temporal, journal, worker, environments }, inForce };
  }

  private environments(): Promise<Check> {
    return attemptCheck(async () => {
      const queues = await this.directory.queues();
      return checkEnvironmentQueues(this.temporal, queues, Date.now());
    });
  }
}

const unknown: Check = { ok: false, detail: 'unknown without a worker' };

function attempt(look: () => Promise<string>): Promise<Check> {
  return attemptCheck(async () => ({ ok: true, detail: await look() }));
}

async function attemptCheck(look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
