/** Lets a quarantined version be released again; the reason is not optional. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { DialogFoot } from '../parts/dialog-foot.tsx';
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
      <DialogFoot
        label="Lift it"
        reason={reason}
        onReason={setReason}
        required
        error={lift.error}
        pending={lift.isPending}
        onCancel={onClose}
      />
    </Dialog>
  );
}
