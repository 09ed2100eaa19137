/** Asks once more before an action: what will happen, where, and why. */

import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { DialogFoot } from '../parts/dialog-foot.tsx';
import type { ReleaseAnswer } from '../server/answers.ts';
import { newKey } from '../server/request.ts';
import {
  consequence,
  doorBefore,
  nextWeight,
  targetsOf,
  type ActionButton,
} from './action-view.ts';
import type { Decision } from './use-act.ts';

interface ActionDialogProps {
  release: ReleaseAnswer;
  button: ActionButton;
  error: unknown;
  pending: boolean;
  onDecide: (decision: Decision) => void;
  onClose: () => void;
}

/** Actions that make sense in one environment alone. */
const local = new Set(['rollback', 'promote', 'skip']);

export function ActionDialog(props: ActionDialogProps) {
  const { release, button, error, pending, onDecide, onClose } = props;
  const { action, label, destructive } = button;
  // What is decided about is what was seen when the dialog opened, whatever happens meanwhile.
  const [targets] = useState(() => targetsOf(release, action));
  const [key] = useState(newKey);
  const [reason, setReason] = useState('');
  const [place, setPlace] = useState(action === 'promote' ? (targets[0]?.environment ?? '') : '');
  const [full, setFull] = useState(false);
  const promoted =
    action === 'promote' ? targets.find((at) => at.environment === place) : undefined;
  const door = doorBefore(release, action, targets.length > 1 ? place : '');
  const decide = () => {
    const why = reason.trim();
    const environment = targets.length > 1 ? place : '';
    onDecide({
      action,
      key,
      ...(why === '' ? {} : { reason: why }),
      ...(environment === '' ? {} : { environment }),
      ...(promoted?.step == null ? {} : { step: promoted.step }),
      ...(action === 'promote' && full ? { full } : {}),
      ...(door === null ? {} : { force: true }),
    });
  };
  const needsReason = door !== null || ['skip', 'reject', 'override'].includes(action);
  return (
    <Dialog title={`${label}: ${release.id}`} onClose={onClose} onSubmit={decide}>
      <p>{consequence(release, action)}</p>
      {local.has(action) && targets.length > 1 && (
        <label>
          Where
          <select value={place} onChange={(event) => setPlace(event.target.value)}>
            {action !== 'promote' && <option value="">the whole release</option>}
            {targets.map(({ environment }) => (
              <option key={environment}>{environment}</option>
            ))}
          </select>
        </label>
      )}
      {door !== null && (
        <label>
          <input type="checkbox" required />
          Go back past the one-way door ({door})
        </label>
      )}
      {promoted && (
        <fieldset>
          <legend>How far</legend>
          <label>
            <input type="radio" name="far" checked={!full} onChange={() => setFull(false)} />
            one step: {nextWeight(release, promoted)}
          </label>
          <label>
            <input type="radio" name="far" checked={full} onChange={() => setFull(true)} />
            straight to 100 %
          </label>
        </fieldset>
      )}
      <DialogFoot
        label={`${label} now`}
        destructive={destructive}
        reason={reason}
        onReason={setReason}
        required={needsReason}
        error={error}
        pending={pending}
        onCancel={onClose}
      />
    </Dialog>
  );
}
