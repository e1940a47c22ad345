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
  const cases = offered.map(({ path, flags }) => `    ${JSON.stringify(path.join(' '))}) words="${flags.map((flag) => `--${flag}`).join(' ')}" ;;`)
  const names = [...new Set(offered.map(({ path }) => path[0] as string))]
  return [
    '_fermata() {',
    '  local words command="${COMP_WORDS[1]}"',
    '  if [ "$COMP_CWORD" -le 1 ]; then',
    `    words="${names.join(' ')}"`,
    '  else case "$command" in',
    ...cases,
    '    *) words="" ;;',
    '  esac; fi',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _fermata fermata',
    '',
  ].join('\n')
}

function fish(offered: readonly Offered[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const commands = offered.map(({ path, brief }) => `complete -c fermata -n __fish_use_subcommand -f -a ${path[0]} -d ${quoted(brief)}`)
  const flags = offered.flatMap(({ path, flags: all }) => all.map((flag) => `complete -c fermata -n '__fish_seen_subcommand_from ${path[0]}' -l ${flag} -r`))
  return [...commands, ...flags, ''].join('\n')
}
