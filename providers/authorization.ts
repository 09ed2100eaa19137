/** How a connection logs in over HTTP: a bearer token, or a user with a password. */

import { z } from 'zod';
import { headerValueSchema } from './http-settings.ts';

/** Fields of a connection's schema; `oneLogin` refuses both ways at once. */
export const loginFields = {
  /** Sent as `Authorization: Bearer …`. */
  token: headerValueSchema.optional(),
  /** Basic authentication. */
  username: z.string().optional(),
  password: z.string().optional(),
};

interface Login {
  token?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
}

/** For `.refine(...oneLogin)` on the connection's schema. */
export const oneLogin = [
  (login: Login) => !(login.token && login.username !== undefined),
  { message: 'give `token` or `username` and `password`, not both', path: ['token'] },
] as const satisfies [(login: Login) => boolean, { message: string; path: string[] }];

/** The header for a login, or none when the connection has none. */
export function authorization({ token, username, password }: Login): Record<string, string> {
  if (token) return { authorization: `Bearer ${token}` };
  if (username === undefined) return {};
  const pair = Buffer.from(`${username}:${password ?? ''}`);
  return { authorization: `Basic ${pair.toString('base64')}` };
}
