/** useAct: carries out what a person decided, once however often it is sent. */

import { useMutation } from '@tanstack/react-query';
import type { Action } from '../../domain/actions.ts';
import type { ReleaseAnswer } from '../server/answers.ts';
import { queryClient, releaseKey } from '../server/queries.ts';
import { request } from '../server/request.ts';

export interface Decision {
  action: Action;
  /** One per decision: a repetition after a lost answer does nothing twice. */
  key: string;
  reason?: string;
  environment?: string;
  full?: boolean;
  step?: number;
  /** Also past a one-way door. */
  force?: boolean;
}

export function useAct(id: string) {
  return useMutation({
    mutationFn: ({ action, key, ...body }: Decision) => {
      const path = `/releases/${id}/${action}`;
      return request<ReleaseAnswer>(path, { method: 'POST', body, idempotencyKey: key });
    },
    onSuccess: (answer) => queryClient.setQueryData(releaseKey(id), answer),
    // What was refused is usually out of date.
    onError: () => queryClient.invalidateQueries({ queryKey: releaseKey(id) }),
  });
}
