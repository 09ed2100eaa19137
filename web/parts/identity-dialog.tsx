/** Who is acting: a name where the server asks for none, a token where it does. */

import { useState } from 'react';
import type { Problem } from '../server/problem.ts';
import { actorPattern, session, setActor, setToken } from '../server/session.ts';
import { Dialog } from './dialog.tsx';

interface IdentityDialogProps {
  /** The server's refusal, when it is the reason for asking. */
  refused: Problem | null;
  onClose: () => void;
}

export function IdentityDialog({ refused, onClose }: IdentityDialogProps) {
  const known = session();
  const [token, typeToken] = useState('');
  const [name, typeName] = useState(known.actor ?? '');
  const save = () => {
    setActor(name);
    if (token.trim() !== '') setToken(token.trim());
    onClose();
  };
  return (
    <Dialog
      title={refused ? 'A token is needed' : 'Who is acting'}
      onClose={onClose}
      onSubmit={save}
    >
      {refused && <p className="note warn">{refused.detail}</p>}
      {!refused && (
        <label>
          Name
          <input
            autoComplete="username"
            maxLength={100}
            pattern={actorPattern}
            title="Letters, digits and signs of ASCII"
            value={name}
            onChange={(event) => typeName(event.target.value)}
          />
          <small>What you do goes on record under it, where the server asks for no token.</small>
        </label>
      )}
      <label>
        Token
        <input
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={token}
          onChange={(event) => typeToken(event.target.value)}
        />
        <small>Kept until this tab is closed. The server knows whose it is.</small>
      </label>
      <div className="buttons">
        {!refused && (
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        )}
        {known.token !== null && (
          <button type="button" className="button" onClick={() => setToken(null)}>
            Forget the token
          </button>
        )}
        <button type="submit" className="button primary" disabled={refused !== null && !token}>
          {refused ? 'Use this token' : 'Keep'}
        </button>
      </div>
    </Dialog>
  );
}
