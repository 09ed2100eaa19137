/** Times on the page, exact to the second for those who hover or ask. */

import { clock, span } from '../../domain/words.ts';
import { useNow } from './use-now.ts';
import { wallTime } from './wall-time.ts';

/** `14:05:09` */
export function At({ iso }: { iso: string }) {
  const now = useNow(false);
  return (
    <time dateTime={iso} title={new Date(iso).toString()}>
      {wallTime(iso, now)}
    </time>
  );
}

/** The larger of two units: seconds that count up beside minutes only distract. */
function roughly(ms: number): string {
  return span(ms).split(' ').slice(0, 2).join(' ');
}

/** `3 min ago` */
export function Ago({ iso }: { iso: string }) {
  const now = useNow();
  const ms = now - Date.parse(iso);
  return (
    <time dateTime={iso} title={new Date(iso).toString()}>
      {ms < 1_000 ? 'just now' : `${roughly(ms)} ago`}
    </time>
  );
}

/** `01:41`, and counting until there is an end. */
export function Took({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null);
  const end = to === null ? now : Date.parse(to);
  return <span className="number">{clock(end - Date.parse(from))}</span>;
}
