/** Groups on the overview: the latest release of each; nothing where there are none. */

import { groupMark, isThere, type GroupProgress } from '../../domain/group.ts';
import { Marked } from '../parts/marks.tsx';
import { Ago } from '../parts/times.tsx';
import { Link } from '../router.tsx';
import { useGroups } from '../server/queries.ts';

export function GroupList() {
  // What keeps them from being read keeps the applications too, and is told there.
  const { data } = useGroups();
  if (!data || data.items.length === 0) return null;
  return (
    <section className="card" aria-labelledby="groups">
      <h2 id="groups">Groups</h2>
      <ul className="releases">
        {data.items.map((item) => (
          <Item key={item.group} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Item({ item }: { item: GroupProgress }) {
  const { group, members, by, startedAt, sentence, cause } = item;
  const why = sentence ?? cause;
  return (
    <li>
      <Link to={`/groups/${group}`}>
        <strong>{group}</strong>
      </Link>
      <Marked mark={groupMark(item)} />
      <span className="quiet" title="applications at 100 %">
        {members.filter(isThere).length} of {members.length}
      </span>
      <span className="quiet">
        <Ago iso={startedAt} /> by {by.id}
      </span>
      {why && <span className="sentence">{why}</span>}
    </li>
  );
}
