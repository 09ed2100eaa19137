/** When a workflow that never ends begins a new run. */

import { workflowInfo } from '@temporalio/workflow';

/** Events of history after which it is worth to begin a new run at a quiet moment. */
const longHistory = 2000;

export function isLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > longHistory;
}
