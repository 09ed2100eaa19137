/** run: one command line to its exit code; nothing here ends the process. */

import { Command, CommanderError } from 'commander';
import { wantsColor, type Session } from './call.ts';
import { addAa } from './commands/aa.ts';
import { addActions } from './commands/actions.ts';
import { addAnalyze } from './commands/analyze.ts';
import { addBacktest } from './commands/backtest.ts';
import { addApply, addValidate } from './commands/apply.ts';
import { addCompletion } from './commands/completion.ts';
import { addContext } from './commands/context.ts';
import { addStop } from './commands/estate.ts';
import { addGroup } from './commands/group.ts';
import { addHolds } from './commands/holds.ts';
import { addGet, addList, addStatus } from './commands/list.ts';
import { addDemo, addUp } from './commands/local.ts';
import { withConnection } from './commands/options.ts';
import { addOverrides } from './commands/overrides.ts';
import { addPlan } from './commands/plan.ts';
import { addRelease } from './commands/release.ts';
import { addWatch } from './commands/watch.ts';
import { packageVersion } from './package-version.ts';
import { exitCodeHelp, exitCodes, type ExitCode } from './exit-codes.ts';
import { reportError } from './report-error.ts';
import type { Io } from './io.ts';

/** Runs `argv` (without node and script). Every error has been reported when it returns. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const session: Session = { io, exit: exitCodes.ok };
  try {
    const program = createProgram(session);
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: 'user' });
    return session.exit;
  } catch (error) {
    // Commander has said what was wrong already.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return reportError(io, argv, error);
  }
}

const groups = {
  start: 'Start:',
  release: 'Release:',
  look: 'Look:',
  steer: 'Steer (RELEASE, or APPLICATION for its active release):',
  other: 'Other:',
};

/** All commands. */
function createProgram(session: Session): Command {
  const { io } = session;
  const program = new Command('crescendo')
    .description('From green CI to 100 % of the audience as fast as the evidence allows, and back.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .enablePositionalOptions()
    .showHelpAfterError('Run it with --help to see how it is used.')
    .addHelpText('afterAll', `\n${exitCodeHelp}`)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      getOutHasColors: () => wantsColor(io, undefined, io.stdout.isTTY === true),
      getErrHasColors: () => wantsColor(io, undefined, io.stderr.isTTY === true),
    });
  withConnection(program);
  const add = (group: string, ...adders: ((program: Command, session: Session) => void)[]) => {
    program.commandsGroup(group);
    for (const adder of adders) adder(program, session);
  };
  add(groups.start, addUp, addDemo);
  add(groups.release, addApply, addValidate, addPlan, addRelease, addAa);
  add(groups.look, addList, addGet, addWatch, addStatus);
  add(groups.steer, addActions, addHolds, addOverrides, addStop, addGroup);
  add(groups.other, addAnalyze, addBacktest, addContext, addCompletion);
  return program;
}
