/** A check by command: exit code, and the JUnit reports it wrote when they are asked for. */

import { resolve } from 'node:path';
import { formatDuration } from '../../../domain/duration.ts';
import { runCommand, type CommandResult } from '../../run-command.ts';
import type { Vendor } from '../../shelf.ts';
import type { TestReport, TestRunner, TestSubject } from '../contract.ts';
import { markReports, readReports, type Reports } from './reports.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

export const command: Vendor<Settings, Connection, TestRunner> = {
  name: 'command',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (settings, connection) => ({
    async run(subject, context) {
      const files = settings.junit && {
        patterns: settings.junit,
        cwd: resolve(settings.cwd ?? '.'),
      };
      const before = files && (await markReports(files));
      const run = {
        command: settings.command,
        cwd: settings.cwd,
        env: { ...about(subject), ...settings.env, ...connection.env },
        secrets: Object.values(connection.env),
        timeoutMs: settings.timeout,
      };
      const result = await runCommand(run, context);
      const reports = files && before ? await readReports(files, before) : null;
      return judge(result, reports, settings);
    },
  }),
};

/** What the command is told about its subject. */
function about({ site, version, candidate }: TestSubject): Record<string, string> {
  return {
    CANARY_URL: candidate.endpoint.url,
    CRESCENDO_VERSION: version.name,
    CRESCENDO_ENVIRONMENT: site.environment,
    CRESCENDO_APPLICATION: site.application,
  };
}

function judge(result: CommandResult, reports: Reports | null, settings: Settings): TestReport {
  const problem = commandProblem(result, settings) ?? reportProblem(reports, settings);
  const ran = reports?.ran ?? 0;
  const named = reports?.failures ?? [];
  // Something besides the tests themselves went wrong: it counts as one more check.
  const extra = problem !== null && named.length === 0 ? 1 : 0;
  const failed = (reports?.failed ?? 0) + extra;
  return {
    passed: failed === 0,
    total: reports ? ran + extra : 1,
    failed,
    failures: extra ? [problem ?? ''] : named,
    detail: describe(problem, reports),
    logTail: result.logTail,
  };
}

function commandProblem(result: CommandResult, settings: Settings): string | null {
  if (result.timedOut) return `the command did not end within ${formatDuration(settings.timeout)}`;
  if (result.endedBy) return `the command was ended by ${result.endedBy}`;
  return result.exitCode === 0 ? null : `the command exited with code ${result.exitCode}`;
}

/** Reports were asked for, so their absence is no evidence that anything works. */
function reportProblem(reports: Reports | null, settings: Settings): string | null {
  if (!reports) return null;
  const { files, stale, problems, ran, skipped } = reports;
  if (problems.length > 0) return problems.slice(0, 3).join('; ');
  if (files === 0) {
    const older =
      stale > 0 ? `; ${stale} older ${stale === 1 ? 'one does' : 'ones do'} not count` : '';
    return `the command wrote no JUnit report to ${settings.junit?.join(', ')}${older}`;
  }
  return ran === 0 ? `no test ran (${skipped} skipped) according to the JUnit reports` : null;
}

function describe(problem: string | null, reports: Reports | null): string {
  if (!reports || reports.ran === 0) return problem ?? 'the command exited with code 0';
  const { ran, failed, skipped } = reports;
  const tests = ran === 1 ? 'test' : 'tests';
  const counts = failed > 0 ? `${failed} of ${ran} ${tests} failed` : `${ran} ${tests} passed`;
  const withSkipped = skipped > 0 ? `${counts}, ${skipped} skipped` : counts;
  if (problem === null) return withSkipped;
  return failed > 0 ? `${withSkipped}; ${problem}` : `${withSkipped}, but ${problem}`;
}
