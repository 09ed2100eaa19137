/** `hold`, `freeze`, `unhold`, `holds`: what keeps one or all applications from going forward. */

import type { Command } from 'commander';
import type { Hold } from '../../domain/calendar/hold.ts';
import { scopeSentence } from '../../domain/calendar/freeze.ts';
import type { Labels } from '../../domain/calendar/freeze-spec.ts';
import { isHoldOfAll } from '../../domain/estate.ts';
import type { HoldsAnswer } from '../answers.ts';
import { action, type Call, type Session } from '../call.ts';
import { segment, type Client } from '../client.ts';
import { usage } from '../failure.ts';
import { table } from '../render/table.ts';
import type { Piece } from '../render/text.ts';
import { wallTime } from '../render/time.ts';
import { withConnection, withOutput } from './options.ts';

interface AllFlag {
  all?: boolean;
}

interface ScopeFlags extends AllFlag {
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
    .argument('[application]')
    .option('--for <duration>', 'how long, e.g. 2h; 4h without it');
  withScope(hold).action(
    action<ScopeFlags & { for?: string }>(session, (call, [name], flags) =>
      place(call, keeperOf(name, flags), 'holds', { for: flags.for, ...scopeOf(flags) }),
    ),
  );
  const freeze = program
    .command('freeze')
    .description('let nothing go forward between two times')
    .argument('[application]')
    .requiredOption('--from <time>', '2026-12-24 or 2026-12-24T18:00')
    .requiredOption('--to <time>', 'the same; a day counts to its end')
    .option('--timezone <name>', 'of times without an offset; UTC without it');
  withScope(freeze).action(
    action<FreezeFlags>(session, (call, [name], flags) => {
      const { from, to, timezone } = flags;
      const dates = { from, to, timezone };
      return place(call, keeperOf(name, flags), 'freezes', { ...dates, ...scopeOf(flags) });
    }),
  );
  const unhold = program
    .command('unhold')
    .description('lift a hold or a freeze that was put up by hand')
    .argument('[application]', 'or all-3, the id of one over all applications')
    .argument('[id]', 'hold-3; may be left out when there is only one')
    .option('--all', 'one over all applications')
    .option('--reason <text>', 'why, for the record')
    .action(
      action<AllFlag & { reason?: string }>(session, (call, [first, second], flags) => {
        const ofAll = flags.all || (isHoldOfAll(first ?? '') && second === undefined);
        if (!ofAll) return lift(call, keeperOf(first, {}), second, flags.reason);
        if (second !== undefined) throw usage('--all names no application', '`unhold all-3` does.');
        return lift(call, estate, first, flags.reason);
      }),
    );
  const holds = program
    .command('holds')
    .description('holds and freezes of an application, in force or to come')
    .argument('[application]')
    .option('--all', 'those over all applications')
    .action(action<AllFlag>(session, (call, [name], flags) => list(call, keeperOf(name, flags))));
  for (const command of [hold, freeze, unhold, holds]) {
    withConnection(withOutput(command));
  }
}

/** Who keeps a hold: the guardian of an application, or the estate for all of them. */
interface Keeper {
  path: string;
  /** As people and commands name it: `shop`, `--all`. */
  name: string;
}

const estate: Keeper = { path: '/estate', name: '--all' };

function keeperOf(name: string | undefined, { all }: AllFlag): Keeper {
  if ((name === undefined) !== (all === true)) {
    throw usage('of which application?', 'Name one, or write --all for all of them.');
  }
  return name === undefined ? estate : { path: `/applications/${segment(name)}`, name };
}

function withScope(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why, for all who have to wait')
    .option('--all', 'in all applications, instead of one')
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
  { path, name }: Keeper,
  kind: 'holds' | 'freezes',
  body: object,
): Promise<void> {
  const client = await call.client();
  const hold = await client.post<Hold>(`${path}/${kind}`, { body });
  if (call.json) return call.printJson(hold);
  const from = hold.kind === 'freeze' ? ` from ${wallTime(hold.from, call.io.now())}` : '';
  call.print([
    [
      ['strong', hold.id],
      `   ${scopeSentence(hold)}${from} until ${wallTime(hold.to, call.io.now())}`,
    ],
  ]);
  call.say(`Lift it: crescendo unhold ${hold.everywhere ? '' : `${name} `}${hold.id}`);
}

async function lift(call: Call, keeper: Keeper, id: string | undefined, reason?: string) {
  const client = await call.client();
  const chosen = id ?? (await theOnly(client, keeper));
  const path = `${keeper.path}/holds/${segment(chosen)}/lift`;
  const hold = await client.post<Hold>(path, { body: { reason } });
  if (call.json) call.printJson(hold);
  else call.print([[['strong', hold.id], `   lifted; it was ${hold.by.id}'s: ${hold.reason}`]]);
}

async function theOnly(client: Client, { path, name }: Keeper): Promise<string> {
  const { holds } = await client.get<HoldsAnswer>(`${path}/holds`);
  const [only, ...others] = holds;
  if (only && others.length === 0) return only.id;
  const names = holds.map(({ id }) => id).join(', ');
  throw usage(
    only ? `${name} has several: ${names}` : `${name} has none`,
    only ? 'Name the one to lift.' : '`crescendo holds APPLICATION` shows freezes as well.',
  );
}

async function list(call: Call, { path }: Keeper): Promise<void> {
  const client = await call.client();
  const answer = await client.get<HoldsAnswer>(`${path}/holds`);
  if (call.json) return call.printJson(answer);
  const now = call.io.now();
  const { holds, freezes = [], everywhere = [] } = answer;
  const rows = [
    ...[...holds, ...everywhere].map((hold): Piece[] => [
      ['strong', hold.id],
      scopeSentence(hold),
      wallTime(hold.from, now),
      wallTime(hold.to, now),
      hold.by.id,
      hold.reason,
    ]),
    ...freezes.map((freeze): Piece[] => [
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
