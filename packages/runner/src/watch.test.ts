import { describe, expect, test } from '@jest/globals'
import { screen } from './testing/screen.ts'
import { watch } from './watch.ts'

/** A stream of ten rows, whose writes are counted. */
function terminal() {
  const shows = screen()
  let writes = 0
  const write = (text: string) => {
    writes += 1
    shows.write(text)
    return true
  }
  return { ...shows, stream: { rows: 10, columns: 60, write } as unknown as NodeJS.WriteStream, writes: () => writes }
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
