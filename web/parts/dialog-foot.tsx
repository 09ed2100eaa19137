/** The end of a dialog that decides something: why, what went wrong, and the two buttons. */

import { ProblemNote } from './problem-note.tsx';

interface DialogFootProps {
  /** Of the button that decides. */
  label: string;
  destructive?: boolean;
  reason: string;
  onReason: (reason: string) => void;
  /** Whether there has to be a reason. */
  required?: boolean;
  /** Of the last try; null when there was none, or it went well. */
  error: unknown;
  pending: boolean;
  onCancel: () => void;
}

export function DialogFoot(props: DialogFootProps) {
  const { label, destructive = false, reason, onReason, required = false } = props;
  const { error, pending, onCancel } = props;
  return (
    <>
      <label>
        Reason{required ? '' : ' (optional)'}
        <input
          value={reason}
          required={required}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => onReason(event.target.value)}
        />
        <small>It goes on record with your name.</small>
      </label>
      {error != null && <ProblemNote error={error} lead="Not carried out" />}
      <div className="buttons">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button
          type="submit"
          className={`button decide ${destructive ? 'danger' : 'primary'}`}
          disabled={pending}
        >
          {pending ? 'Sending…' : error == null ? label : 'Try again'}
        </button>
      </div>
    </>
  );
}
