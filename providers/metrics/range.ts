/** The time range in a query's text, and points brought into that range at the wished distance. */

import { CrescendoError } from '../../domain/errors.ts';
import { fillTemplate, type TemplateValues } from '../../domain/template.ts';
import type { MetricQuery, Series } from './contract.ts';

type Range = Pick<MetricQuery, 'from' | 'to' | 'step'>;

/**
 * The query with `{{from}}`, `{{to}}` and their kin filled in.
 * @throws CrescendoError settings_invalid when it holds a placeholder that stands for nothing
 */
export function fillRange(query: MetricQuery): string {
  const values = rangeValues(query);
  return fillTemplate(query.query, values, (name) => {
    const known = Object.keys(values).join(', ');
    const message = `{{${name}}} stands for nothing; for the range there are: ${known}`;
    throw new CrescendoError('settings_invalid', message);
  });
}

/** What the placeholders of the range stand for. */
export function rangeValues(range: Range): TemplateValues {
  const [from, to] = [Math.round(range.from), Math.round(range.to)];
  const step = wholeStep(range);
  return {
    from: String(from),
    'from.seconds': String(from / 1000),
    'from.iso': new Date(from).toISOString(),
    to: String(to),
    'to.seconds': String(to / 1000),
    'to.iso': new Date(to).toISOString(),
    step: `${step}ms`,
    'step.seconds': String(step / 1000),
    // Buckets of `step` that are shifted by this begin at `from`, so none of them is cut.
    offset: `${from % step}ms`,
  };
}

/** Milliseconds, at least one: no vendor can divide time by less. */
export function wholeStep({ step }: Pick<Range, 'step'>): number {
  return Math.max(1, Math.round(step));
}

/**
 * Numbers in time order, at most one per step: the last one, as a look at that moment would have
 * seen. Steps are counted back from the end of the range.
 */
export function thin(series: Series, range: Range): Series {
  const step = wholeStep(range);
  const indexOf = (time: number) => Math.floor((range.to - time) / step);
  const numbers = series.points.filter(([, value]) => Number.isFinite(value));
  const sorted = numbers.toSorted(([a], [b]) => a - b);
  const points = sorted.filter(([time], index) => {
    const next = sorted[index + 1];
    return next === undefined || indexOf(next[0]) !== indexOf(time);
  });
  return { labels: series.labels, points };
}

/**
 * Without points from another time: an old value is no evidence about this range. A step of
 * tolerance is for buckets that are named by their other end, and for clocks that differ.
 */
export function within(series: Series, range: Range): Series {
  const step = wholeStep(range);
  const points = series.points.filter(([time]) => {
    return time >= range.from - step && time <= range.to + step;
  });
  return { labels: series.labels, points };
}
