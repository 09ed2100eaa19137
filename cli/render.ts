/** Progress in, lines out: the one view of a release that `get`, `watch` and the demo show. */

import { focused, isCrowded, overviewOf, overviewWords } from '../domain/overview.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import { waveName } from '../domain/waves.ts';
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
  const shown = focused(view.progress);
  const { rollouts } = shown;
  const underWay = Object.values(rollouts).filter(({ outcome }) => outcome === null);
  const brief = underWay.length > roomy;
  const blocks = environmentsOf(shown).flatMap((name) => rolloutBlock(view, name, brief));
  return [...overview(view), ...blocks];
}

/** Where there are too many environments to show each: how each wave is, before those that matter. */
function overview({ progress }: View): Line[] {
  if (!isCrowded(progress)) return [];
  const lines = overviewOf(progress).map((wave): Line => {
    const name = waveName(wave.wave).padEnd(10);
    return [['strong', name], `${String(wave.environments).padStart(5)}   ${overviewWords(wave)}`];
  });
  return [...lines, []];
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
