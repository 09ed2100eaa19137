/** A batch: up to fifty rollouts of a release, so that no history grows with all its environments. */

import {
  allHandlersFinished,
  CancellationScope,
  condition,
  log,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { CrescendoEvent, RolloutEvent } from '../domain/events.ts';
import { formatReleaseId, type ReleaseId } from '../domain/ids.ts';
import { unpack, type Packable } from '../domain/pack.ts';
import { createCrew, type Crew } from './crew.ts';
import { heed } from './heed.ts';
import { environmentEventsSignal } from './messages.ts';
import { startNews } from './news.ts';
import { ordersSignal, type Order } from './orders.ts';

export interface BatchInput {
  release: ReleaseId;
  /** The first ones; others come by signal. */
  orders: Packable<Order[]>;
}

/** Ends when its release has said that no rollout is to come, and all that it has are over. */
export async function batch({ release, orders }: BatchInput): Promise<void> {
  const crew = createCrew();
  const news = startNews(release);
  const told = 'What the rollouts shall do; sent by their release';
  heed(ordersSignal, (more) => crew.take(unpack(more)), told);
  heed(environmentEventsSignal, (events, attempt) => news.add(events.filter(isRollouts), attempt));
  const page = `Looks after rollouts of release ${formatReleaseId(release)}, which steers them.`;
  setCurrentDetails(page);

  // Its rollouts go on by themselves and need it to be told, so it stays until they are over.
  const { cancelRequested } = CancellationScope.current();
  cancelRequested.catch(() => log.warn('a batch is not cancelled: cancel its release'));
  await CancellationScope.nonCancellable(async () => {
    crew.take(unpack(orders));
    await untilDone(crew);
    await condition(() => news.isTold() && allHandlersFinished());
  });
}

function untilDone(crew: Crew): Promise<void> {
  return condition(() => crew.isDone());
}

function isRollouts(event: CrescendoEvent): event is RolloutEvent {
  return event.environment !== null;
}
