/** Links that go with a notice: the console page of the release, and its run in Temporal Web UI. */

import type { LinkMaker } from '../activities/record.ts';
import { parseReleaseId, releaseWorkflowId } from '../domain/ids.ts';
import type { WorkerConfig } from './config.ts';

type Places = Pick<WorkerConfig, 'publicUrl' | 'temporalUi' | 'namespace'>;

export function linksFor({ publicUrl, temporalUi, namespace }: Places): LinkMaker {
  return (release) => {
    const links: Record<string, string> = {
      console: `${publicUrl}/releases/${encodeURIComponent(release)}`,
    };
    const id = parseReleaseId(release);
    if (!temporalUi || !id) return links;
    const workflow = encodeURIComponent(releaseWorkflowId(id));
    links['temporal'] = `${temporalUi}/namespaces/${namespace}/workflows/${workflow}`;
    return links;
  };
}
