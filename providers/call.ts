/** What comes along with every provider call: cancellation and a way to show progress. */

export interface CallContext {
  /** Aborted when the caller no longer wants the answer. Every wait and request honours it. */
  signal: AbortSignal;
  /** Says in one short sentence what is being waited for; doubles as a heartbeat. */
  progress: (sentence: string) => void;
}
