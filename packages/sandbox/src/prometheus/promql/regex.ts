import { RE2JS } from 're2js'

/** RE2, as Prometheus uses it: the whole text must match, and a dot matches a line break too. */
export interface Pattern {
  matches(text: string): boolean
  /** The groups of a match by number and name, or undefined. Group 0 is the whole. */
  groups(text: string): ((name: string) => string | undefined) | undefined
}

/** @throws an Error of RE2 where the expression is none */
export function pattern(expression: string): Pattern {
  const compiled = RE2JS.compile(`^(?s:${expression})$`)
  const named = compiled.namedGroups()
  return {
    matches: (text) => compiled.matches(text),
    groups(text) {
      const matcher = compiled.matcher(text)
      if (!matcher.find()) return undefined
      return (name) => {
        const index = /^\d+$/.test(name) ? Number(name) : named[name]
        return index === undefined || index > matcher.groupCount() ? undefined : (matcher.group(index) ?? undefined)
      }
    },
  }
}

/** Replaces `$1`, `${1}`, `$name` and `$$`. As in Go, a name is as long as it can be, and an unknown one is empty. */
export function expand(template: string, group: (name: string) => string | undefined): string {
  return template.replace(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (_, dollar: string | undefined, braced: string | undefined, bare: string | undefined) => (dollar === undefined ? (group(braced ?? bare ?? '') ?? '') : '$'))
}
