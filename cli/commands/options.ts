/** Options that several commands share. */

import { InvalidArgumentError, Option, type Command } from 'commander';

const connection = 'Connection:';

/** Every command knows where its server is and how to colour its output. */
export function withConnection(command: Command): Command {
  const options = [
    new Option('--server <url>', 'server address (CRESCENDO_SERVER)'),
    new Option('--token <token>', 'access token; better in CRESCENDO_TOKEN'),
    new Option('--context <name>', 'server from the configuration file (CRESCENDO_CONTEXT)'),
    new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']),
  ];
  for (const option of options) command.addOption(option.helpGroup(connection));
  return command;
}

export function withOutput(command: Command, ...formats: string[]): Command {
  const choices = formats.length > 0 ? formats : ['text', 'json'];
  return command.addOption(
    new Option('-o, --output <format>', 'output format').choices(choices).default('text'),
  );
}

export interface VersionFlags {
  version: string;
  artifact: string;
  commit?: string;
  repository?: string;
  config?: string;
  author?: string;
  oneWay?: string;
}

/** What a version is made of. `asked`: the command itself asks for what is required. */
export function withVersion(command: Command, required?: 'asked'): Command {
  const name = new Option('--version <name>', 'unique name of the version, e.g. 1.4.2');
  const artifact = 'image, path or URL; with its digest where you can';
  const reference = new Option('--artifact <reference>', artifact);
  return command
    .addOption(name.makeOptionMandatory(required !== 'asked'))
    .addOption(reference.makeOptionMandatory(required !== 'asked'))
    .option('--commit <sha>', 'the commit that CI must have verified')
    .option('--repository <name>', "owner/name of the commit's repository")
    .option('--author <name>', 'who wrote the change: gates can exclude them')
    .option('--one-way <reason>', 'why it cannot be gone back past once it has traffic')
    .option('--config <digest>', 'digest of the configuration that belongs to it');
}

export function versionOf({ version, ...rest }: VersionFlags) {
  const { artifact, commit, repository, config, author, oneWay } = rest;
  return { name: version, artifact, commit, repository, config, author, oneWay };
}

/** Parser of whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Write a whole number from ${min} to ${max}.`);
  };
}
