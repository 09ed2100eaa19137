/** What every deploy target does: bring versions up beside each other, say what runs, retire. */

import type { Deployment, Version } from '../../domain/release.ts';
import type { CallContext } from '../call.ts';

/** Which application in which environment; versions of one site run side by side. */
export interface Site {
  application: string;
  environment: string;
}

export interface RunningVersion extends Deployment {
  ready: boolean;
  /** One sentence for people: `1 of 1 process ready`, `exited with code 1`. */
  detail: string;
}

export interface Target {
  /**
   * Brings `version` up beside whatever else runs at the site and returns once it is ready.
   * Idempotent: a version that already runs is returned as it is; a dead one is started again.
   * Leaves nothing behind when it fails. Calls `context.progress` while it waits.
   * @throws CrescendoError artifact_missing | artifact_mismatch | version_not_ready
   */
  deploy(site: Site, version: Version, context: CallContext): Promise<Deployment>;
  /**
   * Whether `version` could be brought up now, without doing it: null, or why not. A target that
   * cannot tell leaves it out.
   */
  canDeploy?(site: Site, version: Version, context: CallContext): Promise<string | null>;
  /** What runs at the site now, ready or not. Read from the world, not from memory. */
  running(site: Site, context: CallContext): Promise<RunningVersion[]>;
  /** Stops `version` at the site, letting requests in flight finish. Idempotent. */
  retire(site: Site, version: string, context: CallContext): Promise<void>;
}
