/** Cookies as Envoy finds them: a regular expression on the whole `cookie` header, and back again. */

import type { NameValue } from '../../../domain/release.ts';

const before = String.raw`(?:.*;\s*)?`;
const after = String.raw`\s*(?:;.*)?`;
const pattern = /^\(\?:\.\*;\\s\*\)\?(?<name>[^=]+)=(?<value>.+)\\s\*\(\?:;\.\*\)\?$/s;

/** Matches a `cookie` header (RE2, whole value) in which the cookie has exactly this value. */
export function cookiePattern({ name, value }: NameValue): string {
  return `${before}${quote(name)}=${quote(value)}${after}`;
}

/** Matches a `cookie` header in which the cookie has any value. */
export function anyCookiePattern(name: string): string {
  return String.raw`${before}${quote(name)}=[^;\s][^;]*(?:;.*)?`;
}

/** The cookie that a pattern is about, or null when it is none of ours. */
export function readCookiePattern(regex: string): NameValue | null {
  const { name, value } = pattern.exec(regex)?.groups ?? {};
  if (name === undefined || value === undefined) return null;
  const cookie = { name: unquote(name), value: unquote(value) };
  return cookiePattern(cookie) === regex ? cookie : null;
}

function quote(text: string): string {
  return text.replaceAll(/[^\w]/g, String.raw`\$&`);
}

function unquote(text: string): string {
  return text.replaceAll(/\\(.)/gs, '$1');
}
