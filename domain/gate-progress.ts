/** advanceGate: what is known of an open gate, as a fold of its events. */

import type { GateEventBody, Wait } from './events.ts';
import type { GateProgress } from './gates.ts';

interface Gated {
  gate: GateProgress | null;
  wait: Wait | null;
}

/** Gate and wait after `event`, for a release and for a rollout alike. */
export function advanceGate({ gate, wait }: Gated, event: GateEventBody & { at: string }): Gated {
  switch (event.type) {
    case 'gate.opened': {
      const { gate: name, needs, exclude, roles, people, wait: opened } = event;
      const allowed = roles || people ? { roles: roles ?? [], people: people ?? [] } : {};
      return { gate: { gate: name, needs, exclude, ...allowed, approvals: [] }, wait: opened };
    }
    case 'gate.approved': {
      const { by, reason, at } = event;
      if (!gate) return { gate, wait };
      return { gate: { ...gate, approvals: [...gate.approvals, { by, reason, at }] }, wait };
    }
    case 'gate.closed':
      return { gate: null, wait: null };
  }
}
