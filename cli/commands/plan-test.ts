/** `plan test`: what a specification would do when things go well, and when they do not. */

import type { Command } from 'commander';
import type { Report } from '../../rehearsal/index.ts';
import { action, type Call, type Session } from '../call.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { renderReport } from '../render/rehearsal.ts';
import { withOutput } from './options.ts';
import { readSpecFile } from './spec-file.ts';

const help = `
Without --scenario every built-in one that makes sense is played:
  good                  all evidence passes, and people approve at once
  bad[:STEP]            a regression is proven from the step on
  provider-down[:STEP]  the metric provider is away from the step on
  no-data[:STEP]        the metrics have no data from the step on
  approver-absent       nobody answers at any gate
  target-down           production cannot deploy for a while
  router-down[:STEP]    the router of production is away for a while
  ci-red, test-fails    CI says no; every test fails
A file has scenarios of your own: docs/rehearsal.md describes them. The real workflows run against
a scripted world, in time that is skipped; verdicts are those of the script, not of your metrics.

Exit code 1: a scenario did not end as expected; 6: no plan can be made of the specification.
`;

interface Flags {
  scenario?: string[];
}

const collect = (value: string, before: string[] = []) => [...before, value];

export function addPlanTest(plan: Command, session: Session): void {
  const command = plan
    .command('test')
    .description('rehearse a specification in seconds, without a server')
    .argument('<file>', 'specification, YAML or JSON; - is standard input')
    .option('-s, --scenario <name|file>', 'a built-in scenario or a file; may be repeated', collect)
    .addHelpText('after', help)
    .action(action<Flags>(session, (call, [file = ''], flags) => planTest(call, file, flags)));
  withOutput(command);
}

async function planTest(call: Call, path: string, { scenario = [] }: Flags): Promise<ExitCode> {
  // Loaded only here: the other commands start without Temporal.
  const { play, rehearsalsOf } = await import('../rehearsals.ts');
  const rehearsals = await rehearsalsOf(call.io, await readSpecFile(call.io, path), scenario);
  for (const warning of rehearsals.warnings) call.say(`warning: ${warning}`);
  const reports: Report[] = [];
  const width = call.io.stdout.isTTY ? (call.io.stdout.columns ?? 80) : Infinity;
  for await (const report of play(call.io, rehearsals)) {
    if (!call.json) call.print(renderReport(report, width));
    reports.push(report);
  }
  return conclude(call, rehearsals.spec.application, reports);
}

function conclude(call: Call, application: string, reports: Report[]): ExitCode {
  const surprising = reports.filter(({ surprises }) => surprises.length > 0);
  const passed = surprising.length === 0;
  if (call.json) call.printJson({ application, passed, scenarios: reports });
  const names = surprising.map(({ scenario }) => scenario).join(', ');
  call.say(
    passed
      ? `${reports.length} of ${reports.length} ended as expected.`
      : `${surprising.length} of ${reports.length} did not end as expected: ${names}`,
  );
  return passed ? exitCodes.ok : exitCodes.failed;
}
