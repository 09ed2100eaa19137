/** Durations as people write them (`90s`, `1h30m`, `2d`) and as machines count them (milliseconds). */

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const wholePattern = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/;
const partPattern = /(\d+(?:\.\d+)?)(ms|[dhms])/g;

/** The longest duration accepted: one year. */
export const maxDurationMs = 366 * unitMs.d;

/** Milliseconds (a whole number from 0 to one year), or null when `text` is no duration. */
export function parseDuration(text: string): number | null {
  if (!wholePattern.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(partPattern)) {
    total += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  const ms = Math.round(total);
  return ms <= maxDurationMs ? ms : null;
}

/** Shortest exact notation: 5,400,000 → `1h30m`. Below a second: `250ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  let rest = Math.round(ms / 1000) * 1000;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / unitMs[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs[unit];
  }
  return text;
}
