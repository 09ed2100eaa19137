/** Bodies → what a guardian or the estate is asked to put up. */

import { stopOfFreeze } from '../../calendar/stops.ts';
import type { HoldRequest } from '../../domain/calendar/hold.ts';
import type { Actor } from '../../domain/release.ts';
import { checkFreeze } from '../applications/calendar.ts';
import { updateIdOf } from '../idempotency.ts';
import type { FreezeBody, HoldBody } from './holds.schemas.ts';

/** From now on, for as long as the body says. */
export function holdRequest({ for: ms, ...rest }: HoldBody, by: Actor): HoldRequest {
  const to = new Date(Date.now() + ms).toISOString();
  return { kind: 'hold', by, from: null, to, ...rest };
}

/** @throws CrescendoError request_invalid when its times are none */
export function freezeRequest(body: FreezeBody, by: Actor): HoldRequest {
  const freeze = { name: 'freeze', ...body };
  checkFreeze(freeze, '');
  const { from, to } = stopOfFreeze(freeze);
  const { reason, environments, labels } = body;
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return { kind: 'freeze', by, reason, ...span, environments, labels };
}

/** The time of the call is no part of `asked`: a repeat of the request is the same. */
export function holdKey(key: string | null, asked: object): string {
  return updateIdOf('hold', key, asked);
}
