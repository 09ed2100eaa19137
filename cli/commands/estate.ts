/** `stop --all` and `resume --all`: every application at once, and the banner while it is so. */

import type { Command } from 'commander';
import { holdSentence } from '../../domain/calendar/hold.ts';
import { holdsInForce, stopSentence, type Estate } from '../../domain/estate.ts';
import { action, confirm, type Call, type Session } from '../call.ts';
import type { Client } from '../client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { wallTime } from '../render/time.ts';
import { withConnection, withOutput } from './options.ts';

interface EstateFlags {
  all?: boolean;
  reason?: string;
  yes?: boolean;
}

export function addStop(program: Command, session: Session): void {
  const stop = program
    .command('stop')
    .description('stop all applications: nothing goes forward, weights stay, ways back are open')
    .argument('<reason>', 'why, for the record')
    .option('--all', 'all applications (needed: one release is held by `pause`)')
    .option('--yes', 'do not ask')
    .action(
      action<EstateFlags>(session, (call, [reason = ''], { all, yes }) => {
        if (!all) throw usage('stop what?', '--all stops everything; `pause` holds one release.');
        return stopAll(call, reason, yes);
      }),
    );
  withConnection(withOutput(stop));
}

async function stopAll(call: Call, reason: string, yes: boolean | undefined): Promise<ExitCode> {
  const question = 'Stop all applications? Nothing goes forward until somebody resumes them.';
  if (!(await confirm(call, question, { yes, preset: true }))) {
    call.say('Nothing was done.');
    return exitCodes.refused;
  }
  const client = await call.client();
  show(call, await client.post<Estate>('/estate/stop', { body: { reason } }));
  call.say('Rollbacks work as ever. To go on: crescendo resume --all');
  return exitCodes.ok;
}

export async function resumeAll(call: Call, { reason }: EstateFlags): Promise<ExitCode> {
  const client = await call.client();
  show(call, await client.post<Estate>('/estate/resume', { body: { reason } }));
  return exitCodes.ok;
}

function show(call: Call, estate: Estate): void {
  if (call.json) return call.printJson(estate);
  call.print([
    [estate.stop ? ['warn', `‖ ${stopSentence(estate.stop)}`] : 'all applications go on'],
  ]);
}

/** Says what is in force over everything: a stop, holds, freezes. A server that cannot tell keeps nobody from anything. */
export async function warnOfStop(call: Call, client: Client): Promise<void> {
  const estate = await client.get<Partial<Estate>>('/estate').catch(() => null);
  if (estate?.stop) call.say(`‖ ${stopSentence(estate.stop)} (since ${estate.stop.since})`);
  const { holds = [] } = estate ?? {};
  const now = call.io.now();
  for (const hold of holdsInForce({ holds }, new Date(now).toISOString())) {
    call.say(`‖ ${holdSentence(hold, (iso) => wallTime(iso, now))}`);
  }
}
