/** What every notifier does: tell people, in one message per release that is updated. */

import type { CallContext } from '../call.ts';

export interface Notice {
  /** Release id, e.g. `shop:7`; notices of one release belong to one message. */
  release: string;
  /** Unique per notice, so that a repeated call is not told twice. */
  id: string;
  /** What happened, e.g. `rollback.verified`. */
  event: string;
  /** `alert` asks for a person's attention. */
  severity: 'info' | 'warning' | 'alert';
  /** One sentence. */
  title: string;
  /** Markdown with the evidence. */
  text: string;
  /** Names and links: console page, Temporal run. */
  links: Record<string, string>;
  /** ISO 8601. */
  at: string;
}

export interface Notifier {
  /** @throws CrescendoError provider_unavailable | provider_refused */
  notify(notice: Notice, context: CallContext): Promise<void>;
}
