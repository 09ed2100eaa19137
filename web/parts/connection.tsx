/** Whether what is seen is of now: a light in the head, and a banner when it is not. */

import { useConnection } from '../server/use-stream.ts';
import { useNow } from './use-now.ts';
import { wallTime } from './wall-time.ts';

const words = {
  none: null,
  connecting: { tone: 'quiet', word: 'connecting' },
  live: { tone: 'good', word: 'live' },
  broken: { tone: 'warn', word: 'reconnecting' },
  ended: { tone: 'quiet', word: 'complete' },
  refused: null,
} as const;

export function ConnectionLight() {
  const light = words[useConnection().state];
  return (
    <span className={`light ${light?.tone ?? ''}`} aria-live="polite">
      {light?.word}
    </span>
  );
}

/** Short breaks are mended before anybody needs to know. Milliseconds. */
const tolerated = 2_500;

export function ConnectionBanner() {
  const { state, since } = useConnection();
  const now = useNow(state === 'broken');
  const shown = state === 'broken' && now - since > tolerated;
  return (
    <div role="status">
      {shown && (
        <p className="banner warn">
          <strong>{navigator.onLine ? 'The server does not answer.' : 'You are offline.'}</strong>{' '}
          What you see is of {wallTime(new Date(since).toISOString(), now)}. Trying again by itself.
        </p>
      )}
    </div>
  );
}
