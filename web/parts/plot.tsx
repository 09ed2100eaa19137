/** A plot over time: lines with a legend that tells the values under the cursor, or the last ones. */

import { useEffect, useRef, useState } from 'react';
import uPlot, { type AlignedData, type Axis, type Options, type Series } from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface PlotLine {
  label: string;
  /** Name of the CSS variable with its colour. */
  color: '--live' | '--stable' | '--bad' | '--good';
  look: 'line' | 'dashed' | 'steps' | 'dots';
  /** Left out of the legend: it marks points of another line. */
  silent?: boolean;
}

export interface PlotProps {
  title: string;
  lines: readonly PlotLine[];
  /** Epoch seconds, then one column per line. */
  data: AlignedData;
  /** Epoch seconds at both ends of the axis. */
  from: number;
  to: number;
  /** Upper end of the value axis; by the data when there is none. */
  max?: number;
  format: (value: number) => string;
  /** Plots with the same key share their cursor. */
  sync: string;
}

export function Plot(props: PlotProps) {
  const { title, lines, data, from, to, format } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const shape = lines.map(({ label, look }) => `${label} ${look}`).join();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(optionsOf(element, latest, setCursor), latest.current.data, element);
    plot.current = made;
    const stopFitting = fit(made, element);
    return () => {
      stopFitting();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => {
    plot.current?.batch((drawn: uPlot) => {
      drawn.setData(data, false);
      drawn.setScale('x', { min: from, max: to });
    });
  }, [data, from, to]);
  const values = lines.map((_, index) => valueAt(data, index + 1, cursor));
  const told = lines.flatMap(({ label, silent }, index) => {
    const value = values[index];
    return silent ? [] : [`${label} ${value == null ? '–' : format(value)}`];
  });
  return (
    <figure className="plot">
      <figcaption>
        <strong>{title}</strong>
        {lines.map(({ label, color, look, silent }, index) =>
          silent ? null : (
            <span key={label} className="key">
              <i className={look} style={{ color: `var(${color})` }} aria-hidden="true" />
              {label} <b className="number">{written(values[index], format)}</b>
            </span>
          ),
        )}
      </figcaption>
      <div ref={place} role="img" aria-label={`${title} over time: ${told.join(', ')}`} />
    </figure>
  );
}

function written(value: number | null | undefined, format: PlotProps['format']): string {
  return value == null ? '–' : format(value);
}

/** The value under the cursor; without one the last that is known. */
function valueAt(data: AlignedData, column: number, cursor: number | null): number | null {
  const values = data[column];
  if (!values) return null;
  if (cursor !== null) return values[cursor] ?? null;
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const value = values[index];
    if (value != null) return value;
  }
  return null;
}

const height = 132;

function optionsOf(
  element: HTMLElement,
  latest: { current: PlotProps },
  onCursor: (index: number | null) => void,
): Options {
  const color = (name: string) => () => getComputedStyle(element).getPropertyValue(name).trim();
  const { lines, sync } = latest.current;
  const axis: Axis = {
    stroke: color('--quiet'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(200, element.clientWidth),
    height,
    padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: sync }, points: { size: 6 } },
    scales: {
      x: { range: () => rangeOf(latest.current) },
      y: { range: (_, low, high) => [Math.min(0, low ?? 0), topOf(latest.current, high)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 4,
        space: 70,
        values: (_, splits) => splits.map(timeLabel(latest)),
      },
      {
        ...axis,
        size: 58,
        gap: 6,
        space: 30,
        values: (_, splits) => splits.map((value) => latest.current.format(value)),
      },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, color(line.color)))],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
  };
}

function seriesOf({ look }: PlotLine, color: () => string): Series {
  if (look === 'dots') {
    return { stroke: color, paths: () => null, points: { show: true, size: 7, fill: color } };
  }
  const plain: Series = { stroke: color, width: look === 'dashed' ? 1.25 : 2, spanGaps: false };
  if (look === 'dashed') return { ...plain, dash: [5, 4], points: { show: false } };
  if (look === 'line') return { ...plain, points: { size: 5, fill: color } };
  const steps = uPlot.paths.stepped?.({ align: 1 });
  return { ...plain, points: { show: false }, ...(steps ? { paths: steps } : {}) };
}

function rangeOf({ from, to }: PlotProps): [number, number] {
  return to > from ? [from, to] : [from - 1, from + 1];
}

/** Some air above the highest line. */
function topOf({ max }: PlotProps, high: number | null): number {
  if (max !== undefined) return max;
  return high === null || high <= 0 ? 1 : high * 1.1;
}

/** `14:05`, with seconds when the axis is short. */
function timeLabel(latest: { current: PlotProps }): (seconds: number) => string {
  const { from, to } = latest.current;
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat(
    undefined,
    to - from < 600 ? { ...parts, second: '2-digit' } : parts,
  );
  return (seconds) => format.format(seconds * 1000);
}

/** Follows the width of the page, and its colours between day and night. */
function fit(plot: uPlot, element: HTMLElement): () => void {
  const resized = new ResizeObserver(() => {
    plot.setSize({ width: Math.max(200, element.clientWidth), height });
  });
  resized.observe(element);
  const night = matchMedia('(prefers-color-scheme: dark)');
  const recolor = () => plot.redraw(false, true);
  night.addEventListener('change', recolor);
  return () => {
    resized.disconnect();
    night.removeEventListener('change', recolor);
  };
}
