/** τ²_live of statistics b3: noise between the arms, estimated on past intervals of the run itself. */

import type { Pair } from './observation.ts';

const blockSizes = [1, 2, 4, 8, 16];
const fewestBlocks = 10;
const fewestEvents = 20;
const deviations = 3;
const firstRound = 13;
const everyRounds = 6;

/** Sums from which the estimate follows for any ratio r of the arms, so that no interval is kept. */
interface BlockSums {
  /** The block being filled: intervals, then requests and events of canary and baseline. */
  open: { intervals: number; a: number; x: number; b: number; y: number };
  /** Of the last whole block: events x, expected events e = a·y/b at r = 1, and h = e·a/b. */
  last: { x: number; e: number; h: number } | null;
  blocks: number;
  x: number;
  e: number;
  h: number;
  ee: number;
  /** Sums over neighbouring blocks of Δx², ΔxΔe, Δe², and of the means of e and h. */
  dxx: number;
  dxe: number;
  dee: number;
  meanE: number;
  meanH: number;
}

/** One entry per block size. */
export type LiveNoise = BlockSums[];

const emptyBlock = { intervals: 0, a: 0, x: 0, b: 0, y: 0 };
const nothing: BlockSums = {
  open: emptyBlock,
  last: null,
  blocks: 0,
  x: 0,
  e: 0,
  h: 0,
  ee: 0,
  dxx: 0,
  dxe: 0,
  dee: 0,
  meanE: 0,
  meanH: 0,
};

export function noLiveNoise(): LiveNoise {
  return blockSizes.map(() => nothing);
}

/** Every 6th interval from the 13th on. */
export function isLiveRound(round: number): boolean {
  return round >= firstRound && (round - firstRound) % everyRounds === 0;
}

export function observeLive(state: LiveNoise, pair: Pair): LiveNoise {
  if (pair.canary.requests <= 0 || pair.baseline.requests <= 0) return state;
  return state.map((sums, index) => observeBlock(sums, pair, blockSizes[index] ?? 1));
}

/** The largest significant τ² over the block sizes; 0 when the arms differ by counting noise alone. */
export function liveNoise(state: LiveNoise): number {
  return Math.max(0, ...state.map((sums, index) => estimate(sums, blockSizes[index] ?? 1)));
}

function observeBlock(sums: BlockSums, pair: Pair, size: number): BlockSums {
  const open = {
    intervals: sums.open.intervals + 1,
    a: sums.open.a + pair.canary.requests,
    x: sums.open.x + pair.canary.events,
    b: sums.open.b + pair.baseline.requests,
    y: sums.open.y + pair.baseline.events,
  };
  if (open.intervals < size) return { ...sums, open };
  const e = (open.a * open.y) / open.b;
  const h = (e * open.a) / open.b;
  const last = { x: open.x, e, h };
  return addNeighbours({ ...sums, ...addBlock(sums, last), open: emptyBlock, last }, sums.last);
}

function addBlock(sums: BlockSums, block: { x: number; e: number; h: number }) {
  return {
    blocks: sums.blocks + 1,
    x: sums.x + block.x,
    e: sums.e + block.e,
    h: sums.h + block.h,
    ee: sums.ee + block.e ** 2,
  };
}

function addNeighbours(sums: BlockSums, before: BlockSums['last']): BlockSums {
  if (!before || !sums.last) return sums;
  const dx = sums.last.x - before.x;
  const de = sums.last.e - before.e;
  return {
    ...sums,
    dxx: sums.dxx + dx * dx,
    dxe: sums.dxe + dx * de,
    dee: sums.dee + de * de,
    meanE: sums.meanE + (sums.last.e + before.e) / 2,
    meanH: sums.meanH + (sums.last.h + before.h) / 2,
  };
}

function estimate(sums: BlockSums, size: number): number {
  const count = sums.blocks;
  if (count < fewestBlocks || sums.x < fewestEvents || sums.e <= 0) return 0;
  const r = sums.x / sums.e;
  const observed = (sums.dxx - 2 * r * sums.dxe + r * r * sums.dee) / 2;
  const expected = r * sums.meanE + r * r * sums.meanH;
  const scale = (r * r * (sums.ee - sums.h) * (count - 1)) / count;
  const limit = deviations * Math.sqrt((3 + count / sums.x) / count);
  if (scale <= 0 || observed / expected - 1 <= limit) return 0;
  return (size * (observed - expected)) / scale;
}
