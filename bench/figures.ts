/** Figures: the few numbers that say how measurements are spread. */

/** Milliseconds of several runs in one line: median, slowest, and how many. */
export function spread(name: string, values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const slowest = sorted.at(-1) ?? Number.NaN;
  return `${name}: median ${median(sorted).toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms (n=${sorted.length})`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
