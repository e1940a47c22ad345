import { UsageError } from './run.ts'

/** What a shell may offer: the commands and their flags. */
export interface Offered {
  readonly path: readonly string[]
  readonly brief: string
  readonly flags: readonly string[]
}

export const shells = ['bash', 'zsh', 'fish'] as const

/**
 * A completion script, to be sourced by the shell.
 * @throws UsageError for a shell that it has no script for
 */
export function completionScript(shell: string, offered: readonly Offered[]): string {
  switch (shell) {
    case 'bash':
      return bash(offered)
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(offered)}`
    case 'fish':
      return fish(offered)
    default:
      throw new UsageError(`No completion for ${JSON.stringify(shell)}. There is one for ${shells.join(', ')}.`)
  }
}

function bash(offered: readonly Offered[]): string {
  const flagsOf = (flags: readonly string[]): readonly string[] => flags.map((flag) => `--${flag}`)
  const below = (name: string): readonly string[] => [...new Set(offered.filter(({ path }) => path[0] === name && path.length > 1).map(({ path }) => path[1] as string))]
  const names = [...new Set(offered.map(({ path }) => path[0] as string))]
  // After a command that has commands below it: those, and its own flags where it is a command itself.
  const first = names.map((name) => `    ${JSON.stringify(name)}) words="${[...below(name), ...flagsOf(offered.find(({ path }) => path.length === 1 && path[0] === name)?.flags ?? [])].join(' ')}" ;;`)
  const second = offered.filter(({ path }) => path.length > 1).map(({ path, flags }) => `    ${JSON.stringify(path.join(' '))}) words="${flagsOf(flags).join(' ')}" ;;`)
  return [
    '_fermata() {',
    '  local words="" command="${COMP_WORDS[1]}"',
    '  if [ "$COMP_CWORD" -le 1 ]; then',
    `    words="${names.join(' ')}"`,
    '  else case "$command" in',
    ...first,
    '  esac',
    '  if [ "$COMP_CWORD" -gt 2 ]; then case "$command ${COMP_WORDS[2]}" in',
    '    "") ;;',
    ...second,
    '  esac; fi; fi',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _fermata fermata',
    '',
  ].join('\n')
}

function fish(offered: readonly Offered[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const seen = (words: readonly string[]): string => words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
  const commands = offered.flatMap(({ path: [first = '', second], brief }) => {
    const whole = second === undefined || offered.some(({ path }) => path.length === 1 && path[0] === first) ? [] : [`complete -c fermata -n __fish_use_subcommand -f -a ${first}`]
    return second === undefined ? [`complete -c fermata -n __fish_use_subcommand -f -a ${first} -d ${quoted(brief)}`] : [...whole, `complete -c fermata -n '${seen([first])}' -f -a ${second} -d ${quoted(brief)}`]
  })
  const flags = offered.flatMap(({ path, flags: all }) => all.map((flag) => `complete -c fermata -n '${seen(path)}' -l ${flag} -r`))
  return [...new Set(commands), ...flags, ''].join('\n')
}
