/** What each step can be expected to show, as `plan` prints it. */

import { formatValue } from '../../domain/analysis/sentences.ts';
import type { MetricForecast, StepForecast } from '../../domain/analysis/forecast.ts';
import type { EnvironmentForecast } from '../answers.ts';
import { pad, type Line } from './text.ts';
import { span } from './time.ts';

const labelWidth = 12;

/** `forecasts` is null when nobody could be asked, undefined when the server knows of none. */
export function forecastLines(
  forecasts: readonly EnvironmentForecast[] | null | undefined,
): Line[] {
  if (forecasts === null) {
    return [[], warning('what the steps can show is not known: no worker answered in time')];
  }
  return (forecasts ?? []).flatMap((one): Line[] => {
    const known = one.steps.some(({ metrics }) => metrics.length > 0);
    const lines = [
      ...(known ? stepLines(one) : []),
      ...unknownLines(one),
      ...one.warnings.map(warning),
    ];
    return lines.length > 0 ? [[], ...lines] : [];
  });
}

function stepLines({ environment, steps }: EnvironmentForecast): Line[] {
  return [
    [['quiet', pad('forecast', labelWidth)], `${environment}, at the traffic stable has had`],
    ...steps.flatMap((step): Line[] => [
      line(`${pad(`${step.weight} %`, 7, 'left')}  about ${span(step.likely)}`),
      ...step.metrics.map((metric) => line(`         ${metricSentence(metric)}`)),
    ]),
  ];
}

/** Metrics of which nothing can be said, and why. */
function unknownLines({ environment, histories = [], steps }: EnvironmentForecast): Line[] {
  const said = new Set(namesIn(steps));
  return histories
    .filter(({ metric, detail }) => detail !== null && !said.has(metric))
    .map(({ metric, detail }) => warning(`${environment}: no forecast for ${metric}: ${detail}`));
}

function namesIn(steps: readonly StepForecast[]): string[] {
  return steps.flatMap(({ metrics }) => metrics.map(({ metric }) => metric));
}

function line(text: string): Line {
  return [pad('', labelWidth), text];
}

function warning(text: string): Line {
  return [['warn', pad('⚠ warning', labelWidth)], text];
}

function share(value: number): string {
  return formatValue(value, 'ratio');
}

/** `errors: finds 1.2 % or more beside 0.5 %, in 90 % of cases; at the margin about 40 bad requests`. */
function metricSentence({ metric, kind, visible, rate, cost }: MetricForecast): string {
  if (visible === null) return `${metric}: too little traffic to find anything`;
  const bad = kind === 'latency' ? 'slow' : 'bad';
  const of = kind === 'latency' ? ' of slow requests' : '';
  const found = `finds ${share(visible)}${of} or more beside ${share(rate)}, in 90 % of cases`;
  const price = cost === null ? '' : `; at the margin about ${Math.ceil(cost)} ${bad} requests`;
  return `${metric}: ${found}${price}`;
}
