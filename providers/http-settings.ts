/** What connections to HTTP services have in common: the address, and text that goes into headers. */

import { z } from 'zod';

/** http or https, without credentials: they would be refused by fetch and shown in logs. */
export const httpUrlSchema = z.string().superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    const message = `must be an http or https URL, e.g. https://metrics.example.com`;
    context.addIssue({ code: 'custom', message });
  } else if (url.username || url.password) {
    const message = 'must not hold credentials: they have settings of their own';
    context.addIssue({ code: 'custom', message });
  }
});

/** Checked here, because fetch would quote a refused header, secret and all, in its error. */
export const headerValueSchema = z
  .string()
  .min(1)
  .regex(/^[\t\x20-\x7e\x80-\xff]+$/, 'must be one line of text without control characters');

/** `base` with `path` behind it, whether or not `base` ends with a slash. */
export function joinUrl(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}${path}`;
}
