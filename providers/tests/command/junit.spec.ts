import { describe, expect, it } from 'vitest';
import { readJunit } from './junit.ts';

const header = '<?xml version="1.0" encoding="UTF-8"?>\n';

describe('providers/tests/command/junit', () => {
  it.each([
    ['one suite as the root', '<testsuite><testcase name="a"/></testsuite>', { ran: 1 }],
    ['an empty root', '<testsuites/>', { ran: 0 }],
    ['an empty suite', '<testsuites><testsuite></testsuite></testsuites>', { ran: 0 }],
    [
      'suites in suites',
      `<testsuites><testsuite name="a"><testcase name="1"/><testsuite name="b"><testcase name="2"/>
       <testcase name="3"><skipped message="later"/></testcase></testsuite></testsuite>
       <testsuite><testcase name="4"/></testsuite></testsuites>`,
      { ran: 3, skipped: 1 },
    ],
    [
      'failures and errors, empty or not',
      `<testsuite failures="1" errors="2">
       <testcase classname="cart" name="adds"><failure message="no">expected 1 &lt; 2</failure></testcase>
       <testcase classname="cart" name="pays"><error/></testcase>
       <testcase name="ships"><error><![CDATA[<!DOCTYPE html>]]></error></testcase>
       <testcase name="fine"><system-out>failure</system-out></testcase></testsuite>`,
      { ran: 4, failed: 3, failures: ['cart › adds', 'cart › pays', 'ships'] },
    ],
    [
      'a test that passed when it was run again (Surefire)',
      '<testsuite failures="0"><testcase name="a"><flakyFailure/></testcase></testsuite>',
      { ran: 1, failed: 0 },
    ],
    [
      'a suite that could not be set up',
      '<testsuites><testsuite name="db" tests="0" errors="1"/><testsuite><testcase name="a"/></testsuite></testsuites>',
      { ran: 2, failed: 1, failures: ['db (1 without a test case)'] },
    ],
    [
      'sums repeated at every level, counted once',
      `<testsuites failures="1"><testsuite failures="1"><testcase name="a"><failure/></testcase>
       </testsuite></testsuites>`,
      { ran: 1, failed: 1, failures: ['a'] },
    ],
    [
      'names with entities',
      '<testsuite><testcase name="a &lt;b&gt; &amp;amp; &quot;c&quot;"><failure/></testcase></testsuite>',
      { ran: 1, failed: 1, failures: ['a <b> &amp; "c"'] },
    ],
    [
      'a test without a name',
      '<testsuite><testcase><failure/></testcase></testsuite>',
      { ran: 1, failed: 1, failures: ['unnamed'] },
    ],
    [
      'names of the language',
      '<testsuite><testcase name="__proto__" classname="constructor"><failure/></testcase></testsuite>',
      { ran: 1, failed: 1, failures: ['constructor › __proto__'] },
    ],
  ])('reads %s', (_name, text, expected) => {
    const nothing = { ran: 0, skipped: 0, failed: 0, failures: [] };
    expect(readJunit(header + text)).toEqual({ ...nothing, ...expected });
  });

  it('counts all failures and names the first 20', () => {
    const cases = Array.from(
      { length: 50_000 },
      (_, index) => `<testcase name="t${index}"><error/></testcase>`,
    );
    const result = readJunit(`<testsuite>${cases.join('')}</testsuite>`);
    expect(result.failed).toBe(50_000);
    expect(result.failures).toHaveLength(20);
    expect(result.failures[19]).toBe('t19');
  });

  it.each([
    ['an unclosed element', '<testsuite><testcase name="a"/>'],
    ['text', 'All tests passed'],
    ['nothing', ''],
    ['another root', '<coverage><testsuite/></coverage>'],
    ['a depth without end', `${'<testsuite>'.repeat(5_000)}${'</testsuite>'.repeat(5_000)}`],
  ])('refuses %s', (_name, text) => {
    expect(() => readJunit(text)).toThrow(/./);
  });

  it('expands no entities of a document type', () => {
    const lines = Array.from(
      { length: 9 },
      (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`,
    );
    const laughs = `<!DOCTYPE x [<!ENTITY l0 "ha">${lines.join('')}]>`;
    const text = `${header}${laughs}<testsuite><testcase name="&l9;"><failure>&l9;</failure></testcase></testsuite>`;
    expect(readJunit(text).failures).toEqual(['&l9;']);
  });

  it('refuses entities that are files', () => {
    const text = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite name="&f;"/>';
    expect(() => readJunit(text)).toThrow('External entities');
  });
});
