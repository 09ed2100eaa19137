/** The pages and the way between them, on the browser's own history. */

import { useSyncExternalStore, type MouseEvent, type ReactNode } from 'react';
import { labelPattern, parseReleaseId } from '../domain/ids.ts';

export type Page =
  | { page: 'overview' }
  | { page: 'application'; application: string }
  | { page: 'release'; id: string }
  | { page: 'group'; group: string }
  | { page: 'unknown' };

/** The page of a path. */
export function pageOf(pathname: string): Page {
  const [first, second, ...rest] = pathname.split('/').filter(Boolean).map(decode);
  if (first === undefined) return { page: 'overview' };
  if (second === undefined || rest.length > 0) return { page: 'unknown' };
  if (first === 'releases' && parseReleaseId(second)) return { page: 'release', id: second };
  if (first === 'applications' && labelPattern.test(second))
    return { page: 'application', application: second };
  if (first === 'groups' && labelPattern.test(second)) return { page: 'group', group: second };
  return { page: 'unknown' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
}

/** The path and query that are open now. */
export function useLocation(): { pathname: string; search: string } {
  const href = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const { pathname, search } = new URL(href, location.origin);
  return { pathname, search };
}

export function navigate(href: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  for (const listener of listeners) listener();
  if (!replace) scrollTo(0, 0);
}

interface LinkProps {
  to: string;
  className?: string;
  current?: boolean;
  children: ReactNode;
}

/** A link inside the console; with a modifier key the browser does what it always does. */
export function Link({ to, className, current = false, children }: LinkProps) {
  const follow = (event: MouseEvent) => {
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (modified || event.button !== 0) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} className={className} aria-current={current ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
