/** Tells another program: one signed JSON message per notice. */

import type { CallContext } from '../../call.ts';
import { requestOk } from '../../http.ts';
import type { Vendor } from '../../shelf.ts';
import type { Notice, Notifier } from '../contract.ts';
import { tellOnce } from '../tell-once.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';
import { sign } from './signature.ts';

export { verifySignature } from './signature.ts';

export const webhook: Vendor<Settings, Connection, Notifier> = {
  name: 'webhook',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (settings, connection) =>
    tellOnce(async (notice, context) => {
      if (isWanted(notice.event, settings.events)) await send(notice, connection, context);
    }),
};

function isWanted(event: string, events: string[] | undefined): boolean {
  if (!events) return true;
  return events.some((wanted) =>
    wanted.endsWith('*') ? event.startsWith(wanted.slice(0, -1)) : event === wanted,
  );
}

async function send(notice: Notice, connection: Connection, context: CallContext): Promise<void> {
  const body = JSON.stringify(notice);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const { url, secret, timeoutMs } = connection;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-crescendo-event': notice.event,
    'x-crescendo-delivery': notice.id,
    'x-crescendo-timestamp': timestamp,
  };
  if (secret) headers['x-crescendo-signature'] = sign(secret, timestamp, body);
  await requestOk(url, {
    method: 'POST',
    headers,
    body,
    signal: context.signal,
    timeoutMs,
    // Followed, a POST would arrive as a GET without its body, and count as delivered.
    redirect: 'manual',
  });
}
