import type { Report } from '@fermata/verdict'

/** What a person sees of the demo while it runs. */
export interface Teller {
  readonly colour: boolean
  readonly chapter: (number: number, title: string) => void
  readonly line: (line: string) => void
  readonly verdict: (report: Report) => void
  readonly say: (text: string) => void
}

const words = { pass: ['✔', '32'], warn: ['!', '33'], fail: ['✖', '31'], inconclusive: ['?', '35'] } as const

/** Prints the log of an action as GitHub shows it: workflow commands are for the runner, not for readers. */
export function tellerTo(stream: NodeJS.WriteStream, colour: boolean): Teller {
  const paint = (code: string, text: string) => (colour ? `\u001B[${code}m${text}\u001B[0m` : text)
  const write = (text = '') => stream.write(`${text}\n`)
  return {
    colour,
    say: write,
    chapter: (number, title) => write(`\n${paint('1', `${number}. ${title}`)}`),
    line: (line) => {
      if (line.trim() !== '' && !/^::(?!error|warning)/.test(line)) write(`   ${line.startsWith('::') ? decoded(line.replace(/^::(error|warning)[^:]*::/, '')) : line}`)
    },
    verdict: (report) => {
      const [glyph, code] = words[report.verdict]
      write(`   ${paint(code, `${glyph} ${report.verdict}`)}: ${report.summary}`)
    },
  }
}

/** Workflow commands have these three signs in code. */
function decoded(text: string): string {
  return text.replaceAll('%0D', '').replaceAll('%0A', ' ').replaceAll('%25', '%')
}
