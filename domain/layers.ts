/** Which applications of a group go one after the other, and which at the same time. */

import type { Group } from './group-spec.ts';

/**
 * Applications in the order of their releases: those of a layer wait for none but earlier ones.
 * Applications that wait for each other are in no layer.
 */
export function layersOf(applications: Group['applications']): string[][] {
  const layers: string[][] = [];
  const placed = new Set<string>();
  for (;;) {
    const layer = Object.entries(applications)
      .filter(([name, { after }]) => !placed.has(name) && after.every((other) => placed.has(other)))
      .map(([name]) => name);
    if (layer.length === 0) return layers;
    for (const name of layer) placed.add(name);
    layers.push(layer);
  }
}
