/** One group: where each of its applications is, and what can be done with all of them. */

import { useEffect } from 'react';
import { groupMark, memberMark, type GroupMember, type GroupProgress } from '../../domain/group.ts';
import { formatReleaseId } from '../../domain/ids.ts';
import { Marked, Pill } from '../parts/marks.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Ago } from '../parts/times.tsx';
import { Link } from '../router.tsx';
import { useGroup } from '../server/queries.ts';
import { useRefresh } from '../server/use-refresh.ts';
import { useStream } from '../server/use-stream.ts';
import { GroupActions } from './group-actions.tsx';

export function GroupPage({ name }: { name: string }) {
  const { data, error, refetch } = useGroup(name);
  const refresh = useRefresh([['group', name]]);
  useStream('/events', { onEntries: refresh, onLive: refresh });
  useEffect(() => {
    document.title = `Group ${name} – Crescendo`;
  }, [name]);
  return (
    <>
      <nav aria-label="Where you are" className="crumbs">
        <Link to="/">All releases</Link> / group {name}
      </nav>
      {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data && <Group progress={data} />}
    </>
  );
}

function Group({ progress }: { progress: GroupProgress }) {
  const { group, by, reason, startedAt, sentence, cause, members } = progress;
  const why = sentence ?? cause;
  return (
    <>
      <div className="title">
        <h1>{group}</h1>
        <Pill mark={groupMark(progress)} />
        <span className="quiet">
          <Ago iso={startedAt} /> by {by.id}
          {reason && `: ${reason}`}
        </span>
      </div>
      {why && <p>{why}</p>}
      <GroupActions progress={progress} />
      <section className="card" aria-labelledby="members">
        <h2 id="members">Applications, in the order of their releases</h2>
        <ul className="releases">
          {members.map((member) => (
            <Member key={member.application} member={member} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Member({ member }: { member: GroupMember }) {
  const { application, version, after, release, sentence } = member;
  const id = release === null ? null : formatReleaseId({ application, number: release });
  return (
    <li>
      <Link to={`/applications/${application}`}>
        <strong>{application}</strong> <span className="version">{version}</span>
      </Link>
      <Marked mark={memberMark(member)} />
      <span className="quiet">{after.length > 0 && `after ${after.join(', ')}`}</span>
      <span>{id !== null && <Link to={`/releases/${id}`}>{id}</Link>}</span>
      {sentence && <span className="sentence">{sentence}</span>}
    </li>
  );
}
