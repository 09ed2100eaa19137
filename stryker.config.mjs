/** Stryker for one module of `test/mutation/modules.mjs`; `npm run mutate` takes them one by one. */

const module = process.env['MUTATE'];

export default {
  packageManager: 'npm',
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  // Not by related files: nearly every spec of the analysis imports these.
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: [`${module}.ts`],
  ignorePatterns: ['/*/', '!/domain/', '!/test/'],
  // TypeScript 7 has no API with which Stryker could rewrite its settings, and need not have.
  tsconfigFile: 'none',
  // A module is read once for all of its mutants: what it does while it is read cannot be told apart.
  ignoreStatic: true,
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 30_000,
  allowConsoleColors: false,
  tempDirName: '.crescendo/mutation/sandbox',
  reporters: ['json'],
  jsonReporter: { fileName: `.crescendo/mutation/${module}.json` },
};
