/** Whether the page is as narrow as a phone; style/phone.css changes the layout at the same width. */

import { useSyncExternalStore } from 'react';

const query = matchMedia('(max-width: 640px)');

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches);
}
