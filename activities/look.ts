/** One look at what a workflow keeps. It has an end, and where there is no workflow there is nothing. */

import { WorkflowNotFoundError, type Client } from '@temporalio/client';

/**
 * Milliseconds until a look is given up. The workflow may be with a worker that is just ending, which
 * would wait for this very look.
 */
const patience = 5000;

/**
 * What the query answers; `nothing` when nobody has ever started that workflow.
 * @throws when it does not answer: no answer is not a yes, so it is asked again
 */
export async function lookAt<T>(
  client: Client,
  workflowId: string,
  query: string,
  nothing: T,
): Promise<T> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await client.withDeadline(Date.now() + patience, () => handle.query<T>(query));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return nothing;
    throw error;
  }
}
