/** What each step can be expected to show, as `plan` prints it. */

import { formatValue } from '../../domain/analysis/sentences.ts';
import type { MetricForecast } from '../../domain/analysis/forecast.ts';
import type { EnvironmentForecast } from '../answers.ts';
import { pad, type Line } from './text.ts';
import { span } from './time.ts';

const labelWidth = 12;

export function forecastLines(forecasts: readonly EnvironmentForecast[]): Line[] {
  return forecasts.flatMap(({ environment, steps, warnings }): Line[] => {
    if (steps.every(({ metrics }) => metrics.length === 0)) return [];
    return [
      [],
      [['quiet', pad('forecast', labelWidth)], `${environment}, at the traffic stable has had`],
      ...steps.flatMap(({ weight, likely, metrics }): Line[] => [
        line(`${pad(`${weight} %`, 7, 'left')}  about ${span(likely)}`),
        ...metrics.map((metric) => line(`         ${metricSentence(metric)}`)),
      ]),
      ...warnings.map((warning): Line => [['warn', pad('⚠ warning', labelWidth)], warning]),
    ];
  });
}

function line(text: string): Line {
  return [pad('', labelWidth), text];
}

function share(value: number): string {
  return formatValue(value, 'ratio');
}

/** `errors: finds 1.2 % or more beside 0.5 %; one at the margin costs about 40 bad requests`. */
function metricSentence({ metric, visible, rate, cost }: MetricForecast): string {
  if (visible === null) return `${metric}: too little traffic to find anything`;
  const found = `${metric}: finds ${share(visible)} or more beside ${share(rate)}, in 90 % of cases`;
  return cost === null ? found : `${found}; at the margin about ${Math.ceil(cost)} bad requests`;
}
