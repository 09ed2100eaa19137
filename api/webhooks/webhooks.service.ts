/** Checks the signature of a webhook and wakes the releases that wait for its commit. */

import { Inject, Injectable } from '@nestjs/common';
import { verify } from '@octokit/webhooks-methods';
import { z } from 'zod';
import { CrescendoError } from '../../domain/errors.ts';
import { formatReleaseId, releaseWorkflowId, type ReleaseId } from '../../domain/ids.ts';
import type { JournalReader } from '../../journal/contract.ts';
import { ciChangedSignal } from '../../workflows/messages.ts';
import { CONFIG } from '../auth.guard.ts';
import type { ApiConfig } from '../config.ts';
import { JOURNAL } from '../journal.module.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';

const head = z.object({ head_sha: z.string() });

/** Where the events `check_run`, `check_suite`, `workflow_run` and `status` name their commit. */
const payloadSchema = z.object({
  check_run: head.optional(),
  check_suite: head.optional(),
  workflow_run: head.optional(),
  sha: z.string().optional(),
});

@Injectable()
export class WebhooksService {
  constructor(
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(JOURNAL) private readonly journal: JournalReader,
    @Inject(TEMPORAL) private readonly temporal: Temporal,
  ) {}

  /**
   * Ids of the releases that were woken. Other events are taken and ignored.
   * @throws CrescendoError not_found without a secret | unauthenticated | request_invalid
   */
  async receive(payload: string, signature: string | undefined): Promise<string[]> {
    const secret = this.config.githubWebhookSecret;
    if (!secret) {
      const message = 'webhooks are off: the server has no CRESCENDO_GITHUB_WEBHOOK_SECRET';
      throw new CrescendoError('not_found', message);
    }
    if (!signature || !payload || !(await verify(secret, payload, signature))) {
      throw new CrescendoError('unauthenticated', 'X-Hub-Signature-256 is missing or wrong');
    }
    const commit = commitOf(payload);
    if (commit === null) return [];
    const releases = await this.journal.releasesVerifying(commit);
    const woken = await Promise.all(releases.map((release) => this.wake(release)));
    return woken.filter((id) => id !== null);
  }

  private async wake(release: ReleaseId): Promise<string | null> {
    const id = formatReleaseId(release);
    const handle = this.temporal.workflow.getHandle(releaseWorkflowId(release));
    try {
      await this.temporal.ask({ kind: 'release', id }, () => handle.signal(ciChangedSignal));
      return id;
    } catch (error) {
      const over = ['release_ended', 'release_unknown'];
      if (error instanceof CrescendoError && over.includes(error.code)) return null;
      throw error;
    }
  }
}

function commitOf(payload: string): string | null {
  const { data } = payloadSchema.safeParse(JSON.parse(payload));
  const event = data?.check_run ?? data?.check_suite ?? data?.workflow_run;
  return event?.head_sha ?? data?.sha ?? null;
}
