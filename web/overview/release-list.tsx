/** Releases in a list: newest first, with a word on how each one went. */

import { useState } from 'react';
import { Link } from '../router.tsx';
import type { ReleaseSummary } from '../server/answers.ts';
import { useReleases } from '../server/queries.ts';
import { stateMark } from '../releases/stage-line.ts';
import { Marked } from '../parts/marks.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Ago, Took } from '../parts/times.tsx';

export function ReleaseList({ application }: { application?: string }) {
  const [active, setActive] = useState(false);
  const filter = {
    ...(application === undefined ? {} : { application }),
    ...(active && { active }),
  };
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } =
    useReleases(filter);
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card" aria-labelledby="releases">
      <div className="card-head">
        <h2 id="releases">Releases</h2>
        <div className="choice" role="group" aria-label="Which releases">
          <button type="button" aria-pressed={!active} onClick={() => setActive(false)}>
            All
          </button>
          <button type="button" aria-pressed={active} onClick={() => setActive(true)}>
            Active
          </button>
        </div>
      </div>
      {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data && items.length === 0 && (
        <p className="quiet">{active ? 'No release is under way.' : 'No releases yet.'}</p>
      )}
      <ul className="releases">
        {items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
      {hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show earlier ones
        </button>
      )}
    </section>
  );
}

function Item({ item }: { item: ReleaseSummary }) {
  const { id, version, initiator, sentence, submittedAt, endedAt } = item;
  return (
    <li>
      <Link to={`/releases/${id}`}>
        <strong>{id}</strong> <span className="version">{version}</span>
      </Link>
      <Marked mark={stateMark(item)} />
      <span className="quiet">
        <Took from={submittedAt} to={endedAt} />
      </span>
      <span className="quiet">
        <Ago iso={submittedAt} /> by {initiator}
      </span>
      {sentence && <span className="sentence">{sentence}</span>}
    </li>
  );
}
