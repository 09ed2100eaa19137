/** A scenario file as people write it → scenarios, or all that is wrong in it, with its place. */

import { z } from 'zod';
import { CrescendoError, type FieldError } from '../domain/errors.ts';
import { rolloutsOf, type Plan } from '../domain/plan.ts';
import { readDocument, type Path } from '../specification/document.ts';
import { fieldAt, fieldsOf } from '../specification/issues.ts';
import { keysIn, nearest } from '../specification/suggest.ts';
import { scenariosSchema, stepAt, type Scenario } from './scenario.ts';
import { startProblems } from './start.ts';

/**
 * `plan`: that of the specification, whose names it uses. `now`: epoch milliseconds.
 * @throws CrescendoError request_invalid; its fields have path, message, line and column (from 1)
 */
export function readScenarios(text: string, plan: Plan, now: number): Scenario[] {
  if (text.trim() === '') throw invalid([{ path: '', message: 'is empty', line: 1, column: 1 }]);
  const document = readDocument(text);
  const result = scenariosSchema.safeParse(document.data);
  if (!result.success) throw invalid(fieldsOf(result.error.issues, document, knownKeys));
  const problems = result.data.scenarios.flatMap((scenario, index) =>
    problemsOf(scenario, plan, now).map(({ path, message }) =>
      fieldAt(document, ['scenarios', index, ...path], message),
    ),
  );
  if (problems.length > 0) throw invalid(problems);
  return result.data.scenarios;
}

function invalid(fields: FieldError[]): CrescendoError {
  const [first] = fields;
  const where = first?.path ? `${first.path}: ` : '';
  const message = `the scenarios are not valid: ${where}${first?.message ?? 'unknown'}`;
  return new CrescendoError('request_invalid', message, fields);
}

function knownKeys(path: Path): string[] {
  return keysIn(z.toJSONSchema(scenariosSchema, { io: 'input', unrepresentable: 'any' }), path);
}

interface Problem {
  path: (string | number)[];
  message: string;
}

/** Names and steps that the plan does not have: a scenario that plays nothing would pass for good. */
function problemsOf(scenario: Scenario, plan: Plan, now: number): Problem[] {
  const { start, tests, evidence, faults, people, expect } = scenario;
  const names = namesIn(plan);
  const places = [
    ...lookedUp('evidence', evidence, names.environments),
    ...lookedUp('faults', faults, names.environments),
    ...lookedUp('people', people, names.environments),
    ...unknown(['expect', 'live'], Object.keys(expect.live), names.environments, 'environment'),
    ...unknown(
      ['expect', 'highest'],
      Object.keys(expect.highest),
      names.environments,
      'environment',
    ),
    ...unknown(['tests'], Object.keys(tests), names.tests, 'test'),
  ];
  const steps = [
    ...evidence.flatMap(({ from }, index) => stepProblem(['evidence', index, 'from'], from, plan)),
    ...faults.flatMap(({ from }, index) => stepProblem(['faults', index, 'from'], from, plan)),
    ...people.flatMap(({ when }, index) => momentProblem(['people', index, 'when'], when, plan)),
  ];
  const begin = startProblems(start, now).map(({ field, message }) => ({
    path: ['start', ...(field ? [field] : [])],
    message,
  }));
  return [...begin, ...places, ...steps];
}

function namesIn(plan: Plan) {
  const rollouts = rolloutsOf(plan);
  const tests = rollouts.flatMap((rollout) => [
    ...rollout.tests,
    ...rollout.steps.flatMap((step) => step.tests ?? []),
  ]);
  return {
    environments: rollouts.map(({ environment }) => environment),
    tests: tests.map(({ name }) => name),
  };
}

function lookedUp(
  field: string,
  entries: readonly { environment?: string | undefined }[],
  known: readonly string[],
): Problem[] {
  return entries.flatMap(({ environment }, index) => {
    const names = environment === undefined ? [] : [environment];
    const problems = unknown([field, index], names, known, 'environment');
    return problems.map(({ message }) => ({ path: [field, index, 'environment'], message }));
  });
}

function unknown(
  path: (string | number)[],
  names: readonly string[],
  known: readonly string[],
  kind: string,
): Problem[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      const help = meant ? `did you mean "${meant}"?` : `there are: ${known.join(', ') || 'none'}`;
      return { path: [...path, name], message: `no ${kind} is called "${name}"; ${help}` };
    });
}

function stepProblem(path: (string | number)[], from: string | undefined, plan: Plan): Problem[] {
  if (from === undefined || from === 'rollback') return [];
  const longest = Math.max(0, ...rolloutsOf(plan).map(({ steps }) => steps.length));
  const reached = rolloutsOf(plan).some(({ steps }) => stepAt(from, steps) <= steps.length);
  if (reached) return [];
  return [{ path, message: `no environment gets that far; there are ${longest} steps` }];
}

function momentProblem(path: (string | number)[], when: string, plan: Plan): Problem[] {
  if (/^(?:step|\d)/.test(when)) return stepProblem(path, when, plan);
  const wanted = /^gate (.+)$/.exec(when)?.[1];
  if (!when.startsWith('gate')) return [];
  const known = gatesIn(plan);
  if (wanted === undefined ? known.length > 0 : known.includes(wanted)) return [];
  const there = [...new Set(known)].map((gate) => `gate ${gate}`).join(', ') || 'none';
  return [{ path, message: `there is no such gate; there are: ${there}` }];
}

function gatesIn(plan: Plan): string[] {
  const outside = [
    plan.gates?.staging,
    plan.gates?.retire,
    ...plan.waves.map(({ gates }) => gates),
  ];
  const inside = rolloutsOf(plan).map(({ gates }) => gates);
  return [...outside, ...inside].flatMap((gates) => gates ?? []).map(({ before }) => before);
}
