/** Groups: several applications released in an order, each by its own guardian. */

import { Inject, Injectable } from '@nestjs/common';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { CrescendoError, type FieldError } from '../../domain/errors.ts';
import type { GroupAction, GroupProgress } from '../../domain/group.ts';
import type { Group } from '../../domain/group-spec.ts';
import { layersOf } from '../../domain/layers.ts';
import { defaultTaskQueue, groupWorkflowId } from '../../domain/ids.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Actor } from '../../domain/release.ts';
import type { group as workflow } from '../../workflows/group.ts';
import { groupQuery, groupUpdate } from '../../workflows/messages.ts';
import { ApplicationsService } from '../applications/applications.service.ts';
import { updateIdOf } from '../idempotency.ts';
import { askAll, namesOf } from '../many.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';

@Injectable()
export class GroupsService {
  constructor(
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(ApplicationsService) private readonly applications: ApplicationsService,
  ) {}

  /**
   * What each release would do now. Nothing is started.
   * @throws CrescendoError plan_refused with the reasons of every application
   */
  async plan({ group, applications }: Group, by: Actor) {
    const plans: Record<string, Plan> = {};
    const errors: FieldError[] = [];
    for (const [name, { version }] of Object.entries(applications)) {
      try {
        plans[name] = (await this.applications.plan(name, { version, hotfix: false }, by)).plan;
      } catch (error) {
        if (!(error instanceof CrescendoError) || error.retryable) throw error;
        const reasons = error.fields.length > 0 ? error.fields : [error];
        const path = `applications.${name}`;
        errors.push(...reasons.map(({ message }) => ({ path, message })));
      }
    }
    if (errors.length === 0) return { group, layers: layersOf(applications), plans };
    const sentences = errors.map(({ path, message }) => `${path}: ${message}`);
    throw new CrescendoError('plan_refused', sentences.join('; '), errors);
  }

  /** @throws CrescendoError group_busy while an earlier release of the group is under way */
  async start(group: Group, by: Actor, reason: string | null, key: string | null) {
    const known = key === null ? null : await this.startedWith(group.group, key);
    if (known) return { ...known, repeated: true };
    await this.plan(group, by);
    try {
      await this.temporal.ask({ kind: 'group', name: group.group }, () =>
        this.temporal.workflow.start<typeof workflow>('group', {
          workflowId: groupWorkflowId(group.group),
          taskQueue: defaultTaskQueue,
          args: [{ group, by, reason }],
          memo: key === null ? {} : { idempotencyKey: key },
          staticSummary: `Releases ${Object.keys(group.applications).join(', ')} as one`,
        }),
      );
    } catch (error) {
      if (!isUnderWay(error)) throw error;
      const same = key === null ? null : await this.startedWith(group.group, key);
      if (same) return { ...same, repeated: true };
      throw new CrescendoError('group_busy', `group ${group.group} is being released`, [], error);
    }
    return { ...(await this.find(group.group)), repeated: false };
  }

  /** The latest release of the group. @throws CrescendoError group_unknown */
  find(group: string): Promise<GroupProgress> {
    return this.temporal.ask({ kind: 'group', name: group }, async () => {
      const handle = this.handle(group);
      const { status } = await handle.describe();
      // What has ended is told by its result, which needs no worker.
      return status.name === 'COMPLETED' ? handle.result() : handle.query(groupQuery);
    });
  }

  /** The latest release of every group: those under way first, then by name. */
  async list(): Promise<GroupProgress[]> {
    const names = await namesOf(this.temporal, 'group', 'WorkflowType = "group"');
    const groups = (await askAll(names, (name) => this.known(name))).filter((one) => one !== null);
    return groups.toSorted((a, b) => Number(a.stage === 'ended') - Number(b.stage === 'ended'));
  }

  /** @throws CrescendoError action_refused when it means nothing now */
  act(group: string, action: GroupAction, reason: string | null, by: Actor, key: string | null) {
    const message = { by, reason };
    const updateId = updateIdOf(action, key, message);
    return this.temporal.ask({ kind: 'group', name: group }, () =>
      this.handle(group).executeUpdate(groupUpdate(action), { args: [message], updateId }),
    );
  }

  /** The latest release of the group, when it was this key that started it. */
  private async startedWith(group: string, key: string): Promise<GroupProgress | null> {
    const described = await unlessUnknown(
      this.temporal.ask({ kind: 'group', name: group }, () => this.handle(group).describe()),
    );
    return described?.memo?.['idempotencyKey'] === key ? this.known(group) : null;
  }

  /** Null when Temporal has let it go. */
  private known(group: string): Promise<GroupProgress | null> {
    return unlessUnknown(this.find(group));
  }

  private handle(group: string) {
    return this.temporal.workflow.getHandle<typeof workflow>(groupWorkflowId(group));
  }
}

async function unlessUnknown<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CrescendoError && error.code === 'group_unknown') return null;
    throw error;
  }
}

function isUnderWay(error: unknown): boolean {
  const cause = error instanceof CrescendoError ? error.cause : error;
  return cause instanceof WorkflowExecutionAlreadyStartedError;
}
