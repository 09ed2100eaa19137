/** Wait until windows, freezes and holds let production change: only the way forward waits. */

import { ApplicationFailure, CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Clearance } from '../../domain/calendar/clearance.ts';
import { overrideAt, type Override } from '../../domain/calendar/override.ts';
import { policyActor } from '../../domain/release.ts';
import { consulting } from '../proxies.ts';
import { now, waitUntil, type Rollout } from '../rollout-state.ts';

/** So often the calendar is asked again in a long wait, in milliseconds: time zones change too. */
const freshness = 24 * 3_600_000;

/** How a wait is carried out: at a weight above 0 % under guard. */
type Guard = <T>(wait: () => Promise<T>) => Promise<T>;

/**
 * Returns once the calendar is clear for the next change of production; true when it had to wait.
 * One that never becomes clear ends like a hold that nobody decides.
 * @throws ApplicationFailure of type `breach` when closing sends the rollout back
 */
export async function untilClear(
  rollout: Rollout,
  guard: Guard = (wait) => wait(),
): Promise<boolean> {
  const since = now();
  let announced = '';
  for (;;) {
    const { calendarNews } = rollout.requests;
    const clearance = await consult(rollout);
    if (clearance.open || overridden(rollout, clearance)) break;
    if (mustLeave(rollout, clearance)) throw turnBack(leaving);
    const said = announce(rollout, clearance, since, announced);
    const again = await guard(() => untilNext(rollout, clearance, since, calendarNews));
    if (!again) throw turnBack(`waited in vain: ${said} has no end in sight`);
    announced = said;
  }
  if (announced !== '') rollout.record({ type: 'rollout.resumed' });
  return announced !== '';
}

const leaving = 'the maintenance window closed (onClose: rollback)';

/** What may be done now. Nothing binds staging and emergency returns, so they do not ask. */
async function consult(rollout: Rollout): Promise<Clearance> {
  const { plan, exposed, onClose } = rollout;
  const { calendar, environment } = plan;
  if (!calendar) return { open: true, until: null, onClose: null, blockers: [] };
  // What began in a window that lets it continue needs no further one.
  const windows = exposed && onClose === 'continue' ? [] : calendar.windows;
  const { application } = plan.place;
  const question = { application, environment, ...calendar, windows, at: Date.now() };
  const clearance = await consulting.checkCalendar(question);
  if (clearance.onClose) rollout.onClose = clearance.onClose;
  return clearance;
}

/** Whether somebody has let it go on all the same; who, why and what is on record each time. */
function overridden(rollout: Rollout, { blockers }: Clearance): boolean {
  const override = inForce(rollout);
  if (!override) return false;
  const { by, reason, until } = override;
  const what = blockers.map(({ sentence }) => sentence).join(' and ');
  rollout.record({ type: 'calendar.overridden', by, reason, until, what });
  return true;
}

function inForce({ plan, requests }: Rollout): Override | null {
  return overrideAt(requests.overrides, plan.environment, Date.now());
}

function mustLeave(rollout: Rollout, { open, blockers }: Clearance): boolean {
  const { exposed, onClose } = rollout;
  if (inForce(rollout)) return false;
  const closed = !open && blockers.some(({ kind }) => kind === 'window');
  return closed && exposed && onClose === 'rollback';
}

/** Puts the wait on record, once for everything that is the same; returns what is waited for. */
function announce(
  { plan, progress, input, record }: Rollout,
  { blockers, until }: Clearance,
  since: string,
  announced: string,
): string {
  const what = blockers.map(({ sentence }) => sentence).join(' and ');
  const said = `${what} ${until}`;
  if (said === announced) return said;
  const latest = until ?? Date.parse(since) + input.policy.holdFor;
  const goesOn = progress.weight > 0 ? `it goes on from ${progress.weight} %` : 'it goes on';
  const then = until === null ? 'it is given up, since there is no next opening' : goesOn;
  const wait = {
    key: blockers[0]?.kind ?? 'window',
    for: `${what} in ${plan.environment}`,
    since,
    until: new Date(latest).toISOString(),
    then,
  };
  record({ type: 'rollout.holding', wait });
  return said;
}

/** Until it is time to ask again; false when there is nothing left to wait for. */
async function untilNext(
  { input, requests }: Rollout,
  { until }: Clearance,
  since: string,
  news: number,
): Promise<boolean> {
  const latest = until ?? Date.parse(since) + input.policy.holdFor;
  const rest = latest - Date.now();
  if (rest <= 0) return until !== null;
  const moved = () => requests.calendarNews !== news;
  await waitUntil(moved, Math.min(rest, freshness), 'until the calendar is clear');
  return true;
}

/**
 * Sends the rollout back the moment the window closes that it began in, where `onClose` says so.
 * Runs beside the steps, and is cancelled when they are done.
 */
export function leaveWhenClosed(rollout: Rollout): CancellationScope {
  const scope = new CancellationScope();
  if (!rollout.plan.calendar?.windows.some(({ onClose }) => onClose === 'rollback')) return scope;
  scope.run(() => watchClosing(rollout)).catch(() => {});
  return scope;
}

async function watchClosing(rollout: Rollout): Promise<void> {
  await condition(() => rollout.exposed);
  for (;;) {
    const clearance = await consult(rollout);
    if (mustLeave(rollout, clearance)) {
      rollout.requests.departure ??= { cause: leaving, by: policyActor, to: 'designated' };
      return;
    }
    const override = inForce(rollout);
    const end = override ? Date.parse(override.until) : (clearance.until ?? Infinity);
    const rest = end - Date.now();
    await sleep(Math.max(1000, Math.min(rest, freshness)), { summary: 'until the window closes' });
  }
}

function turnBack(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'breach');
}
