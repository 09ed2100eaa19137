/** Rehearsals: which scenarios a command line means, and playing them one after the other. */

import { CrescendoError } from '../domain/errors.ts';
import type { Plan } from '../domain/plan.ts';
import type { Spec } from '../domain/spec.ts';
import { createProgressLine, SetupError } from '../embedded/toolbox/index.ts';
import {
  before,
  builtIn,
  builtIns,
  builtInsFor,
  openStage,
  readScenarios,
  rehearse,
  type Report,
  type Scenario,
} from '../rehearsal/index.ts';
import { parseSpecification } from '../specification/parse.ts';
import { readSpecFile, type SpecFile } from './commands/spec-file.ts';
import { exitCodes } from './exit-codes.ts';
import { Failure, usage } from './failure.ts';
import type { Io } from './io.ts';

export interface Rehearsals {
  spec: Spec;
  scenarios: Scenario[];
  warnings: string[];
}

/**
 * Names of built-in scenarios and files, in their order; without any, all that make sense.
 * @throws Failure when a file is not valid, a name not known, or no plan can be made
 */
export async function rehearsalsOf(
  io: Io,
  file: SpecFile,
  wanted: readonly string[],
): Promise<Rehearsals> {
  const { spec, warnings } = inFile(file, () => parseSpecification(file.text));
  const plan = planOf(spec, { first: false, author: 'author' });
  if (wanted.length === 0) return { spec, warnings, scenarios: builtInsFor(plan) };
  const scenarios: Scenario[] = [];
  for (const text of wanted) scenarios.push(...(await scenariosOf(io, text, plan)));
  // A first release is planned in another way, and may be refused.
  for (const scenario of scenarios) planOf(spec, scenario);
  return { spec, warnings, scenarios };
}

/** Plays them in order. @throws Failure when the server cannot be had */
export async function* play(
  io: Io,
  { spec, scenarios }: Rehearsals,
): AsyncGenerator<Report, void, void> {
  const progress = createProgressLine(io.stderr);
  try {
    const onProgress = (sentence: string) => progress.report(sentence);
    const stage = await openStage({ onProgress, environment: io.env });
    const start = (index: number) => {
      const scenario = scenarios[index];
      const started = scenario ? rehearse(stage, spec, scenario) : null;
      // One that fails while another is waited for is heard of in its turn.
      started?.catch(() => {});
      return started;
    };
    // Each has a server of its own, so two at a time do not disturb each other.
    let [next, second] = [start(0), start(1)];
    for (const [index, { name }] of scenarios.entries()) {
      progress.report(`rehearsing ${name}`);
      const report = await next;
      [next, second] = [second, start(index + 2)];
      progress.done();
      if (report) yield report;
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new Failure(exitCodes.unreachable, error.message, error.advice, { cause: error });
  } finally {
    progress.done();
  }
}

function planOf(spec: Spec, past: Pick<Scenario, 'first' | 'author'>): Plan {
  const { planned } = before(spec, past);
  if ('plan' in planned) return planned.plan;
  const fields = planned.refusals.map((message) => ({ path: '', message }));
  const advice = 'Correct the specification; docs/spec-reference.md has every field.';
  throw new Failure(exitCodes.refused, 'this release cannot be planned', advice, { fields });
}

async function scenariosOf(io: Io, text: string, plan: Plan): Promise<Scenario[]> {
  const known = builtIn(text, plan);
  if (known) return [known];
  if (!/[./]/.test(text)) {
    const names = Object.keys(builtIns).join(', ');
    throw usage(`no scenario is called "${text}"`, `Name a file, or one of ${names}.`);
  }
  const file = await readSpecFile(io, text);
  return inFile(file, () => readScenarios(file.text, plan, io.now()));
}

/** What is wrong in a file is told with its name and lines. */
function inFile<T>(file: SpecFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CrescendoError)) throw error;
    const { message, fields, code } = error;
    const more = { fields, code, file: file.name };
    throw new Failure(exitCodes.usage, message, 'Correct the lines above and run it again.', more);
  }
}
