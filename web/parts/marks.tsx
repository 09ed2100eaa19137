/** A mark with its word: colour never says anything alone. */

import type { Mark } from '../../domain/marks.ts';

interface MarkedProps {
  mark: Mark;
  /** Instead of the mark's own word. */
  word?: string;
}

export function Marked({ mark, word = mark.word }: MarkedProps) {
  return (
    <span className={`mark ${mark.tone}`}>
      <span aria-hidden="true">{mark.mark}</span> {word}
    </span>
  );
}

/** The state of a release, where the eye looks first. */
export function Pill({ mark }: { mark: Mark }) {
  return (
    <span className={`pill ${mark.tone}`}>
      <span aria-hidden="true">{mark.mark}</span> {mark.word}
    </span>
  );
}
