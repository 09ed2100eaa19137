import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTemporal, type TestTemporal } from '../test/support/temporal.ts';
import { lookAt } from './look.ts';

describe('activities/look', () => {
  let temporal: TestTemporal;
  let client: Client;
  beforeAll(async () => {
    temporal = await startTestTemporal();
    client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  });
  afterAll(async () => {
    await client.connection.close();
    await temporal.stop();
  });

  it('sees nothing where there is no workflow', async () => {
    expect(await lookAt(client, 'application:shop', 'stops', 'nothing')).toBe('nothing');
  });

  it('gives up on a workflow that no worker works, and does not take that for nothing', async () => {
    const workflowId = 'application:cart';
    await client.workflow.start('application', { workflowId, taskQueue: 'nobody' });
    await expect(lookAt(client, workflowId, 'stops', 'nothing')).rejects.toThrow();
  });
});
