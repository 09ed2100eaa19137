/** One environment of a release: its bar, what it is doing, its steps and their verdicts. */

import { backWords, isSickBack } from '../../domain/after-rollback.ts';
import { countTests } from '../../domain/plan.ts';
import { tripWords } from '../../domain/round-trip.ts';
import {
  reachedBy,
  type RolloutProgress,
  type StepProgress,
} from '../../domain/rollout-progress.ts';
import { rulesWords } from '../../domain/traffic.ts';
import { reach } from '../../domain/words.ts';
import { evidenceTable } from './evidence.ts';
import { stepMarks, type Mark } from './marks.ts';
import { cut, pad, type Line, type Piece } from './text.ts';
import { span } from './time.ts';
import { approvalsOf, paragraph, percent, planOf, waitSentence, type View } from './view.ts';

const barWidth = 20;

/** Everything about one environment. `brief` leaves the steps before the current one out. */
export function rolloutBlock(view: View, environment: string, brief: boolean): Line[] {
  const rollout = view.progress.rollouts[environment];
  if (!rollout) return [[name(view, environment), ['quiet', notStarted(view, environment)]]];
  if (rollout.outcome === 'finished' || rollout.stage === 'finished') {
    return [finishedLine(view, rollout)];
  }
  return [
    [name(view, environment), ...traffic(view, rollout)],
    ...activity(view, rollout),
    ...unserved(view, rollout),
    ...seen(view, environment),
    ...evidence(view, rollout),
    ...steps(view, rollout, brief),
  ];
}

function notStarted({ progress }: View, environment: string): string {
  if (progress.outcome ?? progress.stage === 'rollback') return '– not reached';
  const waves = progress.plan?.waves ?? [];
  const wave = waves.find(({ rollouts }) => {
    return rollouts.some((rollout) => rollout.environment === environment);
  });
  return wave && waves.length > 1 ? `○ to come in wave ${wave.number}` : '○ to come';
}

function name(view: View, environment: string): Piece {
  return ['strong', pad(cut(environment, view.margin - 2), view.margin)];
}

function finishedLine(view: View, rollout: RolloutProgress): Line {
  const live = rollout.live ?? candidateOf(view, rollout.environment);
  const share = hasShares(view, rollout)
    ? [...bar(100, 'good'), `${pad('100 %', 9, 'left')} `]
    : [];
  const { outcome, stable } = rollout;
  const warm = outcome === null && stable && stable !== live ? `, ${stable} is kept warm` : '';
  return [name(view, rollout.environment), ...share, `${live}   `, ['good', `✔ finished${warm}`]];
}

/** A return to earlier versions may bring a different one to each environment. */
function candidateOf(view: View, environment: string): string {
  const planned = planOf(view.progress, environment)?.version;
  return planned?.name ?? view.progress.version?.name ?? 'the version';
}

/** False for a staging replica: nothing shares its traffic, so there is no bar to draw. */
function hasShares(view: View, { environment, shares }: RolloutProgress): boolean {
  const plan = planOf(view.progress, environment);
  return shares.length > 0 || plan === null || plan.place.router !== null;
}

/** `██████░░░░░░  25 % 1.2.0 canary   75 % 1.1.0 stable` */
function traffic(view: View, rollout: RolloutProgress): Piece[] {
  const canary = candidateOf(view, rollout.environment);
  if (!hasShares(view, rollout)) return [`${canary}, without shares to set`];
  const back = rollout.stage === 'rollback' || rollout.outcome !== null;
  const others = rollout.shares
    .filter(({ version, weight }) => version !== canary && weight > 0)
    .map(({ version, weight }) => `${percent(weight)} ${version}${roleOf(rollout, version)}`);
  if (rollout.shares.length === 0 && rollout.stable) others.push(`${rollout.stable} stable`);
  return [
    ...bar(rollout.weight, back ? 'bad' : 'live'),
    ['strong', ` ${pad(percent(rollout.weight), 7, 'left')} ${canary}`],
    ` canary${beside(rollout)}   ${others.join('   ')}`,
  ];
}

/** ` + ring x-user-group=insiders`: what the canary gets beside its share. */
function beside({ shares }: RolloutProgress): string {
  return shares.flatMap(({ rules }) => rulesWords(rules).map((word) => ` + ${word}`)).join('');
}

function roleOf({ stable, designated }: RolloutProgress, version: string): string {
  if (version === stable) return ' stable';
  return version === designated ? ' designated' : '';
}

/** A share that exists shows at least one cell, and all cells only when it is everything. */
function bar(weight: number, tone: 'live' | 'bad' | 'good'): Piece[] {
  const cells = Math.round((weight / 100) * barWidth);
  const filled =
    weight <= 0 ? 0 : weight >= 100 ? barWidth : Math.min(barWidth - 1, Math.max(1, cells));
  return [
    [tone, '█'.repeat(filled)],
    ['quiet', '░'.repeat(barWidth - filled)],
  ];
}

/** What it does now, and what it waits for. */
function activity(view: View, rollout: RolloutProgress): Line[] {
  const { mark, tone, word } = doing(view, rollout);
  const lines = paragraph(view, `${mark} `, word, tone);
  const { wait, stage, gate } = rollout;
  if (!wait || stage === 'bake') return lines;
  // The verdict's sentence stands beside its step already.
  const what = wait.for.replace(` (${rollout.verdict?.sentence})`, '');
  return [
    ...lines,
    ...paragraph(view, '  ', `waits for ${what}${gate ? `; ${approvalsOf(gate)}` : ''}`),
    ...paragraph(view, '  ', waitSentence(wait, view.now), 'quiet'),
  ];
}

/** Nothing else moves before a worker is back. */
function unserved(view: View, { unserved: wait }: RolloutProgress): Line[] {
  if (!wait) return [];
  return [
    ...paragraph(view, '⚠ ', `waits for ${wait.for}`, 'warn'),
    ...paragraph(view, '  ', waitSentence(wait, view.now), 'quiet'),
  ];
}

function live(word: string): Mark {
  return { mark: '●', tone: 'live', word };
}

function doing(view: View, rollout: RolloutProgress): Mark {
  const canary = candidateOf(view, rollout.environment);
  const lasting = span(view.now - Date.parse(rollout.since));
  const { stage } = rollout;
  const trip = onTrip(view, rollout, lasting);
  if (trip) return trip;
  switch (stage) {
    case 'deploy':
      return live(`deploying ${canary} without traffic, ${lasting}`);
    case 'test':
      return live(`testing ${canary}, ${testCount(view, rollout)}, ${lasting}`);
    case 'shift':
      return live(`${rollout.wait ? 'still at' : 'shifted to'} ${at(rollout)}, ${lasting}`);
    case 'bake':
      return live(
        `baking ${stepOf(rollout)}, ${bakeClock(view, rollout)}${pausedNote(view, rollout)}`,
      );
    case 'hold':
      return { mark: '‖', tone: 'warn', word: `held at ${at(rollout)}, ${lasting}` };
    case 'finished':
      return finishedMark(view, rollout, canary, lasting);
    case 'rollback':
      return { mark: '↩', tone: 'bad', word: backSentence(view, rollout, lasting) };
    case 'ended':
      return endedMark(view, rollout);
  }
}

/** Up and down, and the tests between: one journey with one line. */
function onTrip(view: View, rollout: RolloutProgress, lasting: string): Mark | null {
  const { trip, stage } = rollout;
  if (trip === null || (stage !== 'deploy' && stage !== 'test')) return null;
  return live(`${tripWords(trip)}, ${testCount(view, rollout)}, ${lasting}`);
}

/** After a return its version goes on being watched. */
function finishedMark(view: View, rollout: RolloutProgress, canary: string, lasting: string): Mark {
  if (rollout.back === null) {
    return { mark: '✔', tone: 'good', word: `${canary} has all traffic` };
  }
  const word = backSentence(view, { ...rollout, designated: canary }, lasting);
  if (isSickBack(rollout)) return { mark: '✖', tone: 'bad', word };
  return { mark: rollout.back === 'verified' ? '✔' : '●', tone: 'good', word };
}

function endedMark(view: View, rollout: RolloutProgress): Mark {
  const { outcome, live, sentence } = rollout;
  if (outcome === 'rolled_back') {
    const word = `rolled back, ${live ?? 'no version'} has all traffic${causeOf(view, rollout)}`;
    return { mark: '↩', tone: 'bad', word };
  }
  if (outcome === 'abandoned') {
    return { mark: '–', tone: 'warn', word: `left before it had traffic: ${sentence}` };
  }
  return { mark: '✖', tone: 'bad', word: `rollback failed: ${sentence}` };
}

function backSentence(view: View, rollout: RolloutProgress, lasting: string): string {
  const { sentence } = rollout;
  const late = sentence === null ? '' : `; ${sentence}`;
  return `${backWords(rollout)}, ${lasting}${causeOf(view, rollout)}${late}`;
}

/** The cause, unless a step on the same screen says it: one environment may have turned all back. */
function causeOf({ progress }: View, { cause }: RolloutProgress): string {
  if (cause === null) return '';
  const verdicts = Object.values(progress.rollouts).flatMap((rollout) =>
    rollout.steps.flatMap(({ verdict }) => (verdict ? [verdict.sentence] : [])),
  );
  return verdicts.some((sentence) => cause.includes(sentence)) ? '' : `: ${cause}`;
}

/** Weight and step, as far as there are. */
function at(rollout: RolloutProgress): string {
  return [reachedBy(rollout), stepOf(rollout)].filter(Boolean).join(', ');
}

function stepOf({ step, steps }: RolloutProgress): string {
  return step === null ? '' : `step ${step} of ${steps.length}`;
}

/** `12 s of at most 20 s, then the policy decides` */
function bakeClock(view: View, { wait, since }: RolloutProgress): string {
  const start = Date.parse(wait?.since ?? since);
  const elapsed = span(view.now - start);
  if (!wait?.until) return elapsed;
  return `${elapsed} of at most ${span(Date.parse(wait.until) - start)}, then ${wait.then}`;
}

function pausedNote({ progress }: View, { environment }: RolloutProgress): string {
  const paused = progress.paused || progress.pausedIn.includes(environment);
  return paused ? '; paused, so it stays at this weight' : '';
}

function testCount(view: View, { environment, tests }: RolloutProgress): string {
  const all = countTests(planOf(view.progress, environment)) ?? tests.length;
  const failed = tests.filter(({ passed }) => !passed).length;
  const bad = failed > 0 ? `, ${failed} failed` : '';
  return `${tests.length} of ${all} tests done${bad}`;
}

/** Requests as counted at the door. */
function seen(view: View, environment: string): Line[] {
  const entries = view.traffic?.[environment] ?? [];
  const total = entries.reduce((sum, { requests }) => sum + requests, 0);
  if (total === 0) return [];
  const parts = entries.map(({ version, requests, failed }) => {
    const share = ((100 * requests) / total).toFixed(1);
    return `${version} ${requests} requests (${share} %), ${failed} failed`;
  });
  return paragraph(view, '  ', `users saw ${parts.join('; ')}`, 'quiet');
}

function steps(view: View, rollout: RolloutProgress, brief: boolean): Line[] {
  const judged = rollout.steps.filter((step) => step.verdict || step.state === 'promoted');
  const shown = brief ? judged.slice(-1) : judged;
  const widths = {
    reach: Math.max(6, ...shown.map((step) => reach(step).length)),
    word: Math.max(0, ...shown.map(({ state }) => stepMarks[state].word.length)),
  };
  return [...shown.flatMap((step) => stepLines(view, step, widths)), ...ahead(view, rollout)];
}

/** `✔ 5 % passed  all metrics are within their bounds`; what did not pass may take more lines. */
function stepLines(
  view: View,
  step: StepProgress,
  widths: { reach: number; word: number },
): Line[] {
  const { mark, tone, word } = stepMarks[step.state];
  const lead = `${mark} ${pad(reach(step), widths.reach, 'left')} ${pad(word, widths.word)}  `;
  const sentence = step.verdict?.sentence ?? 'without waiting for a verdict';
  const [[margin = '', , first = ''] = [], ...rest] = paragraph(view, lead, sentence);
  const line: Line = [margin, [tone, lead], first];
  return step.state === 'passed' ? [line] : [line, ...rest];
}

/** The steps to come; with where a rollback would go, for as long as one is possible. */
function ahead(view: View, { steps, stage, designated }: RolloutProgress): Line[] {
  if (stage === 'rollback' || stage === 'ended') return [];
  const weights = steps.filter(({ state }) => state === 'waiting').map((step) => reach(step));
  const next = weights.length > 0 ? `○ to come: ${weights.join(', ')}` : '';
  const back = designated
    ? `a rollback goes to ${designated}`
    : 'there is no version to go back to';
  const text = [next, back].filter(Boolean).join('; ');
  return [[' '.repeat(view.margin), ['quiet', text]]];
}

/** What the metrics show now, or what they showed when the last verdict fell. */
function evidence(view: View, rollout: RolloutProgress): Line[] {
  const { environment, stage, verdict } = rollout;
  const live = stage === 'bake' || stage === 'hold' ? view.evidence?.[environment] : undefined;
  const metrics = planOf(view.progress, environment)?.metrics ?? [];
  return evidenceTable(live ?? verdict?.evidence ?? [], metrics, view.margin);
}
