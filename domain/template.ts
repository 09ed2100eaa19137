/** Placeholders `{{name}}` in settings and queries. */

/** Values by dotted name, e.g. `{ 'canary.url': 'http://…', version: '1.1.0' }`. */
export type TemplateValues = Record<string, string>;

const placeholder = /\{\{\s*([A-Za-z0-9_.]+)\s*\}\}/g;

/** Fills in every placeholder of a text; `missing` gets names that have no value. */
export function fillTemplate(
  text: string,
  values: TemplateValues,
  missing: (name: string) => void = () => {},
): string {
  return text.replaceAll(placeholder, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return value;
    missing(name);
    return whole;
  });
}

/** Fills in every string inside a JSON-like value. */
export function fillTemplates<T>(
  value: T,
  values: TemplateValues,
  missing?: (name: string) => void,
): T {
  if (typeof value === 'string') return fillTemplate(value, values, missing) as T;
  if (Array.isArray(value)) return value.map((item) => fillTemplates(item, values, missing)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const filled = Object.entries(value).map(([key, item]) => [
    key,
    fillTemplates(item, values, missing),
  ]);
  return Object.fromEntries(filled) as T;
}
