/** What is waited for, since when, until when, and what happens then. */

import type { Wait } from '../../domain/events.ts';
import { outstanding, type GateProgress } from '../../domain/gates.ts';
import { person } from '../../domain/words.ts';
import { useNow } from '../parts/use-now.ts';
import { waitSentence, waitShare } from './doing.ts';

interface WaitNoteProps {
  wait: Wait;
  gate?: GateProgress | null;
  /** A sentence that stands nearby already. */
  told?: string | undefined;
}

export function WaitNote({ wait, gate = null, told }: WaitNoteProps) {
  const now = useNow();
  const what = told === undefined ? wait.for : wait.for.replace(` (${told})`, '');
  const share = waitShare(wait, now);
  return (
    <section className="note wait" aria-label="Waiting">
      <p>
        <span className="quiet">waits for</span> <strong>{what}</strong>
      </p>
      {gate && <Approvals gate={gate} />}
      <p className="quiet">{waitSentence(wait, now)}</p>
      {share !== null && <Gauge share={share} />}
    </section>
  );
}

/** A thin line that fills; the sentence beside it says the same. */
export function Gauge({ share }: { share: number }) {
  return (
    <div className="gauge" aria-hidden="true">
      <span style={{ width: `${share * 100}%` }} />
    </div>
  );
}

function Approvals({ gate }: { gate: GateProgress }) {
  const { needs, approvals, exclude } = gate;
  return (
    <>
      <p>
        Gate {gate.gate}: {approvals.length} of {needs} {needs === 1 ? 'approval' : 'approvals'} so
        far; needs {outstanding(gate)}
      </p>
      {approvals.length > 0 && (
        <ul>
          {approvals.map(({ by, reason }) => (
            <li key={by.id}>
              {person(by)}
              {reason !== null && `: ${reason}`}
            </li>
          ))}
        </ul>
      )}
      {exclude.length > 0 && (
        <p className="quiet">Somebody other than {exclude.join(' and ')} must approve.</p>
      )}
    </>
  );
}
