/** Progress in, lines out: the one view of a release that `get`, `watch` and the demo show. */

import type { ReleaseProgress } from '../domain/progress.ts';
import { actions, checks, nextCommands, waits } from './render/footer.ts';
import { header } from './render/header.ts';
import { rolloutBlock } from './render/rollout.ts';
import { paint, paletteOf, type Line } from './render/text.ts';
import { environmentsOf, viewOf, type View, type ViewOptions } from './render/view.ts';

export { liveScreen } from './render/live-screen.ts';
export { plainLine } from './render/plain-line.ts';
export type { ViewOptions } from './render/view.ts';

/** With more environments than this under way, each shows only its latest verdict. */
const roomy = 2;

/**
 * The release as lines of at most `width` columns, without line ends. Pure: the same progress and
 * `now` give the same lines.
 */
export function renderRelease(progress: ReleaseProgress, options: ViewOptions): string[] {
  const view = viewOf(progress, options);
  const palette = paletteOf(options.color);
  const blocks = [
    header(view),
    checks(view),
    environments(view),
    waits(view),
    actions(view),
    nextCommands(view),
  ];
  return separate(blocks).map((line) => paint(line, options.width, palette));
}

function environments(view: View): Line[] {
  const { rollouts } = view.progress;
  const underWay = Object.values(rollouts).filter(({ outcome }) => outcome === null);
  const brief = underWay.length > roomy;
  return environmentsOf(view.progress).flatMap((name) => rolloutBlock(view, name, brief));
}

/** Blocks with an empty line between them; empty blocks leave none. */
function separate(blocks: Line[][]): Line[] {
  const lines: Line[] = [];
  for (const block of blocks) {
    if (block.length > 0 && lines.length > 0) lines.push([]);
    lines.push(...block);
  }
  return lines;
}
