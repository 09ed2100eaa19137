/** The head of a release: what it is, how far it is, and how it ended. */

import { person } from '../../domain/words.ts';
import { Pill } from '../parts/marks.tsx';
import { At, Took } from '../parts/times.tsx';
import { Link } from '../router.tsx';
import type { ReleaseAnswer } from '../server/answers.ts';
import { stageLine, stateMark } from './stage-line.ts';

const stageSigns = { done: '✔', now: '●', failed: '✖', ahead: '○' } as const;
const stageWords = { done: 'done', now: 'now', failed: 'ended here', ahead: 'to come' } as const;

export function ReleaseHead({ release }: { release: ReleaseAnswer }) {
  const { application, version, id, initiator, submittedAt, endedAt, since, hotfix } = release;
  return (
    <header className="release-head">
      <nav aria-label="Where you are" className="crumbs">
        <Link to="/">All releases</Link> /{' '}
        <Link to={`/applications/${application}`}>{application}</Link> / {id}
      </nav>
      <div className="title">
        <h1>
          {application}{' '}
          <span className="version">{version?.name ?? '(version not known yet)'}</span>
        </h1>
        <Pill mark={stateMark(release)} />
      </div>
      <ol className="stages" aria-label="Stages">
        {stageLine(release).map(({ stage, state }) => (
          <li key={stage} className={state} aria-current={state === 'now' ? 'step' : undefined}>
            <span aria-hidden="true">{stageSigns[state]}</span> {stage}
            <span className="unseen">: {stageWords[state]}</span>
          </li>
        ))}
      </ol>
      <Conclusion release={release} />
      <p className="quiet facts">
        <span>
          {endedAt === null ? 'running' : 'took'} <Took from={submittedAt} to={endedAt} />
        </span>
        {hotfix !== undefined && <span>hotfix: {hotfix}</span>}
        {initiator && <span>by {person(initiator)}</span>}
        <span>
          submitted <At iso={submittedAt} />
        </span>
        <span>
          {endedAt === null ? 'in this stage since ' : 'ended '}
          <At iso={endedAt ?? since} />
        </span>
        {version?.commit && <span title={version.commit}>commit {version.commit.slice(0, 9)}</span>}
      </p>
    </header>
  );
}

/** The last word, once there is one. */
function Conclusion({ release }: { release: ReleaseAnswer }) {
  const { sentence, outcome, quarantined, version } = release;
  const told = quarantined !== null && sentence?.includes(quarantined) === true;
  const tone = outcome === 'succeeded' ? 'good' : outcome === 'superseded' ? 'quiet' : 'bad';
  return (
    <>
      {sentence && <p className={`conclusion ${tone}`}>{sentence}</p>}
      {quarantined !== null && (
        <p className="quarantine">
          <span className="mark warn">
            <span aria-hidden="true">⚠</span> {version?.name} is quarantined
          </span>
          {told ? '' : `: ${quarantined}`}
        </p>
      )}
    </>
  );
}
