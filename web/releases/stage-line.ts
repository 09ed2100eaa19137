/** stageLine: the way of a release and how far it is, as pieces to draw. */

import type { Mark } from '../../domain/marks.ts';
import { outcomeMarks } from '../../domain/marks.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import type { Outcome } from '../../domain/release.ts';
import type { ReleaseStage } from '../../domain/events.ts';

const path = ['verify', 'staging', 'production', 'warm'] as const;
type PathStage = (typeof path)[number];

export interface StagePiece {
  stage: string;
  state: 'done' | 'now' | 'failed' | 'ahead';
}

/** The stages that this release goes through; after a turn back, those it reached and the way back. */
export function stageLine(progress: ReleaseProgress): StagePiece[] {
  const stages = path.filter((stage) => isPlanned(progress, stage));
  const reached = stages.indexOf(reachedStage(progress));
  const back = progress.stage === 'rollback' || progress.outcome?.startsWith('roll') === true;
  const shown = back ? stages.slice(0, reached + 1) : stages;
  const pieces = shown.map((stage, index): StagePiece => {
    return { stage, state: stateAt(progress, index - reached) };
  });
  if (!back) return pieces;
  const state = progress.outcome === 'rolled_back' ? 'done' : progress.outcome ? 'failed' : 'now';
  return [...pieces, { stage: 'rollback', state }];
}

/** `distance`: stages between this one and the one that was reached. */
function stateAt(progress: ReleaseProgress, distance: number): StagePiece['state'] {
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
  const current = path.find((each) => each === stage);
  if (current) return current;
  const names = Object.keys(rollouts);
  if (names.some((name) => name !== plan?.staging?.environment)) return 'production';
  if (names.length > 0) return 'staging';
  if (plan && plan.verify.length === 0) return plan.staging ? 'staging' : 'production';
  return 'verify';
}

interface Standing {
  stage: ReleaseStage;
  outcome: Outcome | null;
  paused?: boolean;
}

/** The state of a release in one word. */
export function stateMark({ outcome, stage, paused = false }: Standing): Mark {
  if (outcome) return outcomeMarks[outcome];
  if (stage === 'rollback') return { mark: '↩', tone: 'bad', word: 'rolling back' };
  if (paused) return { mark: '‖', tone: 'warn', word: 'paused' };
  if (stage === 'queued') return { mark: '◌', tone: 'quiet', word: 'queued' };
  return { mark: '●', tone: 'live', word: stage };
}
