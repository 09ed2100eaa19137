/** Verification by command: exit code 0 is passed, 75 is not yet, everything else is failed. */

import { formatDuration } from '../../../domain/duration.ts';
import { CrescendoError } from '../../../domain/errors.ts';
import type { Version } from '../../../domain/release.ts';
import { fillTemplate, type TemplateValues } from '../../../domain/template.ts';
import { runCommand, type Command, type CommandResult } from '../../run-command.ts';
import type { Vendor } from '../../shelf.ts';
import type { Verification, Verifier } from '../contract.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

/** EX_TEMPFAIL of sysexits.h: try again later. */
const notYet = 75;
const maxTail = 1_000;
/** What a shell takes for plain text, with or without quotes around it. */
const plainText = /^[A-Za-z0-9._:/@+=,%-]*$/;

export const command: Vendor<Settings, Connection, Verifier> = {
  name: 'command',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (settings, connection) => ({
    async verify(version, context) {
      const values = valuesOf(version);
      const run = {
        command: fillCommand(settings.command, values),
        cwd: settings.cwd,
        env: { ...toVariables(values), ...settings.env, ...connection.env },
        secrets: Object.values(connection.env),
        timeoutMs: settings.timeout,
      };
      return judge(await runCommand(run, context), settings);
    },
  }),
};

/** Names that may stand in the command; undefined when the version does not say. */
function valuesOf({ name, artifact, commit, repository }: Version) {
  return { version: name, artifact, commit, repository };
}
type Values = ReturnType<typeof valuesOf>;

function toVariables(values: Values): Record<string, string> {
  const known = Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]);
  return Object.fromEntries(known.map(([key, value]) => [`CRESCENDO_${key.toUpperCase()}`, value]));
}

function fillCommand(template: Command, values: Values): Command {
  if (typeof template === 'string') return fill(template, values, true);
  const [program, ...rest] = template;
  return [fill(program, values, false), ...rest.map((text) => fill(text, values, false))];
}

/** Placeholders that are not ours are left alone: other tools write `{{.Status}}` as well. */
function fill(template: string, values: Values, forShell: boolean): string {
  const used: TemplateValues = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (!forShell || plainText.test(value)) used[name] = value;
  }
  return fillTemplate(template, used, (name) => {
    if (Object.hasOwn(values, name)) throw cannotFill(name, values[name as keyof Values]);
  });
}

function cannotFill(name: string, value: string | undefined): CrescendoError {
  const reason =
    value === undefined
      ? `the version has no ${name}; start the release with one`
      : `"${value}" is not safe in a shell; write "$CRESCENDO_${name.toUpperCase()}" or a list`;
  return new CrescendoError('settings_invalid', `the command asks for {{${name}}}: ${reason}`);
}

function judge(result: CommandResult, settings: Settings): Verification {
  if (result.timedOut || result.endedBy) {
    const limit = `did not end within ${formatDuration(settings.timeout)}`;
    const what = result.timedOut ? limit : `was ended by ${result.endedBy}`;
    throw new CrescendoError('provider_unavailable', `the command ${what}${said(result)}`);
  }
  const { exitCode } = result;
  if (exitCode === 0) return { state: 'passed', detail: 'the command exited with code 0' };
  const state = exitCode === notYet ? 'pending' : 'failed';
  return { state, detail: `the command exited with code ${exitCode}${said(result)}` };
}

function said({ logTail }: CommandResult): string {
  return logTail === '' ? '' : `: ${logTail.slice(-maxTail)}`;
}
