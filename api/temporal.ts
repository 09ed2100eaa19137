/** The connection to Temporal: lazy, so that the API lives without it, and with a deadline always. */

import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  LOCAL_TARGET,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { ApiConfig } from './config.ts';
import { explainTemporal, reasonOf, unavailable, type Subject } from './temporal-errors.ts';

export interface Temporal {
  readonly namespace: string;
  readonly connection: Connection;
  readonly workflow: Client['workflow'];
  /**
   * Carries `call` out within the deadline. `subject` is what it is about, for the error.
   * @throws CrescendoError whatever goes wrong, in our words
   */
  ask<T>(subject: Subject, call: () => Promise<T>): Promise<T>;
  /** Milliseconds that the server took to answer. @throws CrescendoError temporal_unavailable */
  ping(): Promise<number>;
  close(): Promise<void>;
}

const pingDeadline = 1_000;

export function createTemporal(config: Pick<ApiConfig, 'temporal' | 'temporalDeadline'>): Temporal {
  const { connection: options, namespace } = config.temporal;
  const address = options.address ?? LOCAL_TARGET;
  const deadline = config.temporalDeadline;
  const connection = Connection.lazy({
    ...options,
    // A server that came back is found again soon, and one that is away is soon said to be.
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 2000,
    },
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 4 }))],
  });
  const client = new Client({ connection, namespace });
  const underWay = new Set<Promise<unknown>>();

  /** Closing waits for it. */
  function kept<T>(work: Promise<T>): Promise<T> {
    const ended = work.finally(() => underWay.delete(ended));
    underWay.add(ended);
    return ended;
  }

  async function ping(): Promise<number> {
    const started = performance.now();
    try {
      await connection.withDeadline(Date.now() + pingDeadline, () =>
        connection.workflowService.getSystemInfo({}),
      );
    } catch (error) {
      throw unavailable(address, reasonOf(error) ?? `no answer within ${pingDeadline} ms`, error);
    }
    return performance.now() - started;
  }

  async function ask<T>(subject: Subject, call: () => Promise<T>): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + deadline, call);
    } catch (error) {
      const reachable = () =>
        ping().then(
          () => true,
          () => false,
        );
      throw await explainTemporal(error, { subject, address, deadline, reachable });
    }
  }

  return {
    namespace,
    connection,
    workflow: client.workflow,
    ping: () => kept(ping()),
    ask: (subject, call) => kept(ask(subject, call)),
    async close() {
      // A call that is tried again on a closed connection would end the process; each has a deadline.
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await connection.close();
    },
  };
}
