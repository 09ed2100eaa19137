/** What can be done with a whole group now; every press is asked about once more. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  groupActions,
  groupRefusal,
  type GroupAction,
  type GroupProgress,
} from '../../domain/group.ts';
import { Dialog } from '../parts/dialog.tsx';
import { DialogFoot } from '../parts/dialog-foot.tsx';
import { groupKey, queryClient } from '../server/queries.ts';
import { newKey, request } from '../server/request.ts';

const labels: Record<GroupAction, string> = {
  pause: 'Pause',
  resume: 'Resume',
  rollback: 'Roll back',
};

const consequences: Record<GroupAction, string> = {
  pause: 'Every application of the group stays where it is. A proven regression still rolls back.',
  resume: 'Every application of the group goes on.',
  rollback: 'Every application of the group goes back, those that depend on others first.',
};

/** Rollback first: it is what has to be found in a hurry. */
const order = groupActions.toReversed();

export function GroupActions({ progress }: { progress: GroupProgress }) {
  const [asked, setAsked] = useState<GroupAction | null>(null);
  const possible = order.filter((action) => groupRefusal(progress, action) === null);
  return (
    <>
      {possible.length > 0 && (
        <div className="actions" role="group" aria-label="Actions">
          {possible.map((action) => (
            <button
              key={action}
              type="button"
              className={`button ${action === 'rollback' ? 'danger' : 'plain'}`}
              onClick={() => setAsked(action)}
            >
              {labels[action]}
            </button>
          ))}
        </div>
      )}
      {asked && (
        <ActionDialog group={progress.group} action={asked} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

interface ActionDialogProps {
  group: string;
  action: GroupAction;
  onClose: () => void;
}

function ActionDialog({ group, action, onClose }: ActionDialogProps) {
  const [key] = useState(newKey);
  const [reason, setReason] = useState('');
  const act = useMutation({
    mutationFn: () => {
      const why = reason.trim();
      const body = why === '' ? {} : { reason: why };
      const path = `/groups/${group}/${action}`;
      return request<GroupProgress>(path, { method: 'POST', body, idempotencyKey: key });
    },
    onSuccess: (answer) => {
      queryClient.setQueryData(groupKey(group), answer);
      onClose();
    },
    // What was refused is usually out of date.
    onError: () => queryClient.invalidateQueries({ queryKey: groupKey(group) }),
  });
  return (
    <Dialog title={`${labels[action]}: ${group}`} onClose={onClose} onSubmit={() => act.mutate()}>
      <p>{consequences[action]}</p>
      <DialogFoot
        label={`${labels[action]} now`}
        destructive={action === 'rollback'}
        reason={reason}
        onReason={setReason}
        error={act.error}
        pending={act.isPending}
        onCancel={onClose}
      />
    </Dialog>
  );
}
