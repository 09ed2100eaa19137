/** Links that go with a notice: the console page of the release, and its run in Temporal Web UI. */

import type { LinkMaker } from '../activities/record.ts';
import { parseReleaseId, releaseWorkflowId } from '../domain/ids.ts';
import type { WorkerConfig } from './config.ts';

export function linksFor(
  config: Pick<WorkerConfig, 'publicUrl' | 'temporalUi' | 'namespace'>,
): LinkMaker {
  const { publicUrl, temporalUi, namespace } = config;
  return (release) => {
    const console = `${publicUrl}/releases/${encodeURIComponent(release)}`;
    const id = parseReleaseId(release);
    if (!temporalUi || !id) return { console };
    const workflow = encodeURIComponent(releaseWorkflowId(id));
    return { console, temporal: `${temporalUi}/namespaces/${namespace}/workflows/${workflow}` };
  };
}
