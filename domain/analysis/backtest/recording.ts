/** A recorded release with its label: what was measured, and whether it should have been stopped. */

import { z } from 'zod';
import { sequentialInputSchema, type SequentialInput } from '../sequential/offline-input.ts';

export const labelSchema = z.strictObject({
  bad: z.boolean().describe('Whether the release was a regression'),
  from: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Interval in which the regression began, counted from 0'),
});

export type Label = z.output<typeof labelSchema>;

export interface Recording extends SequentialInput {
  label: Label;
}

/**
 * A case of kind `sequential` with a `label` beside it. `overrides` go over its own settings; those of
 * `metrics` over the metric of that name.
 */
export function readRecording(
  data: Record<string, unknown>,
  overrides: Overrides = {},
): { recording: Recording } | { issues: readonly z.core.$ZodIssue[] } {
  const label = z.object({ label: labelSchema }).safeParse(data);
  const input = sequentialInputSchema.safeParse(override(data, overrides));
  const issues = [...(label.error?.issues ?? []), ...(input.error?.issues ?? [])];
  if (!label.success || !input.success) return { issues };
  const recording = { ...input.data, ...label.data };
  const last = recording.observations.length - 1;
  if (recording.label.bad && recording.label.from > last) {
    const message = `is after the last interval, which is ${last}`;
    return { issues: [{ code: 'custom', path: ['label', 'from'], message, input: data }] };
  }
  return { recording };
}

/** Fields of a recording that a policy may say otherwise; `metrics` by name. */
export type Overrides = Record<string, unknown> & {
  metrics?: Record<string, Record<string, unknown>> | undefined;
};

function override(data: Record<string, unknown>, overrides: Overrides): Record<string, unknown> {
  const { metrics, ...settings } = overrides;
  const own: unknown = data['metrics'];
  if (metrics === undefined || !Array.isArray(own)) return { ...data, ...settings };
  const changed = own.map((metric: unknown) => {
    const name = (metric as { name?: unknown } | null)?.name;
    const found = typeof name === 'string' && Object.hasOwn(metrics, name) ? metrics[name] : {};
    return { ...(metric as object), ...found };
  });
  return { ...data, ...settings, metrics: changed };
}
