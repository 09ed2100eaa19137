/** The head of a release view: what it is, how far it is, and how it ended. */

import type { ReleaseProgress } from '../../domain/progress.ts';
import { marked, outcomeMarks, type Mark } from './marks.ts';
import { wrap, type Line, type Piece } from './text.ts';
import { clock } from './time.ts';
import { person, type View } from './view.ts';

const path = ['verify', 'staging', 'production', 'warm'] as const;
type PathStage = (typeof path)[number];

/** Title, stages, and the last word once there is one. */
export function header(view: View): Line[] {
  const { progress } = view;
  const lines: Line[] = [title(view), stageLine(progress)];
  for (const sentence of [progress.sentence, quarantineSentence(progress)]) {
    if (sentence) lines.push(...wrap(sentence, view.width).map((line): Line => [line]));
  }
  return lines;
}

function quarantineSentence({ quarantined, sentence, version }: ReleaseProgress): string | null {
  if (quarantined === null) return null;
  const told = sentence?.includes(quarantined) === true;
  return `${version?.name} is quarantined${told ? '' : `: ${quarantined}`}`;
}

function title({ progress, now }: View): Line {
  const { application, version, id, endedAt, submittedAt, initiator } = progress;
  const until = endedAt === null ? now : Date.parse(endedAt);
  return [
    ['strong', `${application} ${version?.name ?? '(version not known yet)'}`],
    `   release ${id}   `,
    stateOf(progress),
    `   ${clock(until - Date.parse(submittedAt))}`,
    ['quiet', initiator ? `   by ${person(initiator)}` : ''],
  ];
}

/** The state in one word, with its mark. */
export function stateOf({ outcome, paused, stage }: ReleaseProgress): Piece {
  if (outcome) return marked(outcomeMarks[outcome]);
  if (stage === 'rollback') return ['bad', '↩ rolling back'];
  if (paused) return ['warn', '‖ paused'];
  return stage === 'queued' ? ['quiet', '◌ queued'] : ['live', `● ${stage}`];
}

const stageMarks = {
  done: { mark: '✔', tone: 'good', word: 'done' },
  now: { mark: '●', tone: 'live', word: 'now' },
  failed: { mark: '✖', tone: 'bad', word: 'failed' },
  ahead: { mark: '○', tone: 'quiet', word: 'ahead' },
} as const satisfies Record<string, Mark>;

function stageLine(progress: ReleaseProgress): Line {
  const stages = path.filter((stage) => isPlanned(progress, stage));
  const reached = stages.indexOf(reachedStage(progress));
  const back = progress.stage === 'rollback' || progress.outcome?.startsWith('roll') === true;
  const shown = back ? stages.slice(0, reached + 1) : stages;
  const pieces = shown.flatMap((stage, index): Piece[] => {
    return [marked(stageMarks[stageState(progress, index - reached)], stage), '  '];
  });
  return back ? [...pieces, ['bad', '↩ rollback']] : pieces;
}

/** `distance`: stages between this one and the one that was reached. */
function stageState(progress: ReleaseProgress, distance: number): keyof typeof stageMarks {
  if (progress.outcome === 'succeeded' || distance < 0) return 'done';
  if (distance > 0 || progress.stage === 'queued') return 'ahead';
  return progress.outcome || progress.stage === 'rollback' ? 'failed' : 'now';
}

function isPlanned({ plan }: ReleaseProgress, stage: PathStage): boolean {
  if (!plan) return true;
  if (stage === 'verify') return plan.verify.length > 0;
  return stage !== 'staging' || plan.staging !== null;
}

/** The stage it is in or, once it has left the path, the last one that left traces. */
function reachedStage({ stage, plan, rollouts }: ReleaseProgress): PathStage {
  if (path.includes(stage as PathStage)) return stage as PathStage;
  const staging = plan?.staging?.environment;
  const names = Object.keys(rollouts);
  if (names.some((name) => name !== staging)) return 'production';
  if (names.length > 0) return 'staging';
  const first = plan && plan.verify.length === 0 ? (plan.staging ? 'staging' : 'production') : null;
  return first ?? 'verify';
}
