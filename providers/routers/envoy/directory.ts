/** The directory between workers and Envoy: what is known of the sites, and the files Envoy reads. */

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Site } from '../../targets/contract.ts';
import { CrescendoError } from '../../../domain/errors.ts';
import { withLock } from '../../lock.ts';
import { buildClusters, buildListeners, routesFile } from './config.ts';
import { siteName } from './names.ts';
import { buildRoutes } from './routes.ts';
import { siteStateSchema } from './schema.ts';
import type { SiteState } from './schema.ts';

/** What Envoy shall be told; the order of telling is the caller's. */
export type Resource = 'clusters' | 'routes';

export interface SitesDirectory {
  /**
   * Changes what is known of the site and rewrites the files of `resource`, together with what
   * other sites have; one change at a time, whichever worker makes it. `next` gets the site and
   * all others as they are now, and may throw to refuse.
   */
  change(
    site: Site,
    resource: Resource,
    signal: AbortSignal,
    next: (old: SiteState | undefined, others: SiteState[]) => SiteState,
  ): Promise<void>;
}

export function openDirectory(directory: string): SitesDirectory {
  const sites = join(directory, 'sites');
  const pathOf = (site: Site) => join(sites, `${siteName(site)}.json`);

  async function rewrite(resource: Resource, states: SiteState[], changed: SiteState[]) {
    if (resource === 'clusters') {
      await replace(join(directory, 'clusters.json'), buildClusters(states));
      return;
    }
    // Routes first: a listener that appears must find them.
    for (const port of new Set(changed.map(({ settings }) => settings.port))) {
      await replace(join(directory, routesFile(port)), buildRoutes(states, port));
    }
    await replace(join(directory, 'listeners.json'), buildListeners(states, directory));
  }

  return {
    async change(site, resource, signal, next) {
      await mkdir(sites, { recursive: true });
      await withLock(sites, signal, async (held) => {
        const known = await readStates(sites);
        const own = siteName(site);
        const others = known.filter((state) => siteName(state) !== own);
        const old = known.find((state) => siteName(state) === own);
        const state = next(old, others);
        held.throwIfAborted();
        await replace(pathOf(site), state);
        // In a fixed order, so that Envoy sees a change only where there is one.
        const all = [...others, state].sort((a, b) => (siteName(a) < siteName(b) ? -1 : 1));
        await rewrite(resource, all, [state, ...(old ? [old] : [])]);
      });
    },
  };
}

async function readStates(directory: string): Promise<SiteState[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json'));
  return Promise.all(files.map((file) => readState(join(directory, file))));
}

async function readState(path: string): Promise<SiteState> {
  const text = await readFile(path, 'utf8');
  try {
    return siteStateSchema.parse(JSON.parse(text));
  } catch (error) {
    // Going on without it would take its site off the air.
    const message = `${path} is damaged; restore it, or remove it and set the shares of its site anew`;
    throw new CrescendoError('provider_refused', message, [], error);
  }
}

/** Envoy must never see half a file: written beside it, then moved over it. */
async function replace(path: string, content: unknown): Promise<void> {
  const temporary = `${path}.${randomUUID()}.new`;
  await writeFile(temporary, JSON.stringify(content, null, 2));
  await rename(temporary, path);
}
