/** Signs messages, and lets receivers check them: HMAC-SHA256 over time and body. */

import { createHmac, timingSafeEqual } from 'node:crypto';

/** A message as it arrived: two headers, and the body byte for byte. */
export interface SignedMessage {
  /** Header `x-crescendo-timestamp`: seconds since 1970. */
  timestamp: string | undefined;
  /** Header `x-crescendo-signature`. */
  signature: string | undefined;
  body: string;
}

/** The header `x-crescendo-signature` for a body sent at `timestamp` (seconds since 1970). */
export function sign(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/**
 * Whether the message comes from who knows the secret, and is no replay of an old one.
 * @param now epoch milliseconds
 * @param toleranceMs how far the clocks may be apart; five minutes by default
 */
export function verifySignature(
  secret: string,
  message: SignedMessage,
  now: number,
  toleranceMs = 300_000,
): boolean {
  const { timestamp, signature, body } = message;
  if (!secret || !signature || !/^\d{1,12}$/.test(timestamp ?? '')) return false;
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs) return false;
  const expected = Buffer.from(sign(secret, timestamp ?? '', body));
  const found = Buffer.from(signature);
  return found.length === expected.length && timingSafeEqual(found, expected);
}
