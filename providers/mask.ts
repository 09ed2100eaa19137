/** Takes known secrets out of text that leaves the worker. */

/** Values shorter than this are no secrets; masking `1` would ruin the log. */
const minLength = 6;

/** `text` with every one of `secrets` replaced by `***`. */
export function mask(text: string, secrets: string[]): string {
  return secrets
    .filter((secret) => secret.length >= minLength)
    .reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
