/** Who has the audience: the canary's share beside the stable version's. */

import type { RolloutProgress } from '../../domain/rollout-progress.ts';
import { rulesWords } from '../../domain/traffic.ts';
import { percent } from '../../domain/words.ts';

interface TrafficBarProps {
  rollout: RolloutProgress;
  canary: string;
}

export function TrafficBar({ rollout, canary }: TrafficBarProps) {
  const { weight, shares, stable, stage, outcome } = rollout;
  const back = stage === 'rollback' || (outcome !== null && outcome !== 'finished');
  const tone = back ? 'bad' : weight >= 100 ? 'good' : 'live';
  const others = shares.filter(({ version, weight: share }) => version !== canary && share > 0);
  if (shares.length === 0 && stable !== null) others.push({ version: stable, weight: 100 });
  const role = others.length === 0 && weight >= 100 ? '' : ' canary';
  return (
    <div className="traffic">
      <div className={`bar ${tone}`} aria-hidden="true">
        <span className={weight > 0 ? 'some' : ''} style={{ width: `${weight}%` }} />
      </div>
      <p>
        <span className={`share ${tone}`}>
          <strong className="number">{percent(weight)}</strong> {canary}
          {role}
          {shares.flatMap(({ rules }) => rulesWords(rules).map((word) => ` + ${word}`))}
        </span>
        {others.map(({ version, weight: share }) => (
          <span key={version} className="share">
            <strong className="number">{percent(share)}</strong> {version}
            {roleOf(rollout, version)}
          </span>
        ))}
      </p>
    </div>
  );
}

function roleOf({ stable, designated }: RolloutProgress, version: string): string {
  if (version === stable) return ' stable';
  return version === designated ? ' designated' : '';
}
