/** The marks of the domain, as pieces of a line. */

import type { Mark } from '../../domain/marks.ts';
import type { Piece } from './text.ts';

export {
  checkMarks,
  findingMarks,
  outcomeMarks,
  stepMarks,
  type Mark,
} from '../../domain/marks.ts';

/** `✔ passed`, in the mark's tone. */
export function marked({ mark, tone, word }: Mark, text = word): Piece {
  return [tone, `${mark} ${text}`];
}
