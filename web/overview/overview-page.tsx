/** All applications, groups and releases, as they change. */

import { useEffect } from 'react';
import { GroupList } from '../groups/group-list.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useApplications } from '../server/queries.ts';
import { useRefresh } from '../server/use-refresh.ts';
import { useStream } from '../server/use-stream.ts';
import { ApplicationTile } from './application-tile.tsx';
import { ReleaseList } from './release-list.tsx';

const keys = [['applications'], ['groups'], ['releases']];

export function OverviewPage() {
  const { data, error, refetch } = useApplications();
  const refresh = useRefresh(keys);
  useStream('/events', { onEntries: refresh, onLive: refresh });
  useEffect(() => {
    document.title = 'Crescendo';
  }, []);
  return (
    <>
      <h1 className="unseen">Overview</h1>
      <section aria-labelledby="applications">
        <h2 id="applications">Applications</h2>
        {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
        {data?.items.length === 0 && (
          <p className="card quiet">
            None yet: <code>crescendo apply -f FILE</code> makes the first.
          </p>
        )}
        <ul className="tiles">
          {data?.items.map((item) => (
            <ApplicationTile key={item.application} item={item} />
          ))}
        </ul>
      </section>
      <GroupList />
      <ReleaseList />
    </>
  );
}
