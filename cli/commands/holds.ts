/** `hold`, `freeze`, `unhold`, `holds`: what keeps an application from going forward. */

import type { Command } from 'commander';
import type { Hold } from '../../domain/calendar/hold.ts';
import { scopeSentence, type Labels } from '../../domain/calendar/freeze.ts';
import type { OverrideRecord } from '../../domain/calendar/override.ts';
import type { HoldsAnswer } from '../answers.ts';
import { action, type Call, type Session } from '../call.ts';
import { segment, type Client } from '../client.ts';
import { usage } from '../failure.ts';
import { table } from '../render/table.ts';
import type { Piece } from '../render/text.ts';
import { wallTime } from '../render/time.ts';
import { withConnection, withOutput } from './options.ts';

interface ScopeFlags {
  environment?: string[];
  label?: Labels;
  reason: string;
}

interface FreezeFlags extends ScopeFlags {
  from: string;
  to: string;
  timezone?: string;
}

export function addHolds(program: Command, session: Session): void {
  const hold = program
    .command('hold')
    .description('let nothing go forward for a while; rollbacks are never held')
    .argument('<application>')
    .option('--for <duration>', 'how long, e.g. 2h; 4h without it');
  withScope(hold).action(
    action<ScopeFlags & { for?: string }>(session, (call, [name = ''], flags) =>
      place(call, name, 'holds', { for: flags.for, ...scopeOf(flags) }),
    ),
  );
  const freeze = program
    .command('freeze')
    .description('let nothing go forward between two times')
    .argument('<application>')
    .requiredOption('--from <time>', '2026-12-24 or 2026-12-24T18:00')
    .requiredOption('--to <time>', 'the same; a day counts to its end')
    .option('--timezone <name>', 'of times without an offset; UTC without it');
  withScope(freeze).action(
    action<FreezeFlags>(session, (call, [name = ''], flags) => {
      const { from, to, timezone } = flags;
      return place(call, name, 'freezes', { from, to, timezone, ...scopeOf(flags) });
    }),
  );
  const unhold = program
    .command('unhold')
    .description('lift a hold or a freeze that was put up by hand')
    .argument('<application>')
    .argument('[id]', 'hold-3; may be left out when there is only one')
    .option('--reason <text>', 'why, for the record')
    .action(
      action<{ reason?: string }>(session, (call, [name = '', id], { reason }) =>
        lift(call, name, id, reason),
      ),
    );
  const holds = program
    .command('holds')
    .description('holds and freezes of an application, in force or to come')
    .argument('<application>')
    .action(action(session, (call, [name = '']) => list(call, name)));
  const overrides = program
    .command('overrides')
    .description('when releases went on in spite of windows, freezes and holds')
    .argument('[application]')
    .action(action(session, (call, [name]) => listOverrides(call, name)));
  for (const command of [hold, freeze, unhold, holds, overrides]) {
    withConnection(withOutput(command));
  }
}

function withScope(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why, for all who have to wait')
    .option('--environment <name>', 'only there; may be repeated', collect)
    .option('--label <name=value>', 'only environments with it; may be repeated', collectLabel);
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function collectLabel(text: string, before: Labels = {}): Labels {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw usage(`"${text}" is no label`, 'Write --label name=value.');
  }
  return { ...before, [name]: value };
}

function scopeOf({ environment, label, reason }: ScopeFlags) {
  return { reason, environments: environment, labels: label };
}

async function place(
  call: Call,
  application: string,
  kind: 'holds' | 'freezes',
  body: object,
): Promise<void> {
  const client = await call.client();
  const hold = await client.post<Hold>(`${pathOf(application)}/${kind}`, { body });
  if (call.json) return call.printJson(hold);
  const from = hold.kind === 'freeze' ? ` from ${wallTime(hold.from, call.io.now())}` : '';
  call.print([
    [
      ['strong', hold.id],
      `   ${scopeSentence(hold)}${from} until ${wallTime(hold.to, call.io.now())}`,
    ],
  ]);
  call.say(`Lift it: crescendo unhold ${application} ${hold.id}`);
}

async function lift(call: Call, application: string, id: string | undefined, reason?: string) {
  const client = await call.client();
  const chosen = id ?? (await theOnly(client, application));
  const path = `${pathOf(application)}/holds/${segment(chosen)}/lift`;
  const hold = await client.post<Hold>(path, { body: { reason } });
  if (call.json) call.printJson(hold);
  else call.print([[['strong', hold.id], `   lifted; it was ${hold.by.id}'s: ${hold.reason}`]]);
}

async function theOnly(client: Client, application: string): Promise<string> {
  const { holds } = await client.get<HoldsAnswer>(`${pathOf(application)}/holds`);
  const [only, ...others] = holds;
  if (only && others.length === 0) return only.id;
  const names = holds.map(({ id }) => id).join(', ');
  throw usage(
    only ? `${application} has several: ${names}` : `${application} has none`,
    only ? 'Name the one to lift.' : '`crescendo holds APPLICATION` shows freezes as well.',
  );
}

async function list(call: Call, application: string): Promise<void> {
  const client = await call.client();
  const answer = await client.get<HoldsAnswer>(`${pathOf(application)}/holds`);
  if (call.json) return call.printJson(answer);
  const now = call.io.now();
  const rows = [
    ...answer.holds.map((hold): Piece[] => [
      ['strong', hold.id],
      scopeSentence(hold),
      wallTime(hold.from, now),
      wallTime(hold.to, now),
      hold.by.id,
      hold.reason,
    ]),
    ...answer.freezes.map((freeze): Piece[] => [
      ['strong', freeze.name],
      scopeSentence(freeze),
      freeze.from,
      freeze.to,
      'specification',
      freeze.reason ?? '',
    ]),
  ];
  if (rows.length > 0) call.print(table(['hold', 'where', 'from', 'to', 'by', 'reason'], rows));
  else call.say('Nothing holds it.');
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

function pathOf(application: string): string {
  return `/applications/${segment(application)}`;
}
