/** What Kayenta lets users set per metric, under Kayenta's own names and with its defaults. */

import { z } from 'zod';

const measures = ['meanRatio', 'cles'] as const;

/** Kayenta reads a word it does not know as the default; we reproduce that. */
function word<const Words extends readonly [string, ...string[]]>(words: Words) {
  const known = (text: unknown): text is Words[number] => words.includes(String(text));
  return z
    .string()
    .nullish()
    .transform((text): Words[number] => (known(text) ? text : words[0]));
}

function flag() {
  return z
    .boolean()
    .nullish()
    .transform((value) => value ?? false);
}

const threshold = z.number().nullish();

const effectSizeSchema = z
  .strictObject({
    measure: word(measures),
    allowedIncrease: threshold.describe('High only if the effect is at least this'),
    allowedDecrease: threshold.describe('Low only if the effect is at most this'),
    criticalIncrease: threshold.describe('A critical metric that is High fails all from here on'),
    criticalDecrease: threshold.describe('A critical metric that is Low fails all up to here'),
  })
  .transform(({ measure, ...thresholds }) => {
    // The values at which an effect is none: a ratio of 1, or as many pairs above as below.
    const none = measure === 'cles' ? 0.5 : 1;
    return {
      measure,
      allowedIncrease: thresholds.allowedIncrease ?? none,
      allowedDecrease: thresholds.allowedDecrease ?? none,
      criticalIncrease: thresholds.criticalIncrease ?? none,
      criticalDecrease: thresholds.criticalDecrease ?? none,
    };
  });

const outliersSchema = z.strictObject({
  strategy: word(['keep', 'remove']),
  outlierFactor: z
    .number()
    .positive('must be above 0')
    .nullish()
    .transform((factor) => factor ?? 3)
    .describe('Distance from the quartiles, in interquartile ranges'),
});

export const kayentaSettingsSchema = z.strictObject({
  tolerance: z
    .number()
    .min(0, 'must be 0 or more')
    .nullish()
    .transform((tolerance) => tolerance ?? 0.25)
    .describe('Share of the estimated shift that the interval has to stay clear of'),
  confLevel: z
    .number()
    .gt(0, 'must be above 0 and below 1, such as 0.98')
    .lt(1, 'must be above 0 and below 1, such as 0.98')
    .nullish()
    .transform((level) => level ?? 0.98)
    .describe('Confidence of the interval for the shift'),
  direction: word(['either', 'increase', 'decrease']),
  nanStrategy: word(['remove', 'replace']),
  critical: flag(),
  mustHaveData: flag(),
  muted: flag().describe('Left out of the score; changes nothing in the classification'),
  effectSize: effectSizeSchema.nullish().transform((value) => value ?? effectSizeSchema.parse({})),
  outliers: outliersSchema.nullish().transform((value) => value ?? outliersSchema.parse({})),
});

export type KayentaSettings = z.output<typeof kayentaSettingsSchema>;
