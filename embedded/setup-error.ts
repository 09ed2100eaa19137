/** What goes wrong before Crescendo runs on this machine: missing tools, taken ports, bad starts. */

/** One sentence of what happened, and what to do about it. Never reaches HTTP: nothing serves yet. */
export class SetupError extends Error {
  readonly advice: string;

  constructor(message: string, advice: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SetupError';
    this.advice = advice;
  }
}

/** The first line of an error, for sentences that list several. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? text;
}
