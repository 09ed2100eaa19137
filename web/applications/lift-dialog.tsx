/** Lets a quarantined version be released again; the reason is not optional. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { queryClient } from '../server/queries.ts';
import { newKey, request } from '../server/request.ts';

interface LiftDialogProps {
  application: string;
  version: string;
  onClose: () => void;
}

export function LiftDialog({ application, version, onClose }: LiftDialogProps) {
  const [key] = useState(newKey);
  const [reason, setReason] = useState('');
  const lift = useMutation({
    mutationFn: () => {
      const path = `/applications/${application}/quarantine/${encodeURIComponent(version)}/lift`;
      const body = { reason: reason.trim() };
      return request(path, { method: 'POST', body, idempotencyKey: key });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['application', application] });
      onClose();
    },
  });
  return (
    <Dialog
      title={`Lift the quarantine of ${version}`}
      onClose={onClose}
      onSubmit={() => lift.mutate()}
    >
      <p>{version} was rolled back for its own behaviour. After this it can be released again.</p>
      <label>
        Reason
        <input
          required
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      {lift.error && <ProblemNote error={lift.error} lead="Not carried out" />}
      <div className="buttons">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button primary decide" disabled={lift.isPending}>
          {lift.isPending ? 'Sending…' : 'Lift it'}
        </button>
      </div>
    </Dialog>
  );
}
