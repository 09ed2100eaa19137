/** The integration test of the demo: buys as a guest, and reports as JUnit XML. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const [report = 'junit.xml'] = process.argv.slice(2);
const url = process.env['CANARY_URL'] ?? '';
const items = ['tea', 'coffee', 'cups', 'kettle', 'honey'];

const cases = await Promise.all(
  items.map(async (item) => {
    const body = JSON.stringify({ customer: 'guest', item });
    const response = await fetch(`${url}/checkout`, { method: 'POST', body });
    return { name: `a guest buys ${item}`, ok: response.status === 200, status: response.status };
  }),
);

const failures = cases.filter(({ ok }) => !ok);
const xml = cases.map(({ name, ok, status }) =>
  ok
    ? `<testcase name="${name}"/>`
    : `<testcase name="${name}"><failure message="status ${status}"/></testcase>`,
);
mkdirSync(dirname(report), { recursive: true });
writeFileSync(
  report,
  `<testsuite name="shop" tests="${cases.length}" failures="${failures.length}">${xml.join('')}</testsuite>`,
);
process.stdout.write(`${cases.length - failures.length} of ${cases.length} purchases worked\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
