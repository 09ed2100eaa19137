/** How histories are recorded: one scene after the other, with the servers that the tests use. */

import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: ['test/replay/record.ts'],
    pool: 'forks',
    globalSetup: ['test/support/global-setup.ts'],
    // Nobody waits for a recording, so a busy machine may take its time.
    env: { CRESCENDO_TEST_PATIENCE: '60000' },
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
});
