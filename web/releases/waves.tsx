/** Where there are too many environments for a card each: how each wave is, in counts. */

import {
  environmentStates,
  overviewWords,
  type EnvironmentState,
  type WaveOverview,
} from '../../domain/overview.ts';
import { waveName } from '../../domain/waves.ts';
import type { ReleaseAnswer } from '../server/answers.ts';

export function Waves({ release: { overview, rollouts, plan } }: { release: ReleaseAnswer }) {
  const all = overview.reduce((sum, { environments }) => sum + environments, 0);
  const shown = plan ? countPlanned(plan) : Object.keys(rollouts).length;
  if (all <= 25) return null;
  return (
    <section className="card waves" aria-label="Waves">
      <h2>{all} environments</h2>
      <table>
        <tbody>
          {overview.map((wave) => (
            <tr key={wave.wave}>
              <th scope="row">{waveName(wave.wave)}</th>
              <td className="share">
                <Share wave={wave} />
              </td>
              <td>{overviewWords(wave)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown < all && <p className="quiet">Below: the {shown} that matter most now.</p>}
    </section>
  );
}

function countPlanned({ staging, waves }: NonNullable<ReleaseAnswer['plan']>): number {
  return waves.reduce((sum, wave) => sum + wave.rollouts.length, staging ? 1 : 0);
}

const tones: Record<EnvironmentState, string> = {
  turningBack: 'bad',
  held: 'warn',
  atWork: 'live',
  failed: 'bad',
  returned: 'bad',
  toCome: 'ahead',
  done: 'good',
};

/** The words beside say the same. */
function Share({ wave: { states } }: { wave: WaveOverview }) {
  return (
    <div className="wave-share" aria-hidden="true">
      {environmentStates.toReversed().map((state) => {
        const count = states[state] ?? 0;
        return (
          count > 0 && <span key={state} className={tones[state]} style={{ flexGrow: count }} />
        );
      })}
    </div>
  );
}
