/** How the tests run: beside the source and in test/ first, then journeys on a real stack, one by one. */

import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', 'dist/**', '.crescendo/**'];

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Real servers on a shared machine: what fails once there is tried again, and reported as such.
    retry: process.env['CI'] === 'true' ? 2 : 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.spec.ts'],
          exclude: [...never, 'test/e2e/**'],
          globalSetup: ['test/support/global-setup.ts'],
          // Scenes mostly wait for their server: two at once keep two cores busy.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.spec.ts'],
          exclude: never,
          globalSetup: ['test/support/e2e/build.ts'],
          // Each file has a whole stack and kills parts of it: two at once would slow each other down.
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
        },
      },
    ],
  },
});
