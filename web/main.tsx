/** Where the console starts. */

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClientProvider } from '@tanstack/react-query';
import { App } from './app.tsx';
import { queryClient } from './server/queries.ts';
// The phone's layout comes last, for it changes all others.
import './style/base.css';
import './style/shell.css';
import './style/tones.css';
import './style/cards.css';
import './style/forms.css';
import './style/overview.css';
import './style/release.css';
import './style/evidence.css';
import './style/phone.css';

const root = document.querySelector('#root');
if (!root) throw new Error('index.html has no element with the id "root"');

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
