/** What can be done now; on a phone it stays at the bottom, where a thumb is. */

import { useState } from 'react';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useNarrow } from '../parts/use-narrow.ts';
import type { ReleaseAnswer } from '../server/answers.ts';
import { newKey } from '../server/request.ts';
import { ActionDialog } from './action-dialog.tsx';
import { actionButtons, type ActionButton } from './action-view.ts';
import { useAct, type Decision } from './use-act.ts';

/** Beside the thumb there is room for two, the rest is a tap away. */
const pinned = 2;

export function ActionBar({ release }: { release: ReleaseAnswer }) {
  const [asked, setAsked] = useState<ActionButton | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const narrow = useNarrow();
  const act = useAct(release.id);
  const carryOut = (decision: Decision, label: string) => {
    setDone(null);
    act.mutate(decision, {
      onSuccess: () => {
        setAsked(null);
        setDone(`${label}: accepted.`);
      },
    });
  };
  const press = (button: ActionButton) => {
    act.reset();
    document.querySelector<HTMLElement>('#more:popover-open')?.hidePopover();
    if (button.confirms) setAsked(button);
    else carryOut({ action: button.action, key: newKey() }, button.label);
  };
  const buttons = actionButtons(release);
  const draw = (button: ActionButton) => (
    <button
      key={button.action}
      type="button"
      className={`button ${button.tone}`}
      disabled={act.isPending}
      onClick={() => press(button)}
    >
      {button.label}
    </button>
  );
  const shown = narrow ? buttons.slice(0, pinned) : buttons;
  const hidden = narrow ? buttons.slice(pinned) : [];
  return (
    <>
      {buttons.length > 0 && (
        <div className="actions" role="group" aria-label="Actions">
          {shown.map(draw)}
          {hidden.length > 0 && (
            <>
              <button type="button" className="button" popoverTarget="more">
                More
              </button>
              <div id="more" popover="auto">
                {hidden.map(draw)}
              </div>
            </>
          )}
        </div>
      )}
      <p role="status" className={done === null ? 'unseen' : 'note good'}>
        {done}
      </p>
      {act.error && !asked && <ProblemNote error={act.error} lead="Not carried out" />}
      {asked && (
        <ActionDialog
          release={release}
          button={asked}
          error={act.error}
          pending={act.isPending}
          onDecide={(decision) => carryOut(decision, asked.label)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
