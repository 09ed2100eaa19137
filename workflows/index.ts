/** The door of the bundle: every workflow type that Crescendo runs. */

export { application } from './application.ts';
export { batch } from './batch.ts';
export { estate } from './estate.ts';
export { forecast } from './forecast.ts';
export { group } from './group.ts';
export { release } from './release.ts';
export { rollout } from './rollout.ts';
