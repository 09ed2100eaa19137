/** A plan before anything starts: every stage, step and gate, and how long it may take. */

import { perhapsSolo } from '../../domain/analysis/solo.ts';
import { gateSentence, type GatePlan } from '../../domain/gates.ts';
import { roundTripWords } from '../../domain/round-trip.ts';
import type { Plan, RolloutPlan, WavePlan } from '../../domain/plan.ts';
import { audienceOf, type Step } from '../../domain/strategy.ts';
import { scopeSentences } from '../../domain/waves.ts';
import { listed } from '../../domain/words.ts';
import type { Line, Piece } from './text.ts';
import { pad } from './text.ts';
import { span } from './time.ts';

const labelWidth = 12;

/** Environments of one wave that are shown each. */
const mostShown = 10;

export function planLines(application: string, plan: Plan): Line[] {
  const { version, verify, staging, waves, gates, scope, baking, warnings } = plan;
  return [
    [['strong', `${application} ${version.name}`], `   ${version.artifact}`],
    [],
    ...(verify.length > 0 ? [row('verify', verify.map(({ vendor }) => vendor).join(', '))] : []),
    ...(gates?.staging ?? []).map((gate) => gateLine(gate)),
    ...(staging ? rolloutLines('staging', staging) : []),
    ...waves.flatMap((wave) => waveLines(wave, waves.length)),
    ...(gates?.retire ?? []).map((gate) => gateLine(gate, ' before the old version retires')),
    [],
    row('baking', bakingSentence(baking)),
    row('back', scopeSentences[scope]),
    ...warnings.map((warning): Line => [['warn', pad('⚠ warning', labelWidth)], warning]),
  ];
}

function row(label: string, text: string, tone: 'plain' | 'strong' = 'plain'): Line {
  const head: Piece = ['quiet', pad(label, labelWidth)];
  return [head, [tone, text]];
}

/** Of a large wave the first few stand for the others. */
function split(rollouts: readonly RolloutPlan[]): [RolloutPlan[], RolloutPlan[]] {
  return [rollouts.slice(0, 3), rollouts.slice(3)];
}

function waveLines(wave: WavePlan, waves: number): Line[] {
  const { number, gates, parallel, maxFailures, bakeAfter, rollouts } = wave;
  const label = waves > 1 ? `wave ${number}` : 'production';
  const lines = gates.map((gate) => gateLine(gate));
  if (rollouts.length === 0) return [...lines, row(label, 'nothing to do')];
  const [shown, others] = rollouts.length > mostShown ? split(rollouts) : [rollouts, []];
  lines.push(...shown.flatMap((rollout, index) => rolloutLines(index === 0 ? label : '', rollout)));
  const names = others.map(({ environment }) => environment);
  if (names.length > 0) lines.push(row('', `and ${listed(names)}`, 'strong'));
  if (rollouts.length > parallel) lines.push(row('', `${parallel} at a time`));
  if (maxFailures > 0) lines.push(row('', `halts when more than ${maxFailures} go back`));
  if (bakeAfter) lines.push(row('', `then all so far are ${bakeSentence({ bake: bakeAfter })}`));
  return lines;
}

/** `where` is left out when the line stands where the gate does. */
function gateLine(gate: GatePlan, where = ''): Line {
  const { holders = [], expires, then } = gate;
  const who = holders.length > 0 ? ` (${holders.join(', ')})` : '';
  const expiry = `within ${span(expires)}, else ${then === 'reject' ? 'rejected' : 'approved'}`;
  return row('gate', `${gateSentence(gate)}${who}${where} ${expiry}`);
}

function rolloutLines(label: string, rollout: RolloutPlan): Line[] {
  const { environment, stable, designated, version, tests, steps, metrics } = rollout;
  const from = stable ? `from ${stable.name}` : 'first release';
  const back = designated ? `a rollback goes to ${designated.name}` : 'nothing to go back to';
  const lines = [row(label, `${environment}: ${version.name}, ${from}; ${back}`, 'strong')];
  if (tests.length > 0) lines.push(row('', `tests: ${tests.map(({ name }) => name).join(', ')}`));
  if (rollout.roundTrip) lines.push(row('', roundTripWords(rollout)));
  if (rollout.place.router) lines.push(...stepLines(steps), ...stickyLine(steps));
  for (const gate of rollout.gates ?? []) lines.push(gateLine(gate, ` before ${gate.before}`));
  if (metrics.length > 0)
    lines.push(row('', `judged by ${metrics.map(({ name }) => name).join(', ')}`));
  return [...lines, ...afterRollback(rollout)];
}

/** How the version that a rollback goes to is looked after, before it is needed and after. */
function afterRollback(rollout: RolloutPlan): Line[] {
  const { designated, stable, metrics, verification } = rollout;
  if (!designated || !rollout.place.router) return [];
  const serves = designated.name === stable?.name;
  const there = serves ? 'ready' : 'ready to be brought up';
  const before = row('', `before every step ${designated.name} has to be ${there}`);
  if (!verification) return [before];
  const names = perhapsSolo(metrics).map(({ name }) => name);
  if (names.length === 0) {
    return [before, row('', 'after a rollback only read-back and health tell: no limit is set')];
  }
  const { for: least, max } = verification;
  const time = least === max ? span(least) : `${span(least)} to ${span(max)}`;
  const by = names.join(', ');
  return [before, row('', `after a rollback ${designated.name} is watched ${time} by ${by}`)];
}

/** One line when all steps bake alike, else a line for each. */
function stepLines(steps: readonly Step[]): Line[] {
  const bakes = new Set(steps.map(bakeSentence));
  const weights = steps.map(audienceOf);
  if (bakes.size === 1) {
    const each = steps.length > 1 ? 'each ' : '';
    return [row('', `${weights.join(', ')}; ${each}${[...bakes].join('')}`)];
  }
  const width = Math.max(7, ...weights.map((weight) => weight.length));
  return steps.map((step) =>
    row('', `${pad(audienceOf(step), width, 'left')}  ${bakeSentence(step)}`),
  );
}

function stickyLine(steps: readonly Step[]): Line[] {
  const sticky = steps.find(({ rules }) => rules?.sticky)?.rules?.sticky;
  if (!sticky) return [];
  const { cookie, ttl } = sticky;
  return [row('', `users keep the version they met, by the cookie ${cookie} for ${span(ttl)}`)];
}

function bakeSentence({ bake, tests = [] }: Pick<Step, 'bake' | 'tests'>): string {
  const beside = tests.length > 0 ? `, tests: ${tests.map(({ name }) => name).join(', ')}` : '';
  if (!bake) return `not watched${beside}`;
  const { min, max } = bake;
  return `baked ${min === max ? span(min) : `${span(min)} to ${span(max)}`}${beside}`;
}

function bakingSentence({ min, max }: Plan['baking']): string {
  if (max === 0) return 'none: nothing is watched on the way';
  return min === max
    ? `${span(min)} in all`
    : `${span(min)} to ${span(max)} in all, by how soon the evidence is clear`;
}
