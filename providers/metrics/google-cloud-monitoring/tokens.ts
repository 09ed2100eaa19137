/** Access tokens of Google Cloud: from a service account's key, or from the metadata server. */

import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { request, type HttpAnswer } from '../../http.ts';
import { joinUrl } from '../../http-settings.ts';
import { readBody, type Read } from '../answers.ts';
import { tokenSchema, type Connection, type ServiceAccount } from './schema.ts';

const scope = 'https://www.googleapis.com/auth/monitoring.read';
/** Milliseconds that a token must still be good for, so that it does not run out on the way. */
const margin = 60_000;

export interface Tokens {
  /** The kept token, or a new one when there is none that is still good. */
  get(signal: AbortSignal): Promise<Read<string>>;
  /** Forgets `token`, unless it has been replaced already. */
  drop(token: string): void;
}

export function createTokens(connection: Connection): Tokens {
  let kept: { token: string; until: number } | undefined;
  return {
    async get(signal) {
      if (kept && kept.until > Date.now()) return { said: kept.token };
      // Not shared between calls under way: one that is cancelled would take the others with it.
      const answer = await ask(connection, signal);
      const read = readBody('Google’s token service', answer, tokenSchema, explain);
      if ('failed' in read) return read;
      const { access_token: token, expires_in: seconds } = read.said;
      kept = { token, until: Date.now() + seconds * 1000 - margin };
      return { said: token };
    },
    drop(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}

async function ask(
  { serviceAccount, metadataUrl, timeoutMs }: Connection,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (!serviceAccount) {
    const path = '/computeMetadata/v1/instance/service-accounts/default/token';
    const headers = { 'metadata-flavor': 'Google' };
    return request(joinUrl(metadataUrl, path), { headers, signal, timeoutMs });
  }
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await assertion(serviceAccount),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { token_uri: url } = serviceAccount;
  return request(url, { method: 'POST', headers, body: body.toString(), signal, timeoutMs });
}

async function assertion(account: ServiceAccount): Promise<string> {
  const {
    client_email: email,
    private_key: key,
    private_key_id: kid,
    token_uri: audience,
  } = account;
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setIssuer(email)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(createPrivateKey(key));
}

/** `{ error, error_description }`, as OAuth has it. */
function explain(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { error, error_description: description } = body as Record<string, unknown>;
  const parts = [error, description].filter((part) => typeof part === 'string' && part !== '');
  return parts.length > 0 ? parts.join(': ') : undefined;
}
