/** What people do to a release: pause, resume, promote, rollback, approve, reject, abort, retry, skip. */

import type { Command } from 'commander';
import { actionDescriptions, actions, type Action } from '../../domain/actions.ts';
import { environmentLedger, lastGood } from '../../domain/ledger.ts';
import type { ApplicationAnswer, ReleaseAnswer, SubmitAnswer } from '../answers.ts';
import { action, confirm, type Call, type Session } from '../call.ts';
import { segment, type Client } from '../client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { stateOf } from '../render/header.ts';
import { resumeAll } from './estate.ts';
import { withConnection, withOutput, wholeNumber } from './options.ts';
import { report } from './release.ts';
import { parseTarget, readApplication, releaseFor, releasePath } from './target.ts';

interface ActionFlags {
  reason?: string;
  environment?: string;
  full?: boolean;
  step?: number;
  to?: string;
  for?: string;
  yes?: boolean;
  force?: boolean;
  all?: boolean;
}

/** One command per action, all alike; `rollback` works on an application at rest as well. */
export function addActions(program: Command, session: Session): void {
  for (const name of actions) {
    const command = program
      .command(name)
      .description(lowerFirst(actionDescriptions[name]))
      .argument(argumentOf(name), 'shop:7, or shop for its active release')
      .option('--reason <text>', 'why, for the record')
      .option('--environment <name>', 'only there; all without it')
      .action(
        action<ActionFlags>(session, (call, [text = ''], flags) => {
          if (flags.all) return resumeAll(call, flags);
          return name === 'rollback' ? rollBack(call, text, flags) : act(call, name, text, flags);
        }),
      );
    addSpecialOptions(command, name);
    withConnection(withOutput(command));
  }
}

/** Only `resume --all` is about no release in particular. */
function argumentOf(name: Action): string {
  return name === 'resume' ? '[release|application]' : '<release|application>';
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function addSpecialOptions(command: Command, name: Action): void {
  if (name === 'promote') {
    command
      .option('--full', 'straight to 100 %')
      .option('--step <number>', 'only if this step is the current one', wholeNumber(1, 100));
  }
  if (name === 'override') {
    command.option('--for <duration>', 'how long; 1h without it, at most 7d');
  }
  if (name === 'rollback')
    command.option('--to <version>', 'to this version instead of the designated one');
  if (name === 'resume') command.option('--all', 'all applications, after `stop --all`');
  if (name in questions) {
    command
      .option('--yes', 'do not ask')
      .option('--force', 'also past a one-way door; needs a reason');
  }
}

/** What is asked first. Enter means yes where haste matters and the way on stays open. */
const questions: Partial<Record<Action, { ask: (id: string) => string; preset: boolean }>> = {
  rollback: {
    ask: (id) => `Roll ${id} back now? All traffic returns to the designated version.`,
    preset: true,
  },
  abort: {
    ask: (id) => `Abort ${id}? Its traffic goes back to the stable version.`,
    preset: false,
  },
  reject: { ask: (id) => `Reject ${id}? The open gate is closed with a no.`, preset: false },
};

async function act(call: Call, name: Action, text: string, flags: ActionFlags): Promise<ExitCode> {
  const client = await call.client();
  return actOn(call, client, name, await releaseFor(client, text), flags);
}

async function actOn(
  call: Call,
  client: Client,
  name: Action,
  id: string,
  flags: ActionFlags,
): Promise<ExitCode> {
  const question = questions[name];
  const { preset = false } = question ?? {};
  if (question && !(await confirm(call, question.ask(id), { yes: flags.yes, preset }))) {
    return keep(call);
  }
  const { reason, environment, full, step, force } = flags;
  const body = { reason, environment, full, step, force, for: flags.for };
  const answer = await client.post<ReleaseAnswer>(`${releasePath(id)}/${name}`, { body });
  if (call.json) call.printJson(answer);
  else call.print([[['strong', answer.id], `   ${name} accepted   `, stateOf(answer)]]);
  call.say(`Watch it: crescendo watch ${answer.id}`);
  return exitCodes.ok;
}

function keep({ say }: Call): ExitCode {
  say('Nothing was done.');
  return exitCodes.refused;
}

/** A release under way rolls itself back; otherwise the application returns to an earlier version. */
async function rollBack(call: Call, text: string, flags: ActionFlags): Promise<ExitCode> {
  const client = await call.client();
  const target = parseTarget(text);
  if ('release' in target) {
    if (flags.to === undefined) return actOn(call, client, 'rollback', target.release, flags);
    const [application = text] = text.split(':');
    return returnTo(call, client, await readApplication(client, application), flags);
  }
  const state = await readApplication(client, target.application);
  const { active } = state.lane;
  if (active === null || flags.to !== undefined) return returnTo(call, client, state, flags);
  return actOn(call, client, 'rollback', `${target.application}:${active.number}`, flags);
}

async function returnTo(
  call: Call,
  client: Client,
  state: ApplicationAnswer,
  { to, reason, yes, force }: ActionFlags,
): Promise<ExitCode> {
  const { application } = state;
  const { active } = state.lane;
  const first = active === null ? '' : ` ${application}:${active.number} comes back first.`;
  const question = `Return ${application} now: ${returnsOf(state, to)}?${first}`;
  if (!(await confirm(call, question, { yes, preset: true }))) return keep(call);
  const path = `/applications/${segment(application)}/rollback`;
  const answer = await client.post<SubmitAnswer>(path, { body: { to, reason, force } });
  report(call, answer);
  call.say(`Watch it: crescendo watch ${answer.id}`);
  return exitCodes.ok;
}

/** `eu 1.2.0 to 1.1.0, us 1.2.0 to 1.0.0`, by the same rule as the server's. */
function returnsOf({ spec, ledger }: ApplicationAnswer, to: string | undefined): string {
  const environments = spec?.production.waves.flatMap((wave) => wave.environments) ?? [];
  const moves = environments.flatMap((name) => {
    const { live } = environmentLedger(ledger, name);
    if (live === null || live === to) return [];
    return [
      `${name} ${live} to ${to ?? lastGood(ledger, name, live) ?? '(no earlier good version)'}`,
    ];
  });
  return moves.join(', ') || `everything to ${to ?? 'its last good version'}`;
}
