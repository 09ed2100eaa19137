/** `overrides`: when releases went on in spite of their calendar. */

import type { Command } from 'commander';
import type { OverrideRecord } from '../../domain/calendar/override.ts';
import { action, type Call, type Session } from '../call.ts';
import { table } from '../render/table.ts';
import type { Piece } from '../render/text.ts';
import { wallTime } from '../render/time.ts';
import { withConnection, withOutput } from './options.ts';

export function addOverrides(program: Command, session: Session): void {
  const overrides = program
    .command('overrides')
    .description('when releases went on in spite of windows, freezes and holds')
    .argument('[application]')
    .action(action(session, (call, [name]) => listOverrides(call, name)));
  withConnection(withOutput(overrides));
}

async function listOverrides(call: Call, application: string | undefined): Promise<void> {
  const client = await call.client();
  const query = application === undefined ? '' : `?application=${encodeURIComponent(application)}`;
  const answer = await client.get<{ items: OverrideRecord[] }>(`/overrides${query}`);
  if (call.json) return call.printJson(answer);
  const rows = answer.items.map(({ release, environment, at, by, reason, what }): Piece[] => [
    ['strong', release],
    environment,
    wallTime(at, call.io.now()),
    by.id,
    what,
    reason,
  ]);
  if (rows.length === 0) return call.say('Nothing was overridden.');
  call.print(table(['release', 'where', 'at', 'by', 'in spite of', 'reason'], rows));
}
