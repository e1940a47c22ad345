/**
 * A pattern over paths with `/`: `*` and `?` stay inside of a name, `**` takes any number of folders, `{a,b}` alternatives, `[ab]` one of
 * some letters. A pattern without any of these is a path, and takes the file and everything below the folder of that name.
 */
export interface Pattern {
  readonly written: string
  /** Whether it takes away what patterns before it took. */
  readonly negative: boolean
  /** The folder above everything that it can match. */
  readonly root: string
  /** Whether it names a file or folder itself: then the file need not have a known extension. */
  readonly isPath: boolean
  readonly matches: (path: string) => boolean
}

export function patternOf(written: string): Pattern {
  const negative = written.startsWith('!')
  const plain = (negative ? written.slice(1) : written).replace(/^(?:\.\/)+/, '').replace(/\/+$/, '').replaceAll(/\/{2,}/g, '/') || '.'
  if (!/[*?[\]{}]/.test(plain)) {
    return { written, negative, root: plain, isPath: true, matches: (path) => plain === '.' || path === plain || path.startsWith(`${plain}/`) }
  }
  const names = plain.split('/')
  const first = names.findIndex((name) => /[*?[\]{}]/.test(name))
  const expression = new RegExp(`^${expressionOf(plain)}$`, 'u')
  return { written, negative, root: first === 0 ? '.' : names.slice(0, first).join('/'), isPath: false, matches: (path) => expression.test(path) }
}

function expressionOf(pattern: string): string {
  let depth = 0
  const parts = pattern.match(/\*\*\/|\/\*\*$|\*\*|\*|\?|\[[^\]/]+\]|\{|\}|,|[\s\S]/gu) ?? []
  const text = parts.map((part) => {
    switch (part) {
      case '**/':
        return '(?:[^/]+/)*'
      case '/**':
        return '/.+'
      case '**':
        return '.*'
      case '*':
        return '[^/]*'
      case '?':
        return '[^/]'
      case '{':
        depth += 1
        return '(?:'
      case '}':
        if (depth === 0) return '\\}'
        depth -= 1
        return ')'
      case ',':
        return depth > 0 ? '|' : ','
      default:
        if (part.length > 1 && part.startsWith('[')) return `[${part.slice(1, -1).replace(/^!/, '^').replaceAll(/[\\[\]&~]/g, '\\$&')}]`
        return part.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&')
    }
  })
  return text.join('') + ')'.repeat(depth)
}
