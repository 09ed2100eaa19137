/** Reads one JUnit XML report: what ran, and what failed. */

import { XMLParser, XMLValidator } from 'fast-xml-parser';

export interface JUnitResult {
  /** Test cases that ran; skipped ones did not. */
  ran: number;
  skipped: number;
  failed: number;
  /** Names of the failed ones, `class › test`, in the order of the report, at most 20. */
  failures: string[];
}

/** A broken version may fail every test it has. */
const maxNames = 20;

type Element = Record<string, unknown>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  // Entities of a document type are never expanded; the five of XML are decoded in names below.
  processEntities: false,
});

/** @throws Error when the text is no complete JUnit report */
export function readJunit(text: string): JUnitResult {
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new Error(`${valid.err.msg} (line ${valid.err.line})`);
  const document = parser.parse(text) as Element;
  const roots = [...children(document, 'testsuites'), ...children(document, 'testsuite')];
  if (roots.length === 0) {
    const found = Object.keys(document).filter((name) => !name.startsWith('?'));
    throw new Error(`no <testsuites> or <testsuite> at its root, but <${found.join('>, <')}>`);
  }
  return roots.map(readSuite).reduce(add, nothing());
}

export function nothing(): JUnitResult {
  return { ran: 0, skipped: 0, failed: 0, failures: [] };
}

export function add(one: JUnitResult, other: JUnitResult): JUnitResult {
  return {
    ran: one.ran + other.ran,
    skipped: one.skipped + other.skipped,
    failed: one.failed + other.failed,
    failures: [...one.failures, ...other.failures].slice(0, maxNames),
  };
}

function readSuite(suite: Element): JUnitResult {
  const inside = [
    ...children(suite, 'testsuite').map(readSuite),
    ...children(suite, 'testcase').map(readCase),
  ].reduce(add, nothing());
  // A suite that could not be set up counts an error without a test case to show it.
  const declared = count(suite['@failures']) + count(suite['@errors']);
  const hidden = Math.max(0, declared - inside.failed);
  if (hidden === 0) return inside;
  const name = `${attribute(suite, 'name') || 'suite'} (${hidden} without a test case)`;
  return add(inside, { ran: hidden, skipped: 0, failed: hidden, failures: [name] });
}

function readCase(testcase: Element): JUnitResult {
  if (has(testcase, 'failure') || has(testcase, 'error')) {
    const names = [attribute(testcase, 'classname'), attribute(testcase, 'name') || 'unnamed'];
    return { ran: 1, skipped: 0, failed: 1, failures: [names.filter(Boolean).join(' › ')] };
  }
  const skipped = has(testcase, 'skipped') ? 1 : 0;
  return { ran: 1 - skipped, skipped, failed: 0, failures: [] };
}

function has(element: Element, tag: string): boolean {
  return Object.hasOwn(element, tag);
}

/** An element without attributes and content is read as text. */
function children(element: Element, tag: string): Element[] {
  if (!has(element, tag)) return [];
  const found = [element[tag]].flat();
  return found.map(
    (child) => (typeof child === 'object' && child !== null ? child : {}) as Element,
  );
}

function count(value: unknown): number {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : 0;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function attribute(element: Element, name: string): string {
  const value = element[`@${name}`];
  if (typeof value !== 'string') return '';
  return value.replaceAll(/&(\w+);/g, (whole, entity: string) => entities[entity] ?? whole);
}
