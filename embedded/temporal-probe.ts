/** Asks an address whether a Temporal server is behind it. */

import { Connection } from '@temporalio/client';

const answerMs = 2_000;

/** Version of the Temporal server at `address`; undefined when none answers within two seconds. */
export async function temporalVersionAt(address: string): Promise<string | undefined> {
  return ask(address, async (connection) => {
    const info = await connection.workflowService.getSystemInfo({});
    return info.serverVersion || 'unknown';
  });
}

/** True when workflows of this namespace can be listed: frontend, namespace and store are up. */
export async function isNamespaceUsable(address: string, namespace: string): Promise<boolean> {
  const answer = await ask(address, async (connection) => {
    return connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
  });
  return answer !== undefined;
}

async function ask<T>(
  address: string,
  question: (connection: Connection) => Promise<T>,
): Promise<T | undefined> {
  // `Connection.connect` would not close what it opened when nothing answers.
  const connection = Connection.lazy({ address, connectTimeout: answerMs });
  try {
    await connection.ensureConnected();
    return await connection.withDeadline(Date.now() + answerMs, () => question(connection));
  } catch {
    return undefined;
  } finally {
    await connection.close();
  }
}
