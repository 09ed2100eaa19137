/** One environment: who has its audience, what it is doing, and the evidence behind every step. */

import type { CrescendoEvent } from '../../domain/events.ts';
import type { MetricEvidence } from '../../domain/analysis/verdict.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { RolloutProgress } from '../../domain/rollout-progress.ts';
import { Marked } from '../parts/marks.tsx';
import { useNow } from '../parts/use-now.ts';
import { useMeasurements } from '../server/queries.ts';
import type { ReleaseAnswer } from '../server/answers.ts';
import { Charts } from './charts.tsx';
import { doing, notStarted, waitShare } from './doing.ts';
import { EvidenceTable } from './evidence-table.tsx';
import { candidateOf, placeInPlan, plannedRollouts, planOf } from './plan-view.ts';
import { isDone } from './reading-order.ts';
import { Steps } from './steps.tsx';
import { Tests } from './tests.tsx';
import { TrafficBar } from './traffic-bar.tsx';
import { Gauge, WaitNote } from './wait-note.tsx';

interface EnvironmentCardProps {
  release: ReleaseAnswer;
  environment: string;
  events: readonly CrescendoEvent[];
}

export function EnvironmentCard({ release, environment, events }: EnvironmentCardProps) {
  const rollout = release.rollouts[environment];
  const title = <Title release={release} environment={environment} />;
  if (!rollout) {
    return (
      <section className="card to-come" aria-label={environment}>
        <h2>{environment}</h2>
        <span className="quiet">{notStarted(release, environment)}</span>
      </section>
    );
  }
  const body = <Rollout release={release} rollout={rollout} events={events} />;
  if (!isDone(rollout)) {
    return (
      <section className="card" aria-label={environment}>
        <div className="card-head">{title}</div>
        {body}
      </section>
    );
  }
  return (
    <details className="card" open={isAlone(release, environment)}>
      <summary>
        {title} <Marked mark={{ mark: '✔', tone: 'good', word: finished(release, rollout) }} />
      </summary>
      {body}
    </details>
  );
}

/** Nothing else on the page would be worth its place. */
function isAlone(release: ReleaseAnswer, environment: string): boolean {
  const production = plannedRollouts(release).filter(({ stage }) => stage === 'production');
  return production.length === 1 && production[0]?.environment === environment;
}

function finished(release: ReleaseAnswer, { environment, live, outcome, stable }: RolloutProgress) {
  const version = live ?? candidateOf(release, environment);
  const warm = outcome === null && stable !== null ? `, ${stable} is kept warm` : '';
  return `${version} finished${warm}`;
}

function Title({ release, environment }: { release: ReleaseAnswer; environment: string }) {
  const place = placeInPlan(release, environment);
  return (
    <>
      <h2>{environment}</h2>
      {place && place !== environment && <span className="tag">{place}</span>}
    </>
  );
}

interface RolloutProps {
  release: ReleaseAnswer;
  rollout: RolloutProgress;
  events: readonly CrescendoEvent[];
}

function Rollout({ release, rollout, events }: RolloutProps) {
  const { environment, stage } = rollout;
  const plan = planOf(release, environment);
  const watching = stage === 'bake' || stage === 'hold' || stage === 'finished';
  const pace = Math.max(2_000, plan?.settings.interval ?? 10_000);
  const looks = useMeasurements(release.id, environment, watching ? pace : false).data ?? [];
  const current = stage === 'bake' || stage === 'hold';
  const latest = (current ? looks.at(-1)?.evidence : undefined) ?? rollout.verdict?.evidence ?? [];
  const canary = candidateOf(release, environment);
  return (
    <>
      <Traffic rollout={rollout} plan={plan} canary={canary} />
      <Activity release={release} rollout={rollout} />
      <Cause release={release} rollout={rollout} />
      {rollout.unserved && <WaitNote wait={rollout.unserved} />}
      {rollout.wait && stage !== 'bake' && (
        <WaitNote wait={rollout.wait} gate={rollout.gate} told={rollout.verdict?.sentence} />
      )}
      <Steps rollout={rollout} />
      <Tests tests={rollout.tests} />
      <Evidence evidence={latest} plan={plan} live={current} />
      <Charts
        measurements={looks}
        events={events}
        environment={environment}
        metrics={plan?.metrics ?? []}
        interval={plan?.settings.interval ?? 10_000}
      />
      <Facts rollout={rollout} />
    </>
  );
}

interface TrafficProps {
  rollout: RolloutProgress;
  plan: RolloutPlan | null;
  canary: string;
}

/** A staging replica shares no traffic, so there is no bar to draw. */
function Traffic({ rollout, plan, canary }: TrafficProps) {
  const shares = rollout.shares.length > 0 || plan === null || plan.place.router !== null;
  return shares ? <TrafficBar rollout={rollout} canary={canary} /> : null;
}

function Activity({ release, rollout }: { release: ReleaseAnswer; rollout: RolloutProgress }) {
  const now = useNow(rollout.stage !== 'ended');
  const share = rollout.stage === 'bake' && rollout.wait ? waitShare(rollout.wait, now) : null;
  return (
    <div className="activity">
      <Marked mark={doing(release, rollout, now)} />
      {share !== null && <Gauge share={share} />}
    </div>
  );
}

/** Why it turned back, unless a step on the same page says it: one may have turned all back. */
function Cause({ release, rollout }: { release: ReleaseAnswer; rollout: RolloutProgress }) {
  const { cause } = rollout;
  if (cause === null || verdictsOf(release).some((sentence) => cause.includes(sentence))) {
    return null;
  }
  return (
    <p className="note bad">
      <span className="quiet">why</span> {cause}
    </p>
  );
}

function verdictsOf({ rollouts }: ReleaseAnswer): string[] {
  const steps = Object.values(rollouts).flatMap((rollout) => rollout.steps);
  return steps.flatMap(({ verdict }) => (verdict ? [verdict.sentence] : []));
}

interface EvidenceProps {
  evidence: readonly MetricEvidence[];
  plan: RolloutPlan | null;
  live: boolean;
}

function Evidence({ evidence, plan, live }: EvidenceProps) {
  if (evidence.length === 0) return null;
  return (
    <EvidenceTable
      evidence={evidence}
      metrics={plan?.metrics ?? []}
      caption={live ? 'Evidence now' : 'Evidence of the last verdict'}
    />
  );
}

function Facts({ rollout }: { rollout: RolloutProgress }) {
  const { stable, designated, candidateUrl, stage } = rollout;
  const open = stage !== 'ended';
  return (
    <p className="quiet facts">
      <span>stable {stable ?? 'none: first release'}</span>
      {open && <span>a rollback goes to {designated ?? 'nothing'}</span>}
      {open && candidateUrl && (
        <span>
          candidate at <code>{candidateUrl}</code>
        </span>
      )}
    </p>
  );
}
