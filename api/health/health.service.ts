/** Whether the API can do its work: Temporal answers, the journal answers, a worker is there. */

import { Inject, Injectable } from '@nestjs/common';
import type { JournalReader } from '../../journal/contract.ts';
import { JOURNAL } from '../journal.module.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';
import { checkWorker } from './worker-check.ts';

export interface Check {
  ok: boolean;
  /** One sentence for people. */
  detail: string;
}

export interface Readiness {
  ready: boolean;
  checks: { temporal: Check; journal: Check; worker: Check };
}

@Injectable()
export class HealthService {
  constructor(
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(JOURNAL) private readonly journal: JournalReader,
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
    return { ready: temporal.ok && journal.ok && worker.ok, checks: { temporal, journal, worker } };
  }
}

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
