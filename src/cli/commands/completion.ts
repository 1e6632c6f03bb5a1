// latchkey completion: a script for the shell, made from the commands that there are.
import type { Command } from 'commander'
import { CliError } from '../exit.ts'
import { print, type Terminal } from '../terminal.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .argument('<shell>', SHELLS.join(', '))
    .description('print a script that completes commands and options')
    .addHelpText(
      'after',
      '\n  bash: source <(latchkey completion bash)\n  zsh:  source <(latchkey completion zsh)\n  fish: latchkey completion fish | source',
    )
    .action((shell: string) => print(terminal, scriptFor(program, shell)))
}

function scriptFor(program: Command, shell: string): string {
  if (shell === 'bash') return bash(program)
  if (shell === 'zsh') return `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`
  if (shell === 'fish') return fish(program)
  throw new CliError('usage', `There is no completion for ${shell}: ${SHELLS.join(', ')}.`)
}

interface Place {
  /** `keys create` */
  readonly words: string
  readonly offers: readonly string[]
}

function placesOf(program: Command, before: readonly string[] = []): readonly Place[] {
  const shown = program.commands.filter((command) => command.name() !== 'help')
  const options = program.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? [])
  return [
    { words: before.join(' '), offers: [...shown.map((command) => command.name()), ...options] },
    ...shown.flatMap((command) => placesOf(command, [...before, command.name()])),
  ]
}

function bash(program: Command): string {
  const cases = placesOf(program).map(
    ({ words, offers }) => `    '${words}') offers='${offers.join(' ')}' ;;`,
  )
  return `_latchkey() {
  local words='' offers='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) words="\${words:+$words }$word" ;; esac
  done
  case "$words" in
${cases.join('\n')}
    *) offers='' ;;
  esac
  COMPREPLY=($(compgen -W "$offers" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _latchkey latchkey`
}

function fish(program: Command): string {
  return placesOf(program)
    .flatMap(({ words, offers }) => {
      const seen = words
        .split(' ')
        .filter((word) => word !== '')
        .map((word) => `__fish_seen_subcommand_from ${word}`)
      const when = seen.length === 0 ? '__fish_use_subcommand' : seen.join('; and ')
      return offers.map((offer) =>
        offer.startsWith('--')
          ? `complete -c latchkey -n '${when}' -l ${offer.slice(2)}`
          : `complete -c latchkey -f -n '${when}' -a ${offer}`,
      )
    })
    .join('\n')
}
