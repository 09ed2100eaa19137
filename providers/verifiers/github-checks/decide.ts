/** Decides from the checks on a commit whether CI is green. Pure. */

import type { Verification } from '../contract.ts';
import type { CheckRun, CommitStatus, Settings } from './schema.ts';

/** A check run or a commit status, as far as the decision goes. */
export interface Check {
  name: string;
  state: 'green' | 'red' | 'pending';
  /** GitHub's own word: `success`, `timed_out`, `in_progress`. */
  says: string;
  url: string | null;
}

/** The newest run per name: its number only grows, also when a check is run again. */
export function fromCheckRuns(runs: CheckRun[], settings: Settings): Check[] {
  const newest = new Map<string, CheckRun>();
  for (const run of runs) {
    const known = newest.get(run.name);
    if (!known || run.id > known.id) newest.set(run.name, run);
  }
  return [...newest.values()].map((run) => {
    const says = run.status === 'completed' ? (run.conclusion ?? 'unknown') : run.status;
    return { name: run.name, state: stateOfRun(run, settings), says, url: run.html_url ?? null };
  });
}

function stateOfRun(run: CheckRun, settings: Settings): Check['state'] {
  if (run.status !== 'completed') return 'pending';
  return ['success', ...accepted(settings)].includes(run.conclusion ?? '') ? 'green' : 'red';
}

/**
 * A job is skipped when another it needs has failed, so a check that is asked for by name must
 * really have run; where all checks count, that other one is red itself.
 */
function accepted(settings: Settings): string[] {
  return settings.accept ?? (settings.checks ? ['neutral'] : ['neutral', 'skipped']);
}

export function fromStatuses(statuses: CommitStatus[]): Check[] {
  return statuses.map(({ context, state, target_url }) => ({
    name: context,
    state: state === 'success' ? 'green' : state === 'pending' ? 'pending' : 'red',
    says: state,
    url: target_url ?? null,
  }));
}

/**
 * The checks that count. A name that is asked for may be a check run or, failing that, a status.
 */
export function choose(runs: Check[], statuses: Check[], settings: Settings): Check[] {
  const names = settings.checks;
  if (!names) return settings.requireStatuses ? [...runs, ...statuses] : runs;
  const isNamed = (check: Check) => names.includes(check.name);
  const isRun = (check: Check) => runs.some((run) => run.name === check.name);
  const extra = (check: Check) => settings.requireStatuses || (isNamed(check) && !isRun(check));
  return [...runs.filter(isNamed), ...statuses.filter(extra)];
}

/** The verdict over the checks that count; `missing` are names that nothing was reported for. */
export function decide(checks: Check[], missing: string[]): Verification {
  const red = checks.filter((check) => check.state === 'red');
  if (red.length > 0) {
    const url = red.find((check) => check.url)?.url;
    const detail = list(red.map((check) => `${check.name} (${check.says})`));
    return { state: 'failed', detail: `not green: ${detail}`, ...(url ? { url } : {}) };
  }
  const green = namesOf(checks, 'green');
  const open = [...namesOf(checks, 'pending'), ...missing];
  if (open.length > 0) {
    const sum = `${green.length} of ${green.length + open.length} green`;
    return { state: 'pending', detail: `waiting for ${list(open)} (${sum})` };
  }
  return { state: 'passed', detail: `green: ${list(green)}` };
}

/** Names that nothing was reported for, and stand-ins for what must be there in any case. */
export function findMissing(checks: Check[], statuses: Check[], settings: Settings): string[] {
  const missing = (settings.checks ?? []).filter(
    (name) => !checks.some((check) => check.name === name),
  );
  if (settings.requireStatuses && statuses.length === 0) missing.push('a commit status');
  // Nothing at all, or nothing but skipped jobs, is no evidence.
  const hasSuccess = checks.some((check) => check.says === 'success');
  if (!settings.checks && !hasSuccess) missing.push('a check that succeeds');
  return missing;
}

function namesOf(checks: Check[], state: Check['state']): string[] {
  return checks.filter((check) => check.state === state).map((check) => check.name);
}

/** At most five names, and how many more. */
function list(names: string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return names.slice(0, 5).join(', ') + more;
}
