/** What surrounds every page: the head, the state of the connection, and who is acting. */

import { useEffect, useState, useSyncExternalStore } from 'react';
import { ApplicationPage } from './applications/application-page.tsx';
import { GroupPage } from './groups/group-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { ConnectionBanner, ConnectionLight } from './parts/connection.tsx';
import { IdentityDialog } from './parts/identity-dialog.tsx';
import { StopBanner } from './parts/stop-banner.tsx';
import { ReleasePage } from './releases/release-page.tsx';
import { Link, pageOf, useLocation, type Page } from './router.tsx';
import { queryClient } from './server/queries.ts';
import { onSessionChange, session } from './server/session.ts';

export function App() {
  const { pathname } = useLocation();
  const { token, actor, refused } = useSyncExternalStore(onSessionChange, session);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    void queryClient.invalidateQueries();
  }, [token]);
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="masthead">
        <Link to="/" className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M26 7 6 16l20 9" />
          </svg>
          Crescendo
        </Link>
        <ConnectionLight />
        <button type="button" className="link-button" onClick={() => setAsking(true)}>
          {token === null ? (actor ?? 'anonymous') : 'with a token'}
          <span className="unseen">: change who is acting</span>
        </button>
      </header>
      <ConnectionBanner />
      <StopBanner />
      <main id="content" tabIndex={-1}>
        <PageOf page={pageOf(pathname)} />
      </main>
      <footer className="foot">
        <a href="/api/docs">API</a>
        <span>Releases go on without this page.</span>
      </footer>
      {(asking || refused) && <IdentityDialog refused={refused} onClose={() => setAsking(false)} />}
    </>
  );
}

function PageOf({ page }: { page: Page }) {
  switch (page.page) {
    case 'overview':
      return <OverviewPage />;
    case 'application':
      return <ApplicationPage key={page.application} name={page.application} />;
    case 'release':
      return <ReleasePage key={page.id} id={page.id} />;
    case 'group':
      return <GroupPage key={page.group} name={page.group} />;
    case 'unknown':
      return (
        <section className="empty">
          <h1>Nothing is here</h1>
          <p>
            The address does not belong to a page. <Link to="/">All applications and releases</Link>
          </p>
        </section>
      );
  }
}
