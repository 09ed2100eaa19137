/** The steps of a rollout, each with its verdict in a sentence. */

import { stepMarks } from '../../domain/marks.ts';
import type { RolloutProgress, StepProgress } from '../../domain/rollout-progress.ts';
import { reach } from '../../domain/words.ts';
import { Marked } from '../parts/marks.tsx';

export function Steps({ rollout }: { rollout: RolloutProgress }) {
  const { steps, step: current, stage } = rollout;
  const over = stage === 'ended' || stage === 'rollback';
  const shown = over ? steps.filter(({ state }) => state !== 'waiting') : steps;
  // One step that nothing watches is no way to draw.
  if (shown.length === 0 || (steps.length === 1 && !steps[0]?.verdict)) return null;
  return (
    <ol className="steps" aria-label="Steps">
      {shown.map((step) => (
        <li
          key={step.number}
          className={step.state}
          aria-current={!over && step.number === current ? 'step' : undefined}
        >
          <strong className="number">{reach(step)}</strong>
          <Marked mark={stepMarks[step.state]} />
          <span className="sentence">{sentenceOf(step)}</span>
        </li>
      ))}
    </ol>
  );
}

function sentenceOf({ verdict, state }: StepProgress): string {
  if (verdict) return verdict.sentence;
  return state === 'promoted' ? 'without waiting for a verdict' : '';
}
