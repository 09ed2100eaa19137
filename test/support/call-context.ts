/** Call contexts for provider tests: one that lasts, one that is cancelled midway. */

import type { CallContext } from '../../providers/call.ts';

export interface RecordedContext extends CallContext {
  /** The sentences the provider reported, in order. */
  sentences: string[];
}

/** A context that nobody cancels, or that `signal` does. */
export function aContext(signal: AbortSignal = new AbortController().signal): RecordedContext {
  const sentences: string[] = [];
  return { signal, sentences, progress: (sentence) => void sentences.push(sentence) };
}
