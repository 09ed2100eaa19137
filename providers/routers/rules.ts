/** Rules beside the shares as routers keep them, and what no router is to be given. */

import { z } from 'zod';
import { CrescendoError } from '../../domain/errors.ts';
import type { TrafficRules } from '../../domain/release.ts';

const token = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/);
// What could end a cookie or a line, or break out of the text a router's configuration is.
const value = z.string().regex(/^[!-~](?:[ -~]*[!-~])?$/);
const cookieValue = z.string().regex(/^[!#-+\--:<-[\]-~]+$/);

/** For state that a router keeps on disk, and for what it is given. */
export const rulesSchema = z.strictObject({
  rings: z
    .array(
      z.union([
        z.strictObject({ header: z.strictObject({ name: token, value }) }),
        z.strictObject({ cookie: z.strictObject({ name: token, value: cookieValue }) }),
      ]),
    )
    .optional(),
  mirror: z.number().gt(0).max(100).optional(),
  sticky: z.strictObject({ cookie: token, ttl: z.int().min(1000).multipleOf(1000) }).optional(),
});

/** @throws CrescendoError provider_refused when a rule is none that could be kept */
export function checkRules(version: string, rules: TrafficRules | undefined): void {
  if (rules === undefined || rulesSchema.safeParse(rules).success) return;
  const message = `the rules of version ${version} cannot be kept: ${JSON.stringify(rules)}`;
  throw new CrescendoError('provider_refused', message);
}
