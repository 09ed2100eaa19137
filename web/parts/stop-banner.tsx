/** Says on every page what is in force over everything, by whom and why: a stop, holds, freezes. */

import { holdSentence } from '../../domain/calendar/hold.ts';
import { holdsInForce, stopSentence } from '../../domain/estate.ts';
import { useEstate } from '../server/queries.ts';
import { useNow } from './use-now.ts';
import { wallTime } from './wall-time.ts';

export function StopBanner() {
  const { data: estate } = useEstate();
  const now = useNow(estate !== undefined && estate.holds.length > 0);
  if (!estate) return null;
  const { stop } = estate;
  return (
    <>
      {stop && (
        <p className="banner" role="status">
          ‖ {stopSentence(stop)}. Nothing goes forward; every way back is open.
        </p>
      )}
      {holdsInForce(estate, new Date(now).toISOString()).map((hold) => (
        <p key={hold.id} className="banner" role="status">
          ‖ {holdSentence(hold, (iso) => wallTime(iso, now))}. Every way back is open.
        </p>
      ))}
    </>
  );
}
