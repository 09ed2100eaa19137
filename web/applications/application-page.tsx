/** One application: its lane, what is live and was, what is quarantined, and the way back. */

import { useEffect, useState } from 'react';
import { ReleaseList } from '../overview/release-list.tsx';
import { Ago } from '../parts/times.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Link } from '../router.tsx';
import type { ApplicationAnswer } from '../server/answers.ts';
import { useApplication } from '../server/queries.ts';
import { useRefresh } from '../server/use-refresh.ts';
import { useStream } from '../server/use-stream.ts';
import { LiftDialog } from './lift-dialog.tsx';
import { ReturnDialog } from './return-dialog.tsx';

export function ApplicationPage({ name }: { name: string }) {
  const { data, error, refetch } = useApplication(name);
  const refresh = useRefresh([
    ['application', name],
    ['releases', name],
  ]);
  useStream(`/events?application=${encodeURIComponent(name)}`, {
    onEntries: refresh,
    onLive: refresh,
  });
  useEffect(() => {
    document.title = `${name} – Crescendo`;
  }, [name]);
  return (
    <>
      <nav aria-label="Where you are" className="crumbs">
        <Link to="/">All releases</Link> / {name}
      </nav>
      {error && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data && <Application answer={data} />}
      <ReleaseList application={name} />
      {data && (
        <details className="card">
          <summary>
            <h2>Specification</h2>
            <span className="quiet">revision {data.revision}, every default filled in</span>
          </summary>
          <pre tabIndex={0}>{JSON.stringify(data.spec, null, 2)}</pre>
        </details>
      )}
    </>
  );
}

function Application({ answer }: { answer: ApplicationAnswer }) {
  const [returning, setReturning] = useState(false);
  const { application, ledger, links } = answer;
  const mayReturn = Object.values(ledger.environments).some(({ live }) => live !== null);
  return (
    <>
      <div className="title">
        <h1>{application}</h1>
        <Lane answer={answer} />
      </div>
      <div className="actions still">
        {mayReturn && (
          <button type="button" className="button danger" onClick={() => setReturning(true)}>
            Return to an earlier version
          </button>
        )}
        {links['temporal'] && (
          <a href={links['temporal']} rel="noreferrer">
            Temporal Web UI
          </a>
        )}
      </div>
      <Environments answer={answer} />
      <Quarantined answer={answer} />
      {returning && <ReturnDialog answer={answer} onClose={() => setReturning(false)} />}
    </>
  );
}

function Lane({ answer: { application, lane } }: { answer: ApplicationAnswer }) {
  if (!lane.active) return <span className="quiet">no release under way</span>;
  const { number, version } = lane.active;
  return (
    <span>
      <Link to={`/releases/${application}:${number}`} className="pill live">
        <span aria-hidden="true">●</span> release {application}:{number} of {version}
        {lane.warm && ', at 100 % and warm'}
      </Link>
      {lane.queue.length > 0 && <span className="quiet"> {lane.queue.length} waiting</span>}
    </span>
  );
}

function Environments({ answer: { ledger } }: { answer: ApplicationAnswer }) {
  const environments = Object.entries(ledger.environments);
  if (environments.length === 0) return <p className="card quiet">Nothing was released yet.</p>;
  return (
    <section className="card" aria-labelledby="environments">
      <h2 id="environments">Environments</h2>
      <ul className="rows">
        {environments.map(([name, { live, history }]) => (
          <li key={name}>
            <strong>{name}</strong> <span className="version">{live ?? 'none'}</span>
            <ul className="history" aria-label={`Latest in ${name}`}>
              {history
                .slice(-5)
                .toReversed()
                .map(({ version, outcome, at, release }) => (
                  <li key={`${release} ${at}`} className="quiet">
                    {version} {outcome.replace('_', ' ')} <Ago iso={at} />
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Quarantined({ answer: { application, ledger } }: { answer: ApplicationAnswer }) {
  const [lifting, setLifting] = useState<string | null>(null);
  const entries = Object.entries(ledger.quarantine);
  if (entries.length === 0) return null;
  return (
    <section className="card" aria-labelledby="quarantine">
      <h2 id="quarantine">Quarantine</h2>
      <ul className="rows">
        {entries.map(([version, { reason, at, release }]) => (
          <li key={version}>
            <span className="mark warn">
              <span aria-hidden="true">⚠</span> {version}
            </span>{' '}
            {reason}{' '}
            <span className="quiet">
              <Link to={`/releases/${application}:${release}`}>
                {application}:{release}
              </Link>
              , <Ago iso={at} />
            </span>{' '}
            <button type="button" className="link-button" onClick={() => setLifting(version)}>
              Lift<span className="unseen"> the quarantine of {version}</span>
            </button>
          </li>
        ))}
      </ul>
      {lifting !== null && (
        <LiftDialog application={application} version={lifting} onClose={() => setLifting(null)} />
      )}
    </section>
  );
}
