/** The table of `backtest`: policies side by side. */

import type { Share, Summary } from '../../domain/analysis/backtest/summary.ts';
import { formatDuration } from '../../domain/duration.ts';
import { table } from './table.ts';
import type { Line, Piece } from './text.ts';

const head = [
  'policy',
  'bad stopped',
  'good stopped',
  'alarms that were right',
  'delay',
  'harmed',
  'bad passed',
  'good passed',
];

export function renderBacktest(summaries: readonly Summary[]): Line[] {
  const [first] = summaries;
  const counted = `${first?.bad ?? 0} bad and ${first?.good ?? 0} good releases`;
  const rows = summaries.map((one): Piece[] => [
    ['strong', one.policy],
    share(one.recall),
    share(one.falseAlarms),
    share(one.precision),
    `${delay(one.delay.median)} / ${delay(one.delay.p90)}`,
    one.harmed.mean === null ? '' : one.harmed.mean.toFixed(one.harmed.mean < 10 ? 1 : 0),
    share(one.falsePasses),
    share(one.promoted),
  ]);
  return [
    ...table(head, rows),
    [],
    [['quiet', `${counted}; shares with their 95 % interval; delay: median / 90 % of the bad,`]],
    [['quiet', 'from the beginning of the regression; harmed: bad requests for each bad release']],
  ];
}

function share({ count, of, share: part, low, high }: Share): string {
  if (part === null || low === null || high === null) return '';
  const percent = (value: number) => (100 * value).toFixed(of < 1000 ? 0 : 1);
  return `${count}/${of} ${percent(part)} % [${percent(low)}–${percent(high)}]`;
}

function delay(ms: number | null): string {
  return ms === null ? 'never' : formatDuration(ms);
}
