/** CI checks of the version, with the way to the run that says more. */

import { checkMarks } from '../../domain/marks.ts';
import { Marked } from '../parts/marks.tsx';
import type { ReleaseAnswer } from '../server/answers.ts';

/** False once there is more important news. */
export function matters({ stage, outcome }: ReleaseAnswer): boolean {
  return stage === 'verify' || outcome === 'rejected';
}

export function Checks({ release }: { release: ReleaseAnswer }) {
  const { checks } = release;
  if (checks.length === 0) return null;
  return (
    <details className="card" open={matters(release)}>
      <summary>
        <h2>Checks</h2>
        <span className="quiet">
          {checks.filter(({ state }) => state === 'passed').length} of {checks.length} passed
        </span>
      </summary>
      <ul className="rows">
        {checks.map(({ check, state, detail, url }) => (
          <li key={check}>
            <Marked mark={checkMarks[state]} /> <strong>{check}</strong>{' '}
            <span className="quiet">{detail}</span>{' '}
            {url && isLink(url) && (
              <a href={url} rel="noreferrer">
                details
              </a>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A check's address comes from elsewhere: it must not be able to run here. */
function isLink(url: string): boolean {
  return /^https?:\/\//i.test(url);
}
