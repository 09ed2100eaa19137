/** Tests on the candidate; what failed is open, with its names and the end of its log. */

import type { TestResult } from '../../domain/events.ts';
import { checkMarks } from '../../domain/marks.ts';
import { Marked } from '../parts/marks.tsx';

export function Tests({ tests }: { tests: readonly TestResult[] }) {
  if (tests.length === 0) return null;
  return (
    <ul className="rows tests" aria-label="Tests">
      {tests.map((test) => (
        <Test key={test.name} test={test} />
      ))}
    </ul>
  );
}

function Test({ test }: { test: TestResult }) {
  const { name, passed, total, failed, failures, detail, logTail } = test;
  const mark = checkMarks[passed ? 'passed' : 'failed'];
  const count = passed ? detail : `${failed} of ${total} failed`;
  return (
    <li>
      <Marked mark={mark} /> <strong>{name}</strong> <span className="quiet">{count}</span>
      {!passed && detail && <p>{detail}</p>}
      {failures.length > 0 && (
        <ul>
          {failures.map((failure) => (
            <li key={failure}>{failure}</li>
          ))}
        </ul>
      )}
      {!passed && logTail.trim() !== '' && (
        <details open>
          <summary>End of the log</summary>
          <pre tabIndex={0}>{logTail}</pre>
        </details>
      )}
    </li>
  );
}
