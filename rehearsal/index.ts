/** The door of rehearsals: scenarios in, what would happen out. */

export { before } from './before.ts';
export { builtIn, builtIns, builtInsFor } from './built-in.ts';
export { readScenarios } from './read.ts';
export { rehearse } from './rehearse.ts';
export { openStage } from './stage.ts';
export type { Report } from './report.ts';
export type { Scenario } from './scenario.ts';
