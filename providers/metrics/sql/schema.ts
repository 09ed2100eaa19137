/** Connection to a PostgreSQL that metrics are read from. */

import { z } from 'zod';

/** The specification has nothing to say: queries come with the metrics. */
export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({
  /** `postgres://reader@db.example.com:5432/shop?sslmode=verify-full`, best of a role that only reads. */
  url: z.string().refine(isPostgresUrl, {
    message: 'must be a PostgreSQL URL, e.g. postgres://reader@db.example.com/shop',
  }),
  /** Instead of one in the URL. */
  password: z.string().optional(),
  /** Certificate authority of the server, PEM; without it those that Node knows. */
  ca: z.string().optional(),
  /** Milliseconds until one query is given up; the server is told to end it as well. */
  timeoutMs: z.int().positive().default(10_000),
  /** How many queries run at the same time; the others wait. */
  maxConnections: z.int().min(1).max(50).default(4),
});
export type Connection = z.infer<typeof connectionSchema>;

function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, password } = new URL(text);
  return /^postgres(?:ql)?:$/.test(protocol) && !/%(?![0-9a-f]{2})/i.test(password);
}
