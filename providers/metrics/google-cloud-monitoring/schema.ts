/** Settings and connection of Google Cloud Monitoring, and the answers of its token services. */

import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { httpUrlSchema } from '../../http-settings.ts';
import { parseJson } from '../answers.ts';
import { delayField } from '../buckets.ts';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

/** What is read of a service account's key file. */
const keySchema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().refine(isPrivateKey, 'must be a private key in PEM'),
  private_key_id: z.string().optional(),
  /** Who gives tokens for it. */
  token_uri: httpUrlSchema.default('https://oauth2.googleapis.com/token'),
});
export type ServiceAccount = z.infer<typeof keySchema>;

export const connectionSchema = z.strictObject({
  /** The project whose metrics scope is queried: its id or number. */
  project: z.string().regex(/^[a-z0-9:.-]+$/, 'must be the id or number of a project'),
  /** The key file's text: `{ file: /path }`. Without it the metadata server gives tokens. */
  serviceAccount: z
    .union([z.string().transform((text) => parseJson(text)), z.looseObject({})])
    .pipe(keySchema)
    .optional(),
  /** Base URL of the API, for a proxy or a private endpoint. */
  url: httpUrlSchema.default('https://monitoring.googleapis.com'),
  /** Base URL of the metadata server. */
  metadataUrl: httpUrlSchema.default('http://metadata.google.internal'),
  /** Milliseconds until samples can be read: the range is moved back by so much. */
  delayMs: delayField(60_000),
  /** Milliseconds until one query is given up. */
  timeoutMs: z.int().positive().default(10_000),
});
export type Connection = z.infer<typeof connectionSchema>;

export const tokenSchema = z.object({
  access_token: z.string().min(1),
  /** Seconds. */
  expires_in: z.number().positive(),
});

function isPrivateKey(text: string): boolean {
  try {
    return createPrivateKey(text).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
