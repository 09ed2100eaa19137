/** What a release view is drawn from, and how its parts speak of waits, people and shares. */

import type { MetricEvidence } from '../../domain/analysis/verdict.ts';
import type { Wait } from '../../domain/events.ts';
import { outstanding, type GateProgress } from '../../domain/gates.ts';
import { rolloutsOf, type RolloutPlan } from '../../domain/plan.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { person } from '../../domain/words.ts';
import { span, wallTime } from './time.ts';
import { widthOf, wrap, type Line, type Tone } from './text.ts';

export { percent, person } from '../../domain/words.ts';

/** What was seen at the door of an environment, beside what the router says it does. */
interface SeenTraffic {
  version: string;
  requests: number;
  failed: number;
}

export interface ViewOptions {
  /** Columns; lines are cut to it. */
  width: number;
  /** Epoch milliseconds. */
  now: number;
  color: boolean;
  /** Requests counted by the caller, by environment. */
  traffic?: Record<string, SeenTraffic[]> | undefined;
  /** What the metrics show right now, by environment, while a verdict is still open. */
  evidence?: Record<string, MetricEvidence[]> | undefined;
}

export interface View extends ViewOptions {
  progress: ReleaseProgress;
  /** Columns of the longest environment name, for the left column. */
  margin: number;
}

const widestName = 16;

export function viewOf(progress: ReleaseProgress, options: ViewOptions): View {
  const names = environmentsOf(progress).map((name) => widthOf(name));
  return { ...options, progress, margin: Math.min(widestName, Math.max(4, ...names)) + 3 };
}

/** Every environment of the release: those of the plan in its order, then any others. */
export function environmentsOf(progress: ReleaseProgress): string[] {
  const planned = progress.plan ? rolloutsOf(progress.plan) : [];
  const names = planned.map(({ environment }) => environment);
  return [...new Set([...names, ...Object.keys(progress.rollouts)])];
}

export function planOf(progress: ReleaseProgress, environment: string): RolloutPlan | null {
  const planned = progress.plan ? rolloutsOf(progress.plan) : [];
  return planned.find((rollout) => rollout.environment === environment) ?? null;
}

/** `since 14:05:09 (12 s), until 14:25:09 (19 min left), then it is held` */
export function waitSentence(wait: Wait, now: number): string {
  const lasted = span(now - Date.parse(wait.since));
  const since = `since ${wallTime(wait.since, now)} (${lasted})`;
  if (wait.until === null) return `${since}, with no time limit; then ${wait.then}`;
  const left = Date.parse(wait.until) - now;
  const rest = left > 0 ? `${span(left)} left` : 'time is up';
  return `${since}, until ${wallTime(wait.until, now)} (${rest}), then ${wait.then}`;
}

/** `1 of 2 so far: jane (cli); needs 1 more of release-manager: tom` */
export function approvalsOf(gate: GateProgress): string {
  const { approvals, needs, exclude } = gate;
  const names = approvals.map(({ by }) => person(by)).join(', ');
  const others = exclude.length > 0 ? `, not by ${exclude.join(', ')}` : '';
  const so = `${approvals.length} of ${needs} so far${names && `: ${names}`}`;
  return `${so}; needs ${outstanding(gate)}${others}`;
}

/** A sentence under a margin, broken into lines; `lead` stands before the first. */
export function paragraph(view: View, lead: string, text: string, tone: Tone = 'plain'): Line[] {
  const indent = view.margin + widthOf(lead);
  return wrap(text, Math.max(20, view.width - indent)).map((line, index) => [
    ' '.repeat(view.margin),
    [tone, index === 0 ? lead : ' '.repeat(widthOf(lead))],
    [tone, line],
  ]);
}
