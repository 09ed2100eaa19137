/** Orders: what a release tells a batch of its rollouts to do. */

import { defineSignal } from '@temporalio/workflow';
import type { Action, ActionRequest } from '../domain/actions.ts';
import type { Packable } from '../domain/pack.ts';
import type { SettleMessage } from './messages.ts';
import type { RolloutInput } from './rollout-state.ts';

export type Order =
  /** One that the batch knows already is left as it is. */
  | { do: 'start'; input: RolloutInput }
  /** To which environments, and which step is meant there; null: the one that is current. */
  | { do: 'steer'; action: Action; request: SteerRequest; to: Record<string, number | null> }
  | { do: 'settle'; message: SettleMessage }
  | { do: 'calendar' }
  /** The release is over: every rollout retires the old version and ends, and so does the batch. */
  | { do: 'conclude' }
  /** There will be no further rollouts: the batch ends when those it has are over. */
  | { do: 'close' };

export type SteerRequest = Omit<ActionRequest, 'environment' | 'step'>;

/** Carried out in this order. */
export const ordersSignal = defineSignal<[Packable<Order[]>]>('orders');
