/** One release: why it is where it is, and what can be done about it. */

import { useEffect } from 'react';
import { focused } from '../../domain/overview.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useRelease } from '../server/queries.ts';
import type { ReleaseAnswer } from '../server/answers.ts';
import { session } from '../server/session.ts';
import { ActionBar } from './action-bar.tsx';
import { Announcer } from './announcer.tsx';
import { Checks, matters } from './checks.tsx';
import { EnvironmentCard } from './environment-card.tsx';
import { ReleaseHead } from './release-head.tsx';
import { inReadingOrder } from './reading-order.ts';
import { stateMark } from './stage-line.ts';
import { Timeline } from './timeline.tsx';
import { useTimeline } from './use-timeline.ts';
import { WaitNote } from './wait-note.tsx';
import { Waves } from './waves.tsx';

export function ReleasePage({ id }: { id: string }) {
  const { data: release, error, refetch } = useRelease(id);
  const entries = useTimeline(id);
  useTitle(id, release);
  if (!release) {
    return error ? (
      <ProblemNote error={error} onRetry={() => void refetch()} />
    ) : (
      <p className="quiet">Reading {id}…</p>
    );
  }
  const events = entries.map(({ event }) => event);
  return (
    <article className="release">
      {error && <ProblemNote error={error} lead="What you see may be out of date" />}
      <ReleaseHead release={release} />
      {release.wait && <WaitNote wait={release.wait} gate={release.gate} />}
      <ActionBar release={release} />
      {matters(release) && <Checks release={release} />}
      <Waves release={release} />
      {inReadingOrder(focused(release)).map((environment) => (
        <EnvironmentCard
          key={environment}
          release={release}
          environment={environment}
          events={events}
        />
      ))}
      {!matters(release) && <Checks release={release} />}
      <Timeline entries={entries} />
      <Links release={release} />
      <Announcer entries={entries} />
    </article>
  );
}

function Links({ release: { links } }: { release: ReleaseAnswer }) {
  return (
    <p className="links">
      {links['temporal'] && (
        <a href={links['temporal']} rel="noreferrer">
          Temporal Web UI
        </a>
      )}
      {/* A plain link cannot carry a token. */}
      {links['self'] && session().token === null && <a href={links['self']}>As JSON</a>}
      <a href="/api/docs">API documentation</a>
    </p>
  );
}

function useTitle(id: string, release: ReleaseAnswer | undefined): void {
  const mark = release && stateMark(release);
  const title = mark ? `${mark.mark} ${id} ${mark.word}` : id;
  useEffect(() => {
    document.title = `${title} – Crescendo`;
  }, [title]);
}
