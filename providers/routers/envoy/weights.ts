/** How weights are written for Envoy. */

/** Hundredths of a percent, so that the whole audience is 10,000. */
export const weightTotal = 10_000;
