/** Below the environments: checks, the open gate, what is waited for, who did what, what to run. */

import { openGates, refusal, type Action, type ActionRequest } from '../../domain/actions.ts';
import { isPastDoor } from '../../domain/one-way.ts';
import type { ActionRecord, CheckProgress } from '../../domain/progress.ts';
import { checkMarks, marked } from './marks.ts';
import { cut, pad, wrap, type Line, type Tone } from './text.ts';
import { wallTime } from './time.ts';
import { approvalsOf, person, waitSentence, type View } from './view.ts';

const labelWidth = 10;
const shownActions = 3;

/** CI checks, as long as they say something that the stage line does not. */
export function checks({ progress, width }: View): Line[] {
  const { stage, outcome } = progress;
  const open = stage === 'verify' || stage === 'queued' || outcome === 'rejected';
  const shown = progress.checks.filter(({ state }) => open || state !== 'passed');
  return shown.flatMap((check, index) => checkLines(check, index === 0, width));
}

function checkLines({ check, state, detail, url }: CheckProgress, first: boolean, width: number) {
  const head: Line = [
    ['quiet', pad(first ? 'checks' : '', labelWidth)],
    marked(checkMarks[state]),
    `  ${check}`,
  ];
  const text = [detail, url].filter(Boolean).join('  ');
  const lines = wrap(text, Math.max(20, width - labelWidth - 2)).slice(0, 4);
  return [head, ...lines.map((line): Line => [' '.repeat(labelWidth + 2), ['quiet', line]])];
}

/** The release's own wait (environments have theirs), with the approvals given so far. */
export function waits({ progress, now, width }: View): Line[] {
  const { wait, gate } = progress;
  if (!wait) return [];
  return [
    ...labelled('waits for', `${wait.for}${gate ? `; ${approvalsOf(gate)}` : ''}`, 'strong', width),
    ...labelled('', waitSentence(wait, now), 'quiet', width),
  ];
}

function labelled(label: string, text: string, tone: Tone, width: number): Line[] {
  return wrap(text, Math.max(20, width - labelWidth)).map((line, index): Line => {
    return [
      ['quiet', pad(index === 0 ? label : '', labelWidth)],
      [tone, line],
    ];
  });
}

/** The last things people did, latest last. */
export function actions({ progress, now, width }: View): Line[] {
  return progress.actions.slice(-shownActions).map((record, index): Line => {
    const label = pad(index === 0 ? 'actions' : '', labelWidth);
    return [['quiet', label], cut(actionSentence(record, now), Math.max(20, width - labelWidth))];
  });
}

function actionSentence({ action, by, reason, environment, at }: ActionRecord, now: number) {
  const where = environment === null ? '' : ` in ${environment}`;
  const why = reason === null ? '' : `: ${reason}`;
  return `${wallTime(at, now)}  ${action}${where} by ${person(by)}${why}`;
}

const needsReason = new Set<Action>(['skip', 'reject', 'override']);

/** What to run when the release waits for somebody; only what it would accept. */
export function nextCommands({ progress }: View): Line[] {
  // Who looks is not known here, and whoever may not approve is told who may.
  const open = openGates(progress).length > 0;
  const accepted = helpful(progress).filter(
    (action) => refusal(progress, action, anybody) === null || (open && action === 'approve'),
  );
  return accepted.map((action, index): Line => {
    const forced = action === 'rollback' && Object.values(progress.rollouts).some(isPastDoor);
    const force = forced ? ' --force' : '';
    const reason = needsReason.has(action) || forced ? `${force} --reason "…"` : '';
    const label = pad(index === 0 ? 'run' : 'or', labelWidth);
    return [['quiet', label], `crescendo ${action} ${progress.id}${reason}`];
  });
}

const anybody: ActionRequest = {
  id: '',
  by: { id: '', channel: 'cli' },
  reason: 'for the sake of argument',
  environment: null,
  full: false,
  step: null,
  force: true,
};

/** What would end the wait, by the key of the wait. */
const remedies: Record<string, Action[]> = {
  gate: ['approve', 'reject'],
  pause: ['resume', 'promote', 'rollback'],
  verdict: ['promote', 'retry', 'rollback'],
  failure: ['retry', 'skip', 'abort'],
  sick: ['retry', 'skip'],
  'way-back': ['skip', 'rollback'],
  door: ['promote', 'retry', 'rollback'],
  window: ['override', 'rollback'],
  freeze: ['override', 'rollback'],
  hold: ['override', 'rollback'],
};

function helpful({ wait, paused, rollouts }: View['progress']): Action[] {
  const keys = [wait?.key, ...Object.values(rollouts).map((rollout) => rollout.wait?.key)];
  const found = keys.flatMap((key) => remedies[key ?? ''] ?? []);
  return [...new Set(paused ? [...found, 'resume' as const] : found)];
}
