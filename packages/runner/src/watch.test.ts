import { describe, expect, test } from '@jest/globals'
import { watch } from './watch.ts'

/** A terminal of a few lines: understands what the drawing uses, and nothing else. */
function terminal() {
  const lines: string[] = ['']
  let row = 0
  let cursor = true
  let writes = 0
  return {
    stream: {
      rows: 10,
      columns: 60,
      write: (text: string) => {
        writes += 1
        for (const [token] of text.matchAll(/\u001b\[\?25[lh]|\u001b\[\d*[FJ]|\n|[^\n\u001b]+|\u001b/g)) {
          if (token === '\u001b[?25l') cursor = false
          else if (token === '\u001b[?25h') cursor = true
          else if (token.endsWith('F') && token.startsWith('\u001b')) row -= Number(token.slice(2, -1))
          else if (token === '\u001b[J') lines.splice(row, lines.length, '')
          else if (token === '\n') lines[++row] ??= ''
          else if (token.startsWith('\u001b')) throw new Error('an escape code that nobody asked for')
          else lines[row] = token
        }
        return true
      },
    } as unknown as NodeJS.WriteStream,
    shown: () => lines.slice(0, row),
    hasCursor: () => cursor,
    writes: () => writes,
  }
}

const event = (subject: string, phase: string, state: 'running' | 'good' | 'bad') => ({ at: Date.now(), subject, phase, state, wave: 1 })

describe('a tree', () => {
  test('is redrawn in place, messages stand above it, and the end leaves the last drawing and the cursor', () => {
    const { stream, shown, hasCursor } = terminal()
    const drawing = watch(stream, 'tree', false, (text) => text.replaceAll('sesame', '***'))
    expect(hasCursor()).toBe(false)
    drawing.progress(event('cart', 'applying', 'running'))
    drawing.say('first message')
    drawing.progress(event('cart', 'failed sesame', 'bad'))
    drawing.say('second message')
    drawing.end()
    drawing.end()
    expect(shown()).toEqual(['first message', 'second message', expect.stringMatching(/^00:0\d {2}1\/1 done$/), '✖ wave 1', '  └ ✖ cart  failed ***'])
    expect(hasCursor()).toBe(true)
  })

  test('a thousand events in a moment are not a thousand drawings', () => {
    const { stream, writes } = terminal()
    const drawing = watch(stream, 'tree', false, (text) => text)
    for (let index = 0; index < 1_000; index++) drawing.progress(event('cart', `step ${index}`, 'running'))
    expect(writes()).toBeLessThan(5)
    drawing.end()
  })
})

test('lines are lines, and quiet is quiet but for messages', () => {
  const lines = terminal()
  const listing = watch(lines.stream, 'lines', false, (text) => text)
  listing.progress(event('cart', 'applying', 'running'))
  listing.say('message')
  listing.end()
  expect(lines.shown()).toEqual(['00:00  w1  cart          ◐ applying', 'message'])
  const silent = terminal()
  const quiet = watch(silent.stream, 'quiet', false, (text) => text)
  quiet.progress(event('cart', 'applying', 'running'))
  quiet.say('message')
  quiet.end()
  expect(silent.shown()).toEqual(['message'])
})
