/** What a router can be asked for beside the shares themselves, and what each vendor can do. */

/** What a router can do; a plan that asks for more is refused before the start. */
export interface RouterPowers {
  /** Smallest weight difference it can set, in percent (Envoy: 0.01). */
  granularity: number;
}

/** Of a router nobody knows: whole percents. */
export const leastPowers: RouterPowers = { granularity: 1 };
