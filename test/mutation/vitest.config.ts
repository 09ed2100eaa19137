/** What runs against the mutants of one module: the spec beside it, and no other. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: [`${process.env['MUTATE']}.spec.ts`], testTimeout: 60_000 },
});
