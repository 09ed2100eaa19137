/** `group`: several applications, released in an order and taken back as one. */

import type { Command } from 'commander';
import type { GroupAction, GroupProgress } from '../../domain/group.ts';
import type { Plan } from '../../domain/plan.ts';
import { action, confirm, type Call, type Session } from '../call.ts';
import { segment } from '../client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { groupLines, groupList } from '../render/group.ts';
import { planLines } from '../render/plan.ts';
import { withConnection, withOutput } from './options.ts';
import { inFile, readSpecFile } from './spec-file.ts';

interface StartFlags {
  file: string;
  reason?: string;
  idempotencyKey?: string;
}

export function addGroup(program: Command, session: Session): void {
  const group = program
    .command('group')
    .description('release several applications in an order, and take them back as one');
  const file = ['-f, --file <file>', 'group, YAML or JSON; - is standard input'] as const;
  const commands = [
    group
      .command('plan')
      .description('show what the releases of a group would do')
      .requiredOption(...file)
      .action(action<StartFlags>(session, (call, _args, flags) => plan(call, flags))),
    group
      .command('release')
      .description('release a group: each application when those before it are at 100 %')
      .requiredOption(...file)
      .option('--reason <text>', 'why, for the record')
      .option('--idempotency-key <key>', 'a repeat with this key starts nothing new')
      .action(action<StartFlags>(session, (call, _args, flags) => start(call, flags))),
    group
      .command('get')
      .description('where each application of a group is; the exit code says how it ended')
      .argument('<group>')
      .action(action(session, (call, [name = '']) => get(call, name))),
    group
      .command('list')
      .description('list groups: the latest release of each, those under way first')
      .action(action(session, (call) => list(call))),
    ...(['pause', 'resume', 'rollback'] as const).map((name) => steering(group, session, name)),
  ];
  for (const command of commands) withConnection(withOutput(command));
}

const descriptions: Record<GroupAction, string> = {
  pause: 'hold every application of a group where it is',
  resume: 'let them go on',
  rollback: 'take every application of a group back, the last one first',
};

function steering(group: Command, session: Session, name: GroupAction): Command {
  const command = group
    .command(name)
    .description(descriptions[name])
    .argument('<group>')
    .option('--reason <text>', 'why, for the record');
  if (name === 'rollback') command.option('--yes', 'do not ask');
  return command.action(
    action<{ reason?: string; yes?: boolean }>(session, (call, [text = ''], flags) =>
      act(call, name, text, flags),
    ),
  );
}

async function plan(call: Call, { file: path }: StartFlags): Promise<void> {
  const file = await readSpecFile(call.io, path);
  const client = await call.client();
  const request = { body: file.text, contentType: 'application/yaml' };
  const answer = await client
    .post<{ layers: string[][]; plans: Record<string, Plan> }>('/groups/plan', request)
    .catch((error: unknown) => {
      throw inFile(error, file);
    });
  if (call.json) return call.printJson(answer);
  for (const name of answer.layers.flat()) {
    const its = answer.plans[name];
    if (its) call.print([...planLines(name, its), []]);
  }
  call.say('Nothing was started. `crescendo group release` with the same file does it.');
}

async function start(call: Call, { file: path, reason, idempotencyKey }: StartFlags) {
  const file = await readSpecFile(call.io, path);
  const client = await call.client();
  const query = reason === undefined ? '' : `?reason=${encodeURIComponent(reason)}`;
  const request = { body: file.text, contentType: 'application/yaml', idempotencyKey };
  const answer = await client
    .post<GroupProgress>(`/groups${query}`, request)
    .catch((error: unknown) => {
      throw inFile(error, file);
    });
  show(call, answer);
  call.say(`Look at it: crescendo group get ${answer.group}`);
}

async function get(call: Call, name: string): Promise<ExitCode> {
  const client = await call.client();
  const answer = await client.get<GroupProgress>(`/groups/${segment(name)}`);
  show(call, answer);
  const fine = answer.outcome === null || answer.outcome === 'succeeded';
  return fine ? exitCodes.ok : exitCodes.failed;
}

async function list(call: Call): Promise<void> {
  const client = await call.client();
  const answer = await client.get<{ items: GroupProgress[] }>('/groups');
  if (call.json) call.printJson(answer);
  else call.print(groupList(answer.items, call.io.now()));
}

async function act(
  call: Call,
  name: GroupAction,
  group: string,
  { reason, yes }: { reason?: string; yes?: boolean },
): Promise<ExitCode> {
  const question = `Take every application of ${group} back now?`;
  if (name === 'rollback' && !(await confirm(call, question, { yes, preset: true }))) {
    call.say('Nothing was done.');
    return exitCodes.refused;
  }
  const client = await call.client();
  show(call, await client.post(`/groups/${segment(group)}/${name}`, { body: { reason } }));
  return exitCodes.ok;
}

function show(call: Call, progress: GroupProgress): void {
  if (call.json) call.printJson(progress);
  else call.print(groupLines(progress));
}
