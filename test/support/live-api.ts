/** The API with everything real behind it but the outside world: Temporal, workflows, journal. */

import type { Journal } from '../../journal/contract.ts';
import { openTestApi, type Answer, type TestApi } from './api.ts';
import type { FakeWorld } from './fake-world.ts';
import { openTestJournal } from './journal.ts';
import { startTestTemporal, startTestWorker } from './temporal.ts';

export interface LiveApi extends TestApi {
  journal: Journal;
  world: FakeWorld;
  temporalAddress: string;
  /** Ends the worker; `startWorker` brings one back, with the same world. */
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  /** Gives `application` a specification with two steps and no staging. */
  apply(application: string, change?: string): Promise<Answer>;
  /** Submits `version`; answers its id. */
  release(application: string, version: string): Promise<string>;
  /** Asks for a release until it is as wanted. */
  until(id: string, holds: (progress: Progress) => boolean): Promise<Progress>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
type Progress = any;

/** One per test file; `close` it in the end. */
export async function openLiveApi(environment: Record<string, string> = {}): Promise<LiveApi> {
  const [temporal, journal] = await Promise.all([startTestTemporal(), openTestJournal()]);
  const { address } = temporal;
  let worker = await startTestWorker(address, journal);
  const { world } = worker;
  const api = await openTestApi({
    environment: { TEMPORAL_ADDRESS: address, ...environment },
    // The tests close the journal themselves, after the worker that writes to it.
    journal: { ...journal, close: () => Promise.resolve() },
  });
  return {
    ...api,
    journal,
    world,
    temporalAddress: address,
    stopWorker: () => worker.stop(),
    async startWorker() {
      worker = await startTestWorker(address, journal, world);
    },
    apply: (application, change = '') =>
      api.send('PUT', `/api/v1/applications/${application}`, {
        headers: { 'content-type': 'application/yaml' },
        body: specificationOf(application) + change,
      }),
    async release(application, version) {
      const answer = await api.post(`/api/v1/applications/${application}/releases`, {
        version: { name: version, artifact: `registry/${application}:${version}` },
      });
      if (answer.status !== 202) throw new Error(`not submitted: ${answer.text}`);
      return answer.json().id as string;
    },
    async until(id, holds) {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const answer = await api.get(`/api/v1/releases/${id}`);
        if (answer.status === 200 && holds(answer.json())) return answer.json();
        if (Date.now() > deadline)
          throw new Error(`did not come to be: ${answer.text.slice(0, 3000)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async close() {
      await api.close();
      await worker.stop();
      await journal.close();
      await temporal.stop();
    },
  };
}

/** Ends in success at once, as far as the fakes let it. They tell places apart by environment. */
function specificationOf(application: string): string {
  return `application: ${application}
environments:
  ${application}-eu:
    target: { process: { command: [node, server.mjs] } }
    router: { envoy: { port: 10080 } }
production:
  waves: [{ environments: [${application}-eu] }]
  strategy: { canary: { steps: [10, 100], bake: { min: 1s, max: 1h } } }
  keepWarm: 1s
analysis:
  metrics:
    - { signal: errors, from: envoy, limit: 1% }
`;
}
