/** Metrics by command: a program prints a number, or series as JSON. */

import { formatDuration } from '../../../domain/duration.ts';
import { fillTemplate } from '../../../domain/template.ts';
import { mask } from '../../mask.ts';
import { runCommand, type CommandResult } from '../../run-command.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, parseJson, wrongQuery } from '../answers.ts';
import type { MetricAnswer, MetricProvider, MetricQuery } from '../contract.ts';
import { readPlain } from '../plain-values.ts';
import { parseQuery } from '../query-text.ts';
import { rangeValues } from '../range.ts';
import { connectionSchema, querySchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

const example = '[error-rate, --version, "1.4.2"]';
/** EX_TEMPFAIL of sysexits.h: it could not be measured now. */
const notNow = 75;
const maxOutput = 2_000_000;
const maxTail = 500;

export const command: Vendor<Settings, Connection, MetricProvider> = {
  name: 'command',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (_settings, connection) => ({
    cumulative: false,
    query: (query, context) =>
      answering(context, async () => {
        const { env, cwd, timeoutMs } = connection;
        const run = {
          command: toCommand(query),
          cwd,
          env: { ...toVariables(query), ...env },
          secrets: Object.values(env),
          timeoutMs,
          keepOutput: maxOutput,
        };
        return readResult(await runCommand(run, context), query, connection);
      }),
  }),
};

/** Placeholders that are not ours are left alone: other tools write `{{.Status}}` as well. */
function toCommand(query: MetricQuery): [string, ...string[]] {
  return parseQuery(fillTemplate(query.query, rangeValues(query)), querySchema, example);
}

/** The range is there for scripts that take no arguments: CRESCENDO_FROM, CRESCENDO_TO_ISO, … */
function toVariables(query: MetricQuery): Record<string, string> {
  const entries = Object.entries(rangeValues(query));
  return Object.fromEntries(
    entries.map(([name, value]) => [`CRESCENDO_${name.replaceAll('.', '_').toUpperCase()}`, value]),
  );
}

function readResult(
  result: CommandResult,
  query: MetricQuery,
  { env, timeoutMs }: Connection,
): MetricAnswer {
  const { exitCode, timedOut, endedBy, output } = result;
  if (output == null) return wrongQuery(`the command printed more than ${maxOutput} bytes`);
  if (timedOut) return passing(`did not end within ${formatDuration(timeoutMs)}`, result);
  if (endedBy) return passing(`was ended by ${endedBy}`, result);
  if (exitCode === notNow) return passing(`exited with code ${exitCode}`, result);
  if (exitCode !== 0) return wrongQuery(`the command exited with code ${exitCode}${said(result)}`);
  const text = mask(output.trim(), Object.values(env));
  if (text === '') return { kind: 'noData', detail: `the command printed nothing${said(result)}` };
  // What is not JSON may still be a number: `.5`, `+1`, `NaN`.
  const json = parseJson(text);
  return readPlain(json === undefined ? text : json, query);
}

function passing(what: string, result: CommandResult): MetricAnswer {
  return { kind: 'error', detail: `the command ${what}${said(result)}`, retryable: true };
}

function said({ logTail }: CommandResult): string {
  return logTail === '' ? '' : `: ${logTail.slice(-maxTail)}`;
}
