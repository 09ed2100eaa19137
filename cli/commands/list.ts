/** `list`, `get` and `status`: what there is, and how it is. */

import type { Command } from 'commander';
import type {
  ApplicationSummary,
  Page,
  Readiness,
  ReleaseAnswer,
  ReleaseSummary,
} from '../answers.ts';
import { action, type Call, type Session } from '../call.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { applicationDetails, applicationList, releaseList } from '../render/lists.ts';
import { renderRelease } from '../render.ts';
import type { Line } from '../render/text.ts';
import { warnOfStop } from './estate.ts';
import { withConnection, withOutput, wholeNumber } from './options.ts';
import { parseTarget, readApplication, releasePath } from './target.ts';

export function addList(program: Command, session: Session): void {
  const list = program
    .command('list')
    .description('list applications, or the releases of one')
    .argument('[application]', 'list its releases, the newest first')
    .option('--active', 'only releases that have not ended')
    .option('--limit <number>', 'at most so many releases', wholeNumber(1, 200), 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
    .action(
      action<ListFlags>(session, async (call, [application], flags) => {
        if (application === undefined && !flags.active) await listApplications(call);
        else await listReleases(call, application, flags);
      }),
    );
  withConnection(withOutput(list));
}

interface ListFlags {
  active?: boolean;
  limit: number;
  cursor?: string;
}

async function listApplications(call: Call): Promise<void> {
  const client = await call.client();
  const answer = await client.get<{ items: ApplicationSummary[] }>('/applications');
  if (call.json) call.printJson(answer);
  else call.print(applicationList(answer.items));
  await warnOfStop(call, client);
}

async function listReleases(call: Call, application: string | undefined, flags: ListFlags) {
  const client = await call.client();
  // An unknown name would otherwise be an empty list.
  if (application !== undefined) await readApplication(client, application);
  const { active, limit, cursor } = flags;
  const answer = await client.get<Page<ReleaseSummary>>('/releases', {
    application,
    active,
    limit,
    cursor,
  });
  if (call.json) return call.printJson(answer);
  call.print(releaseList(answer.items, call.io.now()));
  if (answer.cursor !== null) call.say(`There are more: add --cursor ${answer.cursor}`);
}

export function addGet(program: Command, session: Session): void {
  const get = program
    .command('get')
    .description('show a release, or an application with its lane and live versions')
    .argument('<release|application>')
    .action(
      action(session, async (call, [text = '']) => {
        const target = parseTarget(text);
        if ('release' in target) await getRelease(call, target.release);
        else await getApplication(call, target.application);
      }),
    );
  withConnection(withOutput(get));
}

async function getRelease(call: Call, id: string): Promise<void> {
  const client = await call.client();
  const answer = await client.get<ReleaseAnswer>(releasePath(id));
  if (call.json) return call.printJson(answer);
  printRelease(call, answer);
  // The other links are for programs, which ask for JSON.
  const shown = ['console', 'temporal'].flatMap((name): Line[] => {
    const link = answer.links?.[name];
    return link ? [[['quiet', name.padEnd(10)], link]] : [];
  });
  if (shown.length > 0) call.print([[], ...shown]);
  await warnOfStop(call, client);
}

/** The view of a release as data. */
function printRelease(call: Call, answer: ReleaseAnswer): void {
  const width = call.io.stdout.columns ?? 100;
  const lines = renderRelease(answer, { width, now: call.io.now(), color: call.color });
  call.io.stdout.write(`${lines.join('\n')}\n`);
}

async function getApplication(call: Call, name: string): Promise<void> {
  const client = await call.client();
  const answer = await readApplication(client, name);
  if (call.json) return call.printJson(answer);
  call.print(applicationDetails(answer, call.io.now()));
  const { active } = answer.lane;
  const next = active ? `crescendo get ${name}:${active.number}` : `crescendo list ${name}`;
  call.say(`More: ${next}`);
  await warnOfStop(call, client);
}

export function addStatus(program: Command, session: Session): void {
  const status = program
    .command('status')
    .description('whether the server, and what it needs, are there')
    .action(action(session, (call) => showStatus(call)));
  withConnection(withOutput(status));
}

async function showStatus(call: Call): Promise<ExitCode> {
  const client = await call.client();
  const answer = await client.get<Readiness>('/readyz', {}, { accept: [503] });
  const { server, from } = client.settings;
  if (call.json) call.printJson({ server, ...answer });
  else {
    call.print([
      [`server       ${server} (from ${from})`],
      ...Object.entries(answer.checks).map(([name, { ok, detail }]) => [
        name.padEnd(13),
        ok ? (['good', '✔ ok'] as const) : (['bad', '✖ not ready'] as const),
        `   ${detail}`,
      ]),
    ]);
  }
  if (answer.ready) {
    await warnOfStop(call, client);
    return exitCodes.ok;
  }
  call.say('Not ready. The server log says more; running releases go on.');
  return exitCodes.unreachable;
}
