/** What the running Envoy does with the audience, asked of its admin interface and of nobody else. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Version → share in percent. */
export type Weights = Record<string, number>;

export interface WeightSample {
  /** Epoch milliseconds: before the question, and after the answer. */
  asked: number;
  answered: number;
  /** By site, `application_environment`. */
  sites: Record<string, Weights>;
}

export interface WeightSampler {
  samples: WeightSample[];
  /** Ends the sampling. */
  stop(): Promise<void>;
}

const everyMs = 100;

/** Asks about ten times a second until it is stopped. While Envoy is away there are no samples. */
export function sampleWeights(adminUrl: string): WeightSampler {
  const samples: WeightSample[] = [];
  const over = new AbortController();
  const run = async () => {
    while (!over.signal.aborted) {
      const asked = Date.now();
      const sites = await readWeights(adminUrl).catch(() => undefined);
      if (sites) samples.push({ asked, answered: Date.now(), sites });
      await sleep(Math.max(10, asked + everyMs - Date.now()));
    }
  };
  const running = run();
  return {
    samples,
    stop() {
      over.abort();
      return running;
    },
  };
}

interface Dump {
  configs?: { route_config?: { virtual_hosts?: VirtualHost[] } }[];
}

interface VirtualHost {
  name: string;
  routes?: {
    route?: {
      weighted_clusters?: {
        clusters?: {
          weight?: number;
          response_headers_to_add?: { header: { key: string; value: string } }[];
        }[];
      };
    };
  }[];
}

/** By site. @throws when Envoy does not answer */
export async function readWeights(adminUrl: string): Promise<Record<string, Weights>> {
  const answer = await fetch(`${adminUrl}/config_dump?resource=dynamic_route_configs`, {
    signal: AbortSignal.timeout(2_000),
  });
  const { configs = [] } = (await answer.json()) as Dump;
  const hosts = configs.flatMap(({ route_config: config }) => config?.virtual_hosts ?? []);
  return Object.fromEntries(hosts.map((host) => [host.name, weightsOf(host)]));
}

function weightsOf({ routes }: VirtualHost): Weights {
  const clusters = routes?.[0]?.route?.weighted_clusters?.clusters ?? [];
  return Object.fromEntries(
    clusters.map(({ weight = 0, response_headers_to_add: headers = [] }) => {
      const name = headers.find(({ header }) => header.key === 'x-crescendo-version');
      return [name?.header.value ?? '?', weight / 100];
    }),
  );
}
