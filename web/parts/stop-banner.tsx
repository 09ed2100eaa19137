/** Says on every page that everything is stopped, by whom and why. */

import { stopSentence } from '../../domain/estate.ts';
import { useEstate } from '../server/queries.ts';

export function StopBanner() {
  const { data: estate } = useEstate();
  if (!estate?.stop) return null;
  return (
    <p className="banner" role="status">
      ‖ {stopSentence(estate.stop)}. Nothing goes forward; every way back is open.
    </p>
  );
}
