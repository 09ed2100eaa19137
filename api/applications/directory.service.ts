/** All applications at a glance: which exist, what has the lane, what is live where. */

import { Inject, Injectable } from '@nestjs/common';
import { formatReleaseId } from '../../domain/ids.ts';
import type { ApplicationState } from '../../workflows/messages.ts';
import { askAll, listLimit, namesOf } from '../many.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';
import { ApplicationsService } from './applications.service.ts';

/** Milliseconds that the names of queues are remembered: probes ask often, names change seldom. */
const queuesKept = 30_000;

@Injectable()
export class DirectoryService {
  private known: { at: number; queues: Promise<string[]> } | null = null;

  constructor(
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(ApplicationsService) private readonly applications: ApplicationsService,
  ) {}

  /** In order of name. One that was created a moment ago may be missing. */
  async list() {
    const states = await this.askAll((name) => this.applications.query(name));
    return states.filter(({ spec }) => spec !== null).map(summarize);
  }

  /** Names of all their environments; null when there are more applications than are listed. */
  async environments(): Promise<string[] | null> {
    const applications = await this.list();
    if (applications.length >= listLimit) return null;
    const names = applications.flatMap((one) => Object.keys(one.environments));
    return [...new Set(names)].toSorted();
  }

  /** Task queues of the workers that environments name, each once; at most half a minute old. */
  queues(): Promise<string[]> {
    if (this.known && Date.now() - this.known.at < queuesKept) return this.known.queues;
    const queues = this.askAll((name) => this.applications.queues(name)).then((lists) =>
      [...new Set(lists.flat())].toSorted(),
    );
    this.known = { at: Date.now(), queues };
    queues.catch(() => (this.known = null));
    return queues;
  }

  private async askAll<Answer>(ask: (name: string) => Promise<Answer>): Promise<Answer[]> {
    const query = 'WorkflowType = "application" AND ExecutionStatus = "Running"';
    return askAll(await namesOf(this.temporal, 'application', query), ask);
  }
}

function summarize({ application, revision, spec, lane, ledger }: ApplicationState) {
  const id = (number: number) => formatReleaseId({ application, number });
  const environments = Object.keys(spec?.environments ?? {});
  return {
    application,
    revision,
    active: lane.active && id(lane.active.number),
    queue: lane.queue.map(({ number }) => id(number)),
    environments: Object.fromEntries(
      environments.map((name) => [name, ledger.environments[name]?.live ?? null]),
    ),
  };
}
