/** A problem as people need it: what happened, what to do, and the id for the server's log. */

import { problemOf } from '../server/problem.ts';

interface ProblemNoteProps {
  error: unknown;
  /** What it means for the reader, before the server's words. */
  lead?: string;
  onRetry?: () => void;
}

export function ProblemNote({ error, lead, onRetry }: ProblemNoteProps) {
  const { title, detail, advice, errors, instance } = problemOf(error);
  return (
    <div className="note bad" role="alert">
      <p>
        <strong>{lead ?? title}</strong>
      </p>
      <p>{detail}</p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              {path && <code>{path}</code>} {message}
            </li>
          ))}
        </ul>
      )}
      <p className="quiet">{advice}</p>
      {instance && <p className="quiet small">Request {instance}</p>}
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
