/** `aa`: releases a version against itself, and counts how often that raised an alarm. */

import type { Command } from 'commander';
import { shareOf } from '../../domain/analysis/backtest/summary.ts';
import type { Version } from '../../domain/release.ts';
import type { Page, ReleaseAnswer, ReleaseSummary, SubmitAnswer } from '../answers.ts';
import { action, type Call, type Session } from '../call.ts';
import type { Client } from '../client.ts';
import { segment } from '../client.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { withConnection, withOutput } from './options.ts';
import { report } from './release.ts';
import { readApplication } from './target.ts';
import { watchRelease, withWatching, type WatchFlags } from './watch.ts';

/** In the name of every version that is an earlier one again. */
const mark = '+aa.';
const mostPages = 50;

export function addAa(program: Command, session: Session): void {
  const aa = program
    .command('aa')
    .description('release the live version against itself: every alarm is a false one')
    .argument('<application>')
    .option('--report', 'start nothing; count how the earlier ones ended')
    .option('--watch', 'stay until it has ended; the exit code says how')
    .action(
      action<AaFlags>(session, (call, [name = ''], flags) =>
        flags.report ? reportAlarms(call, name) : startAa(call, name, flags),
      ),
    );
  withConnection(withOutput(withWatching(aa)));
}

interface AaFlags extends WatchFlags {
  report?: boolean;
  watch?: boolean;
}

async function startAa(call: Call, application: string, flags: AaFlags): Promise<ExitCode | void> {
  const client = await call.client();
  const version = await copyOfLive(client, application);
  const answer = await client.post<SubmitAnswer>(`/applications/${segment(application)}/releases`, {
    body: { version, reason: 'A/A: the same artefact again, to count false alarms' },
  });
  report(call, answer);
  if (flags.watch) return watchRelease(call, answer.id, flags);
  call.say(`Watch it: crescendo watch ${answer.id}`);
}

/** The version that has the audience, under a name of its own. */
async function copyOfLive(client: Client, application: string): Promise<Version> {
  const { ledger, spec } = await readApplication(client, application);
  const environments = spec?.production.waves.flatMap((wave) => wave.environments) ?? [];
  const live = new Set(environments.map((name) => ledger.environments[name]?.live ?? null));
  const [name] = live;
  const version = name == null ? undefined : ledger.versions[name];
  if (live.size !== 1 || !version) {
    const found = [...live].map((one) => one ?? 'nothing').join(', ') || 'nothing';
    throw new Failure(
      exitCodes.refused,
      `${application} has ${found} live; an A/A release needs one and the same version everywhere`,
      `Release one version to all of it first: crescendo release ${application} --version …`,
    );
  }
  const base = version.name.split(mark)[0] ?? version.name;
  const known = Object.keys(ledger.versions).filter((one) => one.startsWith(`${base}${mark}`));
  const next = Math.max(0, ...known.map((one) => Number(one.split(mark)[1]) || 0)) + 1;
  return { ...version, name: `${base}${mark}${next}` };
}

function percent(value: number | null): string {
  return value === null ? 'unknown' : `${Number((value * 100).toPrecision(3))} %`;
}

async function reportAlarms(call: Call, application: string): Promise<void> {
  const client = await call.client();
  await readApplication(client, application);
  const { judged, sentBack } = await byWhom(client, await aaReleases(client, application));
  const alarms = judged.filter(({ outcome }) => outcome !== 'succeeded');
  const share = shareOf(alarms.length, judged.length);
  if (call.json) {
    return call.printJson({
      application,
      ended: judged.length,
      falseAlarms: share,
      releases: shown(judged),
      sentBackByPeople: shown(sentBack),
    });
  }
  const without = sentBack.map(({ id, sentence }) => [`${id}   not counted: ${sentence ?? ''}`]);
  if (judged.length === 0) {
    call.print([[`${application}: no A/A release has met traffic and ended yet`], ...without]);
    return;
  }
  call.print([
    [
      [
        'strong',
        `${application}: ${alarms.length} of ${judged.length} A/A releases raised an alarm`,
      ],
    ],
    [
      `false alarms ${percent(share.share)}, 95 % interval ${percent(share.low)} to ${percent(share.high)}`,
    ],
    ...alarms.map(({ id, sentence }) => [`${id}   ${sentence ?? ''}`]),
    ...without,
  ]);
}

function shown(releases: ReleaseSummary[]) {
  return releases.map(({ id, version, outcome, sentence }) => ({ id, version, outcome, sentence }));
}

/** Those that went back on a person's word say nothing about the method. */
async function byWhom(client: Client, ended: readonly ReleaseSummary[]) {
  const judged: ReleaseSummary[] = [];
  const sentBack: ReleaseSummary[] = [];
  for (const one of ended) {
    const back = one.outcome !== 'succeeded' && (await isSentBack(client, one.id));
    (back ? sentBack : judged).push(one);
  }
  return { judged, sentBack };
}

const waysBack = new Set<string>(['rollback', 'abort', 'reject']);

async function isSentBack(client: Client, id: string): Promise<boolean> {
  const { actions } = await client.get<ReleaseAnswer>(`/releases/${segment(id)}`);
  return actions.some(({ action }) => waysBack.has(action));
}

/** All that have ended, the newest first. A/A releases that never met traffic tell nothing. */
async function aaReleases(client: Client, application: string): Promise<ReleaseSummary[]> {
  const found: ReleaseSummary[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await client.get<Page<ReleaseSummary>>('/releases', {
      application,
      limit: 200,
      cursor,
    });
    found.push(
      ...answer.items.filter(({ version, outcome }) => {
        const told = outcome === 'succeeded' || outcome === 'rolled_back';
        return version.includes(mark) && told;
      }),
    );
    if (answer.cursor === null) break;
    cursor = answer.cursor;
  }
  return found;
}
