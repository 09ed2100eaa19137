/** A release in Markdown, for Temporal Web UI and everywhere else that shows text. */

import type { Wait } from './events.ts';
import { outstanding, type GateProgress } from './gates.ts';
import { focused, overviewOf, overviewWords } from './overview.ts';
import type { RolloutPlan } from './plan.ts';
import type { ReleaseProgress } from './progress.ts';
import type { RolloutProgress } from './rollout-progress.ts';
import { rulesWords } from './traffic.ts';
import { waveName } from './waves.ts';

/** Temporal's limit for details is near 20,000 bytes. */
const maxLength = 15_000;

/** The whole release: where it is, what it waits for, every environment, and what to do next. */
export function describeRelease(progress: ReleaseProgress): string {
  const { application, version, stage, outcome, id } = progress;
  const lines = [
    `# ${application} ${version?.name ?? ''}`,
    `**${outcome ?? stage}** since ${progress.since}`,
  ];
  if (progress.hotfix !== undefined) lines.push(`Hotfix: ${progress.hotfix}`);
  if (progress.sentence) lines.push(progress.sentence);
  if (progress.paused) lines.push('**paused**');
  if (progress.wait) lines.push(describeWait(progress.wait), ...describeGate(progress.gate));
  if (progress.checks.length > 0) {
    lines.push('', '| check | result | detail |', '| --- | --- | --- |');
    for (const { check, state, detail } of progress.checks) lines.push(row(check, state, detail));
  }
  const shown = focused(progress);
  if (shown !== progress) lines.push('', ...describeWaves(progress));
  const rollouts = Object.values(shown.rollouts);
  if (rollouts.length > 0) {
    lines.push('', '| environment | stage | weight | verdict |', '| --- | --- | --- | --- |');
    for (const rollout of rollouts) {
      const { environment, stage: at, outcome: end, verdict } = rollout;
      lines.push(row(environment, end ?? at, weightWords(rollout), verdict?.sentence ?? ''));
    }
    for (const { environment, wait, gate, unserved } of rollouts) {
      if (unserved) lines.push('', `**${environment}: ${describeWait(unserved)}**`);
      if (wait) lines.push('', `${environment}: ${describeWait(wait)}`, ...describeGate(gate));
    }
  }
  const last = progress.actions.at(-1);
  if (last)
    lines.push(
      '',
      `Last action: ${last.action} by ${last.by.id} (${last.by.channel}) ${last.reason ?? ''}`,
    );
  if (stage !== 'ended') {
    lines.push(
      '',
      `Steer it: \`crescendo pause|promote|rollback ${id}\`, or send a signal of that name`,
    );
  }
  return cut(lines);
}

/** Of many environments the counts, before those that somebody should look at. */
function describeWaves(progress: ReleaseProgress): string[] {
  return overviewOf(progress).map((wave) => `- ${waveName(wave.wave)}: ${overviewWords(wave)}`);
}

/** One environment: plan and result of every step, the latest evidence, where a rollback goes. */
export function describeRollout(progress: RolloutProgress, plan: RolloutPlan): string {
  const { stage, outcome, wait, gate, verdict } = progress;
  const lines = [
    `# ${plan.version.name} in ${plan.environment}`,
    `**${outcome ?? stage}** since ${progress.since}, ${weightWords(progress)} of the audience`,
    `Stable: ${plan.stable?.name ?? 'none'}. A rollback goes to: ${plan.designated?.name ?? 'nothing'}`,
  ];
  if (progress.door) lines.push(`It cannot be gone back past: ${progress.door}`);
  if (progress.cause) lines.push(`Cause: ${progress.cause}`);
  if (progress.sentence) lines.push(progress.sentence);
  if (progress.unserved) lines.push(`**${describeWait(progress.unserved)}**`);
  if (wait) lines.push(describeWait(wait), ...describeGate(gate));
  lines.push('', '| step | weight | state | verdict |', '| --- | --- | --- | --- |');
  for (const step of progress.steps) {
    lines.push(
      row(
        String(step.number),
        step.audience ?? `${step.weight} %`,
        step.state,
        step.verdict?.sentence ?? '',
      ),
    );
  }
  if (verdict) lines.push('', ...verdict.evidence.map(({ sentence }) => `- ${sentence}`));
  for (const test of progress.tests) {
    lines.push('', `Test ${test.name}: ${test.passed ? 'passed' : 'FAILED'}. ${test.detail}`);
  }
  return cut(lines);
}

/** The candidate's share, with what it gets beside it. */
function weightWords({ weight, shares }: RolloutProgress): string {
  const rules = shares.flatMap((share) => rulesWords(share.rules));
  return [`${weight} %`, ...rules].join(' + ');
}

function describeGate(gate: GateProgress | null): string[] {
  return gate ? [`The gate needs ${outstanding(gate)}.`] : [];
}

/** `Waits for … since … until …; then …` */
export function describeWait(wait: Wait): string {
  const until = wait.until ? ` until ${wait.until}` : '';
  return `Waits for ${wait.for}, since ${wait.since}${until}; then ${wait.then}.`;
}

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '/').replaceAll('\n', ' ')).join(' | ')} |`;
}

function cut(lines: readonly string[]): string {
  const text = lines.join('\n');
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}\n(cut)`;
}
