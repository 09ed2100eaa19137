/** Signals that cannot break a run: whatever is sent by hand, the workflow goes on. */

import { log, setHandler, type SignalDefinition } from '@temporalio/workflow';

/**
 * Sets a signal handler. What it throws is logged and the signal is left undone: a failure in a
 * signal handler would fail the whole workflow, or block it for ever, for one mistyped payload.
 */
export function heed<Args extends unknown[]>(
  signal: SignalDefinition<Args>,
  handler: (...args: Args) => void | Promise<void>,
  description?: string,
): void {
  const tolerant = async (...args: Args): Promise<void> => {
    try {
      await handler(...args);
    } catch (error) {
      log.warn('signal was not understood', { signal: signal.name, error: String(error) });
    }
  };
  setHandler(signal, tolerant, description === undefined ? {} : { description });
}
