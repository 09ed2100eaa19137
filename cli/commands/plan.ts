/** `plan`: everything a release would do, without doing it. */

import type { Command } from 'commander';
import type { PlanAnswer } from '../answers.ts';
import { action, type Session } from '../call.ts';
import { segment } from '../client.ts';
import { usage } from '../failure.ts';
import { forecastLines } from '../render/forecast.ts';
import { outlookLines } from '../render/calendar.ts';
import { planLines } from '../render/plan.ts';
import {
  versionOf,
  withConnection,
  withOutput,
  withVersion,
  type VersionFlags,
} from './options.ts';
import { addPlanTest } from './plan-test.ts';

interface PlanFlags extends VersionFlags {
  hotfix?: boolean;
  withFreeze?: string;
}

export function addPlan(program: Command, session: Session): void {
  const plan = program
    .command('plan')
    .description('show what a release would do: every step, how long, and where a rollback goes')
    .argument('<application>');
  withVersion(plan, 'asked')
    .option('--hotfix', 'by the policy of the express lane')
    .option('--with-freeze <from/to>', 'what a freeze would change, 2026-12-24/2026-12-26');
  plan.action(
    action<PlanFlags>(session, async (call, [application = ''], options) => {
      requireVersion(options);
      const client = await call.client();
      const path = `/applications/${segment(application)}/plan`;
      const answer = await client.post<PlanAnswer>(path, {
        body: {
          version: versionOf(options),
          hotfix: options.hotfix,
          withFreeze: freezeOf(options.withFreeze),
        },
      });
      if (call.json) call.printJson(answer);
      else {
        call.print(planLines(application, answer.plan));
        call.print(forecastLines(answer.forecast));
        call.print(outlookLines(answer, call.io.now()));
      }
      call.say('Nothing was started. `crescendo release` with the same options does it.');
    }),
  );
  withConnection(withOutput(plan));
  addPlanTest(plan, session);
}

/** Commander would ask it of `plan test` too. */
function requireVersion({ version, artifact }: Partial<VersionFlags>): void {
  if (version !== undefined && artifact !== undefined) return;
  throw usage(
    '`plan` needs --version and --artifact',
    'Add both; `crescendo plan test FILE` rehearses a specification without them.',
  );
}

function freezeOf(text: string | undefined) {
  if (text === undefined) return undefined;
  const [, from, to] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return { from, to };
  throw usage(`"${text}" is no span`, 'Write FROM/TO, e.g. 2026-12-24/2026-12-26.');
}
