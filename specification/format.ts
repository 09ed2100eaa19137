/** formatSpecErrors: what is wrong in a specification, as lines that editors and people understand. */

import type { CrescendoError, FieldError } from '../domain/errors.ts';

/** `shop.yaml:12:5  environments.eu.router  message`, one line per field; the message when none. */
export function formatSpecErrors(
  error: Pick<CrescendoError, 'message' | 'fields'>,
  filename: string,
): string {
  if (error.fields.length === 0) return `${filename}  ${error.message}`;
  return error.fields.map((field) => formatField(field, filename)).join('\n');
}

function formatField({ path, message, line, column }: FieldError, filename: string): string {
  const place = line === undefined ? filename : `${filename}:${line}:${column ?? 1}`;
  return [place, path, message].filter(Boolean).join('  ');
}
