/** `completion`: scripts that teach a shell the commands and their options. */

import { Argument, type Command } from 'commander';
import { action, type Session } from '../call.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function addCompletion(program: Command, session: Session): void {
  program
    .command('completion')
    .description('print a completion script, e.g. source <(crescendo completion bash)')
    .addArgument(new Argument('<shell>').choices(shells))
    .action(
      action(session, async ({ io }, [shell]) => {
        io.stdout.write(completionScript(program, shell as Shell));
      }),
    );
}

interface Words {
  command: string;
  description: string;
  options: { flag: string; description: string; choices: readonly string[] }[];
  subcommands: string[];
}

/** The script for one shell, made from the commands as they are. */
function completionScript(program: Command, shell: Shell): string {
  const words = program.commands.map(wordsOf);
  return scripts[shell](words);
}

function wordsOf(command: Command): Words {
  const shown = command.options.filter(({ hidden }) => !hidden);
  return {
    command: command.name(),
    description: command.description(),
    options: shown.map(({ long, short, description, argChoices }) => {
      return { flag: long ?? short ?? '', description, choices: argChoices ?? [] };
    }),
    subcommands: command.commands.map((child) => child.name()),
  };
}

const scripts: Record<Shell, (words: Words[]) => string> = {
  bash: (words) => `# crescendo: completion for bash
_crescendo() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
    "") words="${words.map(({ command }) => command).join(' ')} --help --version" ;;
${words.map(bashCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _crescendo crescendo
`,
  zsh: (words) => `#compdef crescendo
# crescendo: completion for zsh
_crescendo() {
  local -a commands
  commands=(
${words.map(({ command, description }) => `    ${quoted(`${command}:${description}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  case "\${words[2]}" in
${words.map(zshCase).join('\n')}
  esac
}
compdef _crescendo crescendo
`,
  fish: (words) => `# crescendo: completion for fish
${words.map(fishLines).join('\n')}
`,
};

function bashCase({ command, options, subcommands }: Words): string {
  const words = [...subcommands, ...options.map(({ flag }) => flag), '--help'];
  return `    ${command}) words="${words.join(' ')}" ;;`;
}

function zshCase({ command, options, subcommands }: Words): string {
  const words = [...subcommands, ...options.map(({ flag }) => flag), '--help'];
  return `    ${command}) compadd -- ${words.join(' ')}; _files ;;`;
}

function fishLines({ command, description, options, subcommands }: Words): string {
  const first = `complete -c crescendo -n __fish_use_subcommand -a ${command} -d ${quoted(description)}`;
  const inside = `complete -c crescendo -n '__fish_seen_subcommand_from ${command}'`;
  const flags = options.map(({ flag, description, choices }) => {
    const values = choices.length > 0 ? ` -xa '${choices.join(' ')}'` : '';
    return `${inside} -l ${flag.replace(/^--/, '')} -d ${quoted(description)}${values}`;
  });
  return [first, ...subcommands.map((name) => `${inside} -a ${name}`), ...flags].join('\n');
}

/** One shell word; an apostrophe ends the quotes, stands escaped, and begins them anew. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
