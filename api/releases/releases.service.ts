/** Releases: read from the journal, steered by updates of their workflows. */

import { Inject, Injectable } from '@nestjs/common';
import { actions, refusal, type Action } from '../../domain/actions.ts';
import { isLargePlan } from '../../domain/brief.ts';
import { CrescendoError } from '../../domain/errors.ts';
import type { Measurement } from '../../domain/events.ts';
import { formatReleaseId, releaseWorkflowId, type ReleaseId } from '../../domain/ids.ts';
import { focused, overviewOf, waveOnly, type WaveOverview } from '../../domain/overview.ts';
import { unpack } from '../../domain/pack.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import type { Actor } from '../../domain/release.ts';
import type { JournalReader, Page, RecordedEntry, ReleaseSummary } from '../../journal/contract.ts';
import { actionUpdate, progressQuery } from '../../workflows/messages.ts';
import { CONFIG } from '../auth.guard.ts';
import type { ApiConfig } from '../config.ts';
import { updateIdOf } from '../idempotency.ts';
import { JOURNAL } from '../journal.module.ts';
import { releaseLinks } from '../links.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';
import type {
  ActionBody,
  ListQuery,
  MeasurementsQuery,
  ReleaseQuery,
  TimelineQuery,
} from './releases.schemas.ts';

export type ReleaseView = ReleaseProgress & {
  overview: WaveOverview[];
  allowedActions: Action[];
  links: ReturnType<typeof releaseLinks>;
};

@Injectable()
export class ReleasesService {
  constructor(
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(JOURNAL) private readonly journal: JournalReader,
    @Inject(TEMPORAL) private readonly temporal: Temporal,
  ) {}

  list(filter: ListQuery): Promise<Page<ReleaseSummary>> {
    return this.journal.listReleases(filter);
  }

  /**
   * The journal is written a moment after things happen; before its first entry the workflow is
   * asked, so that a release can be read as soon as it was submitted.
   * @throws CrescendoError release_unknown | journal_unavailable | no_worker | temporal_unavailable
   */
  async find(release: ReleaseId): Promise<ReleaseProgress> {
    const recorded = await this.journal.readProgress(release);
    if (recorded) return recorded;
    return this.ask(release);
  }

  private async ask(release: ReleaseId): Promise<ReleaseProgress> {
    const subject = { kind: 'release', id: formatReleaseId(release) } as const;
    return unpack(
      await this.temporal.ask(subject, () => this.handle(release).query(progressQuery)),
    );
  }

  async read(release: ReleaseId, by: Actor, query: ReleaseQuery): Promise<ReleaseView> {
    const progress = await this.find(release);
    return { ...this.view(progress, by), ...partOf(progress, query) };
  }

  async timeline(
    release: ReleaseId,
    { after, limit }: TimelineQuery,
  ): Promise<Page<RecordedEntry>> {
    const items = await this.journal.readEntries(release, after, limit);
    if (items.length === 0) await this.find(release);
    const last = items.length < limit ? undefined : items.at(-1);
    return { items, cursor: last ? String(last.position) : null };
  }

  async measurements(
    release: ReleaseId,
    filter: MeasurementsQuery,
  ): Promise<{ items: Measurement[] }> {
    const items = await this.journal.readMeasurements(release, filter);
    if (items.length === 0) await this.find(release);
    return { items };
  }

  /**
   * Carries an action out, or says why not; answers the progress right after it.
   * @throws CrescendoError action_refused | release_ended | release_unknown | no_worker
   */
  async act(
    release: ReleaseId,
    action: Action,
    body: ActionBody,
    by: Actor,
    key: string | null,
  ): Promise<ReleaseView> {
    const id = updateIdOf(action, key, { by, ...body });
    const message = { ...body, id, by };
    const subject = { kind: 'release', id: formatReleaseId(release) } as const;
    const update = () =>
      this.handle(release).executeUpdate(actionUpdate(action), { args: [message], updateId: id });
    try {
      const head = await this.temporal.ask(subject, update);
      return this.view({ ...(await this.whole(release)), ...head }, by);
    } catch (error) {
      throw await this.explainEnding(error, release);
    }
  }

  /**
   * As the workflow has it. Of many environments it leaves the evidence to the journal; and what was
   * done is done, so when it does not answer now the journal does.
   */
  private async whole(release: ReleaseId): Promise<ReleaseProgress> {
    const known = await this.ask(release).catch((error: unknown) => ({ error }));
    if (!('error' in known) && !isLargePlan(known.plan)) return known;
    const recorded = await this.journal.readProgress(release).catch(() => null);
    if (recorded) return recorded;
    if ('error' in known) throw known.error;
    return known;
  }

  private view(progress: ReleaseProgress, by: Actor): ReleaseView {
    const { application, number } = progress;
    const links = releaseLinks(this.config, { application, number });
    const overview = overviewOf(progress);
    return { ...progress, overview, allowedActions: allowedActions(progress, by), links };
  }

  private handle(release: ReleaseId) {
    return this.temporal.workflow.getHandle(releaseWorkflowId(release));
  }

  /** Temporal forgets ended workflows after a while; the journal knows how they ended. */
  private async explainEnding(thrown: unknown, release: ReleaseId): Promise<unknown> {
    if (!(thrown instanceof CrescendoError)) return thrown;
    if (thrown.code !== 'release_unknown' && thrown.code !== 'release_ended') return thrown;
    const progress = await this.journal.readProgress(release).catch(() => null);
    if (progress?.stage !== 'ended') return thrown;
    const sentence = `release ${progress.id} has ended: ${progress.sentence ?? progress.outcome}`;
    return new CrescendoError('release_ended', sentence, [], thrown);
  }
}

/** As much of plan and rollouts as was asked for. */
function partOf(progress: ReleaseProgress, { wave, view }: ReleaseQuery) {
  const part = wave === undefined ? progress : waveOnly(progress, wave);
  const { plan, rollouts } = view === 'focus' && wave === undefined ? focused(part) : part;
  return { plan, rollouts };
}

/** The actions that the release would accept from this person now, given a reason and force. */
function allowedActions(progress: ReleaseProgress, by: Actor): Action[] {
  const request = {
    id: '',
    by,
    reason: 'x',
    environment: null,
    full: false,
    step: null,
    force: true,
  };
  return actions.filter((action) => refusal(progress, action, request) === null);
}
