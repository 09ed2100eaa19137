/** The Prometheus text format: samples out of text, and selectors that pick some of them. */

export interface Sample {
  name: string;
  labels: Record<string, string>;
  /** NaN and infinities stay what they are. */
  value: number;
}

export interface Selector {
  name: string;
  matchers: Matcher[];
}

interface Matcher {
  label: string;
  operator: '=' | '!=' | '=~' | '!~';
  value: string;
}

const sampleLine = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?$/;
const selectorText = /^\s*([A-Za-z_:][\w:]*)\s*(?:\{(.*)\}\s*)?$/s;
const pair = /\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,\s*|$)/sy;

/** All samples, or null when the text is not of this format. */
export function parseSamples(text: string): Sample[] | null {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, inner, number] = sampleLine.exec(line.trimEnd()) ?? [];
    const pairs = parsePairs(inner ?? '');
    const value = parseValue(number ?? '');
    if (!name || !pairs || value === null) return null;
    samples.push({ name, labels: Object.fromEntries(pairs.map((p) => [p.label, p.value])), value });
  }
  return samples;
}

/** A selector such as `name{label="value",other=~"a|b"}`, or null when it is none. */
export function parseSelector(text: string): Selector | null {
  const [, name, inner] = selectorText.exec(text) ?? [];
  const matchers = parsePairs(inner ?? '');
  return name && matchers ? { name, matchers } : null;
}

/**
 * Says whether a sample is selected. A label that is not there counts as empty.
 * @throws SyntaxError when a regular expression of the selector is none
 */
export function createMatch(selector: Selector): (sample: Sample) => boolean {
  const tests = selector.matchers.map(({ label, operator, value }) => {
    const whole = operator.endsWith('~') ? new RegExp(`^(?:${value})$`, 's') : null;
    const wanted = !operator.startsWith('!');
    return (sample: Sample) => {
      const actual = sample.labels[label] ?? '';
      return (whole ? whole.test(actual) : actual === value) === wanted;
    };
  });
  return (sample) => sample.name === selector.name && tests.every((test) => test(sample));
}

function parsePairs(text: string): Matcher[] | null {
  const matchers: Matcher[] = [];
  pair.lastIndex = 0;
  while (pair.lastIndex < text.length) {
    const [, label, operator, value] = pair.exec(text) ?? [];
    if (!label) return text.trim() === '' ? [] : null;
    const matcher = { label, operator: operator as Matcher['operator'], value: unescape(value) };
    matchers.push(matcher);
  }
  return matchers;
}

function unescape(text = ''): string {
  return text.replaceAll(/\\(.)/gs, (_whole, escaped: string) =>
    escaped === 'n' ? '\n' : escaped,
  );
}

function parseValue(text: string): number | null {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  return text === '' || Number.isNaN(Number(text)) ? null : Number(text);
}
