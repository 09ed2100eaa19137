/** One application at a glance: what is live where, what is under way, what waits. */

import { Link } from '../router.tsx';
import type { ApplicationSummary } from '../server/answers.ts';

export function ApplicationTile({ item }: { item: ApplicationSummary }) {
  const { application, active, queue, environments } = item;
  return (
    <li className="card tile">
      <div className="card-head">
        <h3>
          <Link to={`/applications/${application}`}>{application}</Link>
        </h3>
        {active === null ? (
          <span className="quiet">idle</span>
        ) : (
          <Link to={`/releases/${active}`} className="mark live">
            <span aria-hidden="true">●</span> {active}
          </Link>
        )}
      </div>
      <dl>
        {Object.entries(environments).map(([name, version]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={version === null ? 'quiet' : 'version'}>{version ?? 'none'}</dd>
          </div>
        ))}
      </dl>
      {queue.length > 0 && (
        <p className="quiet">
          waiting:{' '}
          {queue.map((id, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link to={`/releases/${id}`}>{id}</Link>
            </span>
          ))}
        </p>
      )}
    </li>
  );
}
