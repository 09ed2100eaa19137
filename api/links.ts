/** Links that answers carry: to themselves, the console, Temporal Web UI and the live events. */

import {
  applicationWorkflowId,
  formatReleaseId,
  releaseWorkflowId,
  type ReleaseId,
} from '../domain/ids.ts';
import type { ApiConfig } from './config.ts';

type LinkSettings = Pick<ApiConfig, 'publicUrl' | 'temporalUi' | 'temporal'>;

export const apiBase = '/api/v1';

export function releaseLinks(config: LinkSettings, release: ReleaseId) {
  const id = formatReleaseId(release);
  const base = config.publicUrl ?? '';
  return {
    self: `${base}${apiBase}/releases/${id}`,
    console: `${base}/releases/${id}`,
    temporal: workflowLink(config, releaseWorkflowId(release)),
    events: `${base}${apiBase}/releases/${id}/events`,
  };
}

export function applicationLinks(config: LinkSettings, application: string) {
  const base = config.publicUrl ?? '';
  return {
    self: `${base}${apiBase}/applications/${application}`,
    console: `${base}/applications/${application}`,
    temporal: workflowLink(config, applicationWorkflowId(application)),
    releases: `${base}${apiBase}/releases?application=${application}`,
  };
}

function workflowLink({ temporalUi, temporal }: LinkSettings, workflowId: string): string | null {
  return temporalUi && `${temporalUi}/namespaces/${temporal.namespace}/workflows/${workflowId}`;
}
