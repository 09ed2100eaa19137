/** The way back after a release has ended: all traffic to an earlier version, at once. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { DialogFoot } from '../parts/dialog-foot.tsx';
import { navigate } from '../router.tsx';
import type { ApplicationAnswer, SubmitAnswer } from '../server/answers.ts';
import { newKey, request } from '../server/request.ts';
import { returnTargets } from './return-targets.ts';

interface ReturnDialogProps {
  answer: ApplicationAnswer;
  onClose: () => void;
}

export function ReturnDialog({ answer, onClose }: ReturnDialogProps) {
  const { application, ledger } = answer;
  const [key] = useState(newKey);
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const [force, setForce] = useState(false);
  const doors = Object.values(ledger.environments).flatMap((place) => place.doors ?? []);
  const back = useMutation({
    mutationFn: () => {
      const why = reason.trim();
      const body = { ...(to === '' ? {} : { to }), ...(why === '' ? {} : { reason: why }), force };
      const path = `/applications/${application}/rollback`;
      return request<SubmitAnswer>(path, { method: 'POST', body, idempotencyKey: key });
    },
    onSuccess: ({ id }) => navigate(`/releases/${id}`),
  });
  return (
    <Dialog title={`Return ${application}`} onClose={onClose} onSubmit={() => back.mutate()}>
      <p>
        All traffic of production goes to the version below at once, ahead of every release that
        waits. The router is read back afterwards.
      </p>
      <label>
        To
        <select value={to} onChange={(event) => setTo(event.target.value)}>
          <option value="">the last good version of each environment</option>
          {returnTargets(ledger).map((version) => (
            <option key={version}>{version}</option>
          ))}
        </select>
      </label>
      {doors.length > 0 && (
        <label>
          <input
            type="checkbox"
            checked={force}
            onChange={(event) => setForce(event.target.checked)}
          />
          Also past a one-way door ({doors.map(({ version }) => version).join(', ')})
        </label>
      )}
      <DialogFoot
        label="Return now"
        destructive
        reason={reason}
        onReason={setReason}
        required={force}
        error={back.error}
        pending={back.isPending}
        onCancel={onClose}
      />
    </Dialog>
  );
}
