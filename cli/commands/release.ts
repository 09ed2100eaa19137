/** `release`: one version of one application on its way. */

import type { Command } from 'commander';
import type { ApplyAnswer, SubmitAnswer } from '../answers.ts';
import { action, type Call, type Session } from '../call.ts';
import { segment } from '../client.ts';
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { changeOf } from './apply.ts';
import {
  versionOf,
  withConnection,
  withOutput,
  withVersion,
  type VersionFlags,
} from './options.ts';
import { warnOfStop } from './estate.ts';
import { applySpecFile, readSpecFile } from './spec-file.ts';
import { watchRelease, withWatching, type WatchFlags } from './watch.ts';

interface ReleaseFlags extends VersionFlags, WatchFlags {
  file?: string;
  reason?: string;
  hotfix?: string;
  watch?: boolean;
  idempotencyKey?: string;
  quarantineOverride?: string;
  override?: string;
  overrideFor?: string;
}

export function addRelease(program: Command, session: Session): void {
  const release = program
    .command('release')
    .description('release a version: verify, staging, then step by step to 100 %')
    .argument('<application>');
  withVersion(release)
    .option('-f, --file <file>', 'apply this specification first')
    .option('--reason <text>', 'why, for the record')
    .option('--hotfix <reason>', 'by the express lane: before all releases that wait')
    .option('--quarantine-override <reason>', 'release it although it was rolled back before')
    .option('--override <reason>', 'go on in spite of windows, freezes and holds')
    .option('--override-for <duration>', 'how long; 24h without it, at most 7d')
    .option('--idempotency-key <key>', 'a repeat with this key starts nothing new')
    .option('--watch', 'stay until it has ended; the exit code says how')
    .action(
      action<ReleaseFlags>(session, (call, [name = ''], flags) => startRelease(call, name, flags)),
    );
  withConnection(withOutput(withWatching(release)));
}

async function startRelease(
  call: Call,
  application: string,
  flags: ReleaseFlags,
): Promise<ExitCode | void> {
  if (flags.file !== undefined) await applyFirst(call, application, flags.file);
  const client = await call.client();
  const { reason, hotfix, quarantineOverride, idempotencyKey } = flags;
  const version = versionOf(flags);
  const answer = await client.post<SubmitAnswer>(`/applications/${segment(application)}/releases`, {
    body: { version, reason, hotfix, quarantineOverride, override: overrideOf(flags) },
    idempotencyKey,
  });
  // With --watch one document is followed by one line per event, so each takes one line.
  if (call.json && flags.watch) call.io.stdout.write(`${JSON.stringify(answer)}\n`);
  else report(call, answer);
  await warnOfStop(call, client);
  if (flags.watch) return watchRelease(call, answer.id, flags);
  call.say(`Watch it: crescendo watch ${answer.id}`);
}

function overrideOf({ override, overrideFor }: ReleaseFlags) {
  if (override !== undefined) return { reason: override, for: overrideFor };
  if (overrideFor === undefined) return undefined;
  throw usage('--override-for needs --override', 'Say why: --override "reason".');
}

async function applyFirst(call: Call, application: string, path: string): Promise<void> {
  const file = await readSpecFile(call.io, path);
  const client = await call.client();
  const answer: ApplyAnswer = await applySpecFile(client, file, application);
  for (const warning of answer.warnings ?? []) call.say(`warning: ${warning}`);
  call.say(`${application}: ${changeOf(answer)}`);
}

export function report(call: Call, answer: SubmitAnswer): void {
  if (call.json) return call.printJson(answer);
  const { id, ahead, repeated } = answer;
  const queued =
    ahead > 0 ? `queued behind ${ahead} ${ahead === 1 ? 'release' : 'releases'}` : 'started';
  call.print([[['strong', id], `   ${repeated ? 'was started before with this key' : queued}`]]);
}
