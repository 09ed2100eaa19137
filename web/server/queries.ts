/** What the pages read, cached by name and brought up to date by the streams. */

import { QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Estate } from '../../domain/estate.ts';
import type { Measurement } from '../../domain/events.ts';
import type { GroupProgress } from '../../domain/group.ts';
import type {
  ApplicationAnswer,
  ApplicationSummary,
  Measurements,
  Page,
  ReleaseAnswer,
  ReleaseSummary,
} from './answers.ts';
import { problemOf } from './problem.ts';
import { request } from './request.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A server on this machine answers without any network.
      networkMode: 'always',
      staleTime: 1_000,
      retry: (failures, error) => failures < 2 && problemOf(error).retryable,
    },
    mutations: { networkMode: 'always' },
  },
});

/** Streams tell of changes at once; this is for what they missed. */
const slowly = 30_000;

export function useApplications() {
  return useQuery({
    queryKey: ['applications'],
    queryFn: ({ signal }) => request<{ items: ApplicationSummary[] }>('/applications', { signal }),
    refetchInterval: slowly,
  });
}

export function useApplication(name: string) {
  return useQuery({
    queryKey: ['application', name],
    queryFn: ({ signal }) => request<ApplicationAnswer>(`/applications/${name}`, { signal }),
    refetchInterval: slowly,
  });
}

/** The latest release of each. */
export function useGroups() {
  return useQuery({
    queryKey: ['groups'],
    queryFn: ({ signal }) => request<{ items: GroupProgress[] }>('/groups', { signal }),
    refetchInterval: slowly,
  });
}

export function groupKey(name: string): readonly unknown[] {
  return ['group', name];
}

/** Milliseconds: a group hears of its releases a moment after everybody else. */
const groupPace = 3_000;

export function useGroup(name: string) {
  return useQuery({
    queryKey: groupKey(name),
    queryFn: ({ signal }) => request<GroupProgress>(`/groups/${name}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.stage === 'ended' ? slowly : groupPace),
  });
}

/** What holds for all applications. */
export function useEstate() {
  return useQuery({
    queryKey: ['estate'],
    queryFn: ({ signal }) => request<Estate>('/estate', { signal }),
    refetchInterval: slowly,
  });
}

export interface ReleaseFilter {
  application?: string;
  active?: boolean;
}

const pageSize = 20;

/** Newest first, a page more with every `fetchNextPage`. */
export function useReleases({ application, active }: ReleaseFilter) {
  return useInfiniteQuery({
    queryKey: ['releases', application ?? null, active ?? null],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams({ limit: String(pageSize) });
      if (application !== undefined) query.set('application', application);
      if (active !== undefined) query.set('active', String(active));
      if (pageParam !== null) query.set('cursor', pageParam);
      return request<Page<ReleaseSummary>>(`/releases?${query.toString()}`, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    refetchInterval: slowly,
  });
}

export function releaseKey(id: string): readonly unknown[] {
  return ['release', id];
}

export function useRelease(id: string) {
  return useQuery({
    queryKey: releaseKey(id),
    queryFn: ({ signal }) => request<ReleaseAnswer>(`/releases/${id}?view=focus`, { signal }),
    refetchInterval: ({ state }) => (state.data?.stage === 'ended' ? false : slowly),
  });
}

const measurementPage = 1_000;
/** A day of looks every ten seconds, and then some; older ones are let go. */
const measurementsKept = 10_000;

/** All looks at one environment's metrics; only new ones are fetched. `interval`: ms, or false. */
export function useMeasurements(id: string, environment: string, interval: number | false) {
  const queryKey = ['measurements', id, environment];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      let known = queryClient.getQueryData<Measurement[]>(queryKey) ?? [];
      for (;;) {
        const query = new URLSearchParams({ environment, limit: String(measurementPage) });
        const last = known.at(-1);
        if (last) query.set('after', last.at);
        const path = `/releases/${id}/measurements?${query.toString()}`;
        const { items } = await request<Measurements>(path, { signal });
        if (items.length > 0) known = [...known, ...items].slice(-measurementsKept);
        if (items.length < measurementPage) return known;
      }
    },
    // Comparing thousands of looks with themselves would cost more than it saves.
    structuralSharing: false,
    refetchInterval: interval,
  });
}
