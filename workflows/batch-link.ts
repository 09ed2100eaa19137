/** A release's link to a batch of its rollouts: orders in order, and another one when it was lost. */

import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  log,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { batchWorkflowId, formatReleaseId, type ReleaseId } from '../domain/ids.ts';
import { packLarge } from '../domain/pack.ts';
import type { batch } from './batch.ts';
import { ordersSignal, type Order } from './orders.ts';
import { pipeRanks, startPipe } from './pipe.ts';
import { attributes } from './search-attributes.ts';

/** Orders in one signal: each start has a plan with it. */
const most = 50;

/** Milliseconds until orders are given up that a batch neither takes nor is lost for. */
const deafness = 60_000;

export interface BatchLink {
  /** Begins to deliver an order; it starts the batch when it is the first. */
  order(order: Order): void;
  /** Resolves when all orders are delivered. */
  delivered(): Promise<void>;
  /** Resolves when its workflow is over, and with it the workflows of all its rollouts. */
  closed(): Promise<void>;
}

interface BatchName {
  release: ReleaseId;
  version: string;
  /** Of the release. */
  attempt: number;
  /** From 1. */
  number: number;
}

/**
 * @param replacement The orders for a batch that follows one that was lost.
 */
export function linkBatch(name: BatchName, replacement: () => Order[]): BatchLink {
  let handle: ChildWorkflowHandle<typeof batch> | null = null;
  let runs = 0;
  let over = false;

  const pipe = startPipe<Order>(pipeRanks.orders, most, async (orders) => {
    if (handle === null) await begin(orders);
    else await send(handle, orders);
  });

  async function begin(orders: Order[]): Promise<void> {
    handle = await startBatch(name, orders);
    runs += 1;
    void follow(handle);
  }

  async function send(to: ChildWorkflowHandle<typeof batch>, orders: Order[]): Promise<void> {
    const run = runs;
    try {
      await to.signal(ordersSignal, packLarge(orders));
    } catch (error) {
      log.info('a batch could not be told', { batch: name.number, error: String(error) });
      const again = await condition(() => over || runs !== run, deafness);
      if (again && !over && handle) await send(handle, orders);
    }
  }

  /** One that was terminated: the next one brings back what it had. */
  async function follow(current: ChildWorkflowHandle<typeof batch>): Promise<void> {
    try {
      await current.result();
      over = true;
    } catch (error) {
      log.error('a batch was lost', { batch: name.number, error: String(error) });
      const orders = replacement();
      await CancellationScope.nonCancellable(() => begin(orders));
    }
  }

  return {
    order: (order) => pipe.push(order),
    delivered: () => pipe.empty(),
    closed: () => CancellationScope.nonCancellable(() => condition(() => over)),
  };
}

function startBatch(
  { release, version, attempt, number }: BatchName,
  orders: Order[],
): Promise<ChildWorkflowHandle<typeof batch>> {
  return startChild<typeof batch>('batch', {
    workflowId: batchWorkflowId(release, attempt, number),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    args: [{ release, orders: packLarge(orders) }],
    staticSummary: `${formatReleaseId(release)}: rollouts, batch ${number}`,
    typedSearchAttributes: attributes({
      CrescendoApplication: release.application,
      CrescendoVersion: version,
    }),
  });
}
