/** Call: what every command works with: its input and output, its client, its colours. */

import type { Command } from 'commander';
import { createClient, type Client } from './client.ts';
import type { ExitCode } from './exit-codes.ts';
import { usage } from './failure.ts';
import type { Io } from './io.ts';
import { paint, paletteOf, type Line } from './render/text.ts';
import { resolveSettings, type SettingsFlags } from './settings.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

export interface GlobalFlags extends SettingsFlags {
  color?: ColorChoice;
  output?: 'text' | 'json' | 'jsonl';
}

export interface Call {
  io: Io;
  flags: GlobalFlags;
  json: boolean;
  /** Whether data goes out in colour. */
  color: boolean;
  client: () => Promise<Client>;
  /** Data, as text. */
  print: (lines: readonly Line[]) => void;
  /** Data, as one JSON document. */
  printJson: (value: unknown) => void;
  /** Talk: what a script does not read. */
  say: (sentence: string) => void;
}

/** Where no terminal says how wide it is, nothing is cut. */
const endless = 10_000;

function createCall(io: Io, flags: GlobalFlags): Call {
  const color = wantsColor(io, flags.color, io.stdout.isTTY === true);
  const palette = paletteOf(color);
  const width = io.stdout.isTTY ? (io.stdout.columns ?? 80) : endless;
  return {
    io,
    flags,
    json: flags.output === 'json' || flags.output === 'jsonl',
    color,
    client: async () => createClient(await resolveSettings(flags, io.env, io.user)),
    print: (lines) => {
      io.stdout.write(lines.map((line) => `${paint(line, width, palette)}\n`).join(''));
    },
    printJson: (value) => io.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    say: (sentence) => io.stderr.write(`${sentence}\n`),
  };
}

/** --color, then NO_COLOR, then FORCE_COLOR, then whether somebody looks. */
export function wantsColor(
  { env }: Pick<Io, 'env'>,
  choice: ColorChoice | undefined,
  isTerminal: boolean,
): boolean {
  if (choice === 'always') return true;
  if (choice === 'never' || env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return isTerminal && env['TERM'] !== 'dumb';
}

export interface Session {
  io: Io;
  exit: ExitCode;
}

type Handler<Options> = (
  call: Call,
  args: string[],
  options: Options & GlobalFlags,
) => Promise<ExitCode | void>;

/** A command's action for commander: builds the call, keeps the exit code. */
export function action<Options>(session: Session, handler: Handler<Options>) {
  return async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command;
    const options = { ...command.optsWithGlobals<Options & GlobalFlags>(), ...given(command) };
    const exit = await handler(createCall(session.io, options), command.args, options);
    session.exit = exit ?? 0;
  };
}

/** What was said of the command itself counts more than what was said before it. */
function given(command: Command): object {
  const own = Object.entries(command.opts());
  return Object.fromEntries(
    own.filter(([name]) => command.getOptionValueSource(name) !== 'default'),
  );
}

/**
 * Asks before something that cannot be taken back.
 * @throws Failure (usage) when nobody can be asked and `yes` was not given
 */
export async function confirm(
  { io }: Call,
  question: string,
  { yes, preset }: { yes: boolean | undefined; preset: boolean },
): Promise<boolean> {
  if (yes) return true;
  if (!io.ask)
    throw usage('there is no terminal to ask for confirmation', 'Add --yes to go on without.');
  const answer = (await io.ask(`${question} ${preset ? '[Y/n]' : '[y/N]'} `)).trim().toLowerCase();
  return answer === '' ? preset : answer === 'y' || answer === 'yes';
}
