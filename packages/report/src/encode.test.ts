import { describe, expect, jest, test } from '@jest/globals'
import * as fc from 'fast-check'
import { encodeAnchor, encodeFence, encodeHtml, encodeHtmlProse, encodeJsonIsland, encodeLog, encodeMarkdown, encodeMarkdownCode, encodeMarkdownProse, encodeMermaid, encodeTerminal, encodeTerminalLine, encodeXml, truncate, webAddress } from './encode.ts'
import { hostile } from './testing/sample.ts'

jest.setTimeout(60_000)

/** What people could send: the hostile list, arbitrary text with lone surrogates and controls, and mixtures of both. */
const anything = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' }), fc.array(fc.constantFrom(...hostile, ' ', '\n', '|', '`', '<', '::', '\u001b['), { maxLength: 4 }).map((parts) => parts.join('')))

const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/
const reordering = /[\u202a-\u202e\u2066-\u2069]/

function everyText(property: (text: string) => void): void {
  fc.assert(fc.property(anything, property), { numRuns: 300 })
}

describe('HTML', () => {
  test('no text can open an element, close an attribute, or hide behind a control', () => {
    everyText((text) => {
      const encoded = encodeHtml(text)
      expect(encoded).not.toMatch(/[<>"']/)
      expect(encoded.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
      expect(encoded).not.toMatch(control)
      expect(encoded).not.toMatch(reordering)
      expect(encoded.isWellFormed()).toBe(true)
    })
  })

  test('names between backticks become code, and nothing else does', () => {
    expect(encodeHtmlProse('Raise `a<b` or `c`.')).toBe('Raise <code>a&lt;b</code> or <code>c</code>.')
    expect(encodeHtmlProse('one ` alone')).toBe('one ` alone')
    everyText((text) => expect(encodeHtmlProse(text).replaceAll(/<\/?code>/g, '')).not.toMatch(/[<>]/))
  })
})

describe('Markdown', () => {
  test.each`
    text                  | becomes
    ${'a|b'}              | ${'a\\|b'}
    ${'<b>'}              | ${'&lt;b&gt;'}
    ${'*a* _b_ ~c~ `d`'}  | ${'\\*a\\* \\_b\\_ \\~c\\~ \\`d\\`'}
    ${'[x](y)'}           | ${'\\[x\\](y)'}
    ${'@team'}            | ${'<span>@</span>team'}
    ${'see #12'}          | ${'see <span>#</span>12'}
    ${':tada:'}           | ${'<span>:</span>tada:'}
    ${'$x$'}              | ${'<span>$</span>x<span>$</span>'}
    ${'# head'}           | ${'\\# head'}
    ${'- item'}           | ${'\\- item'}
    ${'1. one'}           | ${'1\\. one'}
    ${'1.2.3'}            | ${'1.2.3'}
    ${'registry:5000/a'}  | ${'registry:5000/a'}
    ${'line\nbreak'}      | ${'line break'}
  `('$text', ({ text, becomes }) => expect(encodeMarkdown(text as string)).toBe(becomes))

  test('one line, whose marks are all escaped: no cell, no emphasis, no element of somebody else begins in it', () => {
    everyText((text) => {
      const bare = encodeMarkdown(text).replaceAll(/<\/?span>/g, '').replaceAll(/\\[\\`*_[\]|~\-+=#.)]/g, '')
      expect(bare).not.toMatch(/[\n\\`*_[\]|~<>]/)
    })
  })

  test('code in a cell cannot end the cell or the code', () => {
    everyText((text) => {
      const inside = encodeMarkdownCode(text).replace(/^<code>(.*)<\/code>$/s, '$1').replaceAll(/<\/?span>/g, '')
      expect(inside.replaceAll(/\\./g, '')).not.toMatch(/[\n|`<>]/)
    })
    everyText((text) => expect(encodeMarkdownProse(text)).not.toContain('\n'))
  })

  test('a fence is longer than every run of backticks in it', () => {
    everyText((text) => {
      const [open = '', ...rest] = encodeFence('yaml', text).split('\n')
      const fence = open.replace('yaml', '')
      expect(rest.at(-1)).toBe(fence)
      expect(rest.slice(0, -1).join('\n')).not.toContain(fence)
    })
    expect(encodeFence('y`\naml', 'x').split('\n')[0]).toBe('```yaml')
  })
})

test('a mermaid label is not empty, and holds no quote, bracket or line break', () => {
  expect(encodeMermaid(' \n')).toBe('unnamed')
  everyText((text) => expect(encodeMermaid(text).replaceAll(/#\d+;/g, '')).not.toMatch(/["[\](){}<>;#`\n%&]/))
})

describe('XML', () => {
  test('only characters that XML 1.0 allows, and no mark-up', () => {
    everyText((text) => {
      const encoded = encodeXml(text)
      expect(encoded).not.toMatch(/[<>]/)
      expect(encoded).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u)
    })
  })
})

test('a JSON island parses to what went in and cannot end its element', () => {
  everyText((text) => {
    const encoded = encodeJsonIsland({ text })
    expect(encoded).not.toMatch(/[<>\u2028\u2029]/)
    expect(JSON.parse(encoded)).toEqual({ text })
  })
})

describe('terminal', () => {
  test.each`
    text                                   | becomes
    ${'\u001b[31mred\u001b[0m'}            | ${'red'}
    ${'\u001b]0;title\u0007after'}         | ${'after'}
    ${'\u001b]8;;http://x\u001b\\link'}    | ${'link'}
    ${'\u009b2Jclear'}                     | ${'clear'}
    ${'a\rb'}                              | ${'a\nb'}
    ${'bell\u0007'}                        | ${'bell'}
    ${'a\u202eb'}                          | ${'ab'}
  `('$text', ({ text, becomes }) => expect(encodeTerminal(text as string)).toBe(becomes))

  test('no control character reaches a terminal', () => {
    everyText((text) => {
      expect(encodeTerminal(text)).not.toMatch(control)
      expect(encodeTerminal(text)).not.toMatch(reordering)
      expect(encodeTerminalLine(text)).not.toMatch(/[\n\t]/)
    })
  })
})

describe('log of a step', () => {
  test.each`
    text                                  | becomes
    ${'::error::boo'}                     | ${': :error::boo'}
    ${'  ::add-mask::x'}                  | ${'  : :add-mask::x'}
    ${'fine\n::set-output name=a::b'}     | ${'fine\n: :set-output name=a::b'}
    ${'x ##[error]y'}                     | ${'x ## [error]y'}
    ${'a::b'}                             | ${'a::b'}
    ${'\u001b[1m::error::boo'}            | ${': :error::boo'}
    ${'\r::error::boo'}                   | ${'\n: :error::boo'}
  `('$text', ({ text, becomes }) => expect(encodeLog(text as string)).toBe(becomes))

  test('no line is a command', () => {
    everyText((text) => {
      for (const line of encodeLog(text).split('\n')) {
        expect(line.trimStart().startsWith('::')).toBe(false)
        expect(line).not.toContain('##[')
      }
    })
  })
})

test('different texts have different anchors, of letters that need no escape', () => {
  everyText((text) => expect(encodeAnchor(text)).toMatch(/^[\w.-]*$/))
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => expect(encodeAnchor(a) === encodeAnchor(b)).toBe(a === b)))
  expect(encodeAnchor('a_2f_b')).not.toBe(encodeAnchor('a/b'))
})

test.each`
  text                       | address
  ${'https://x.y/z?a=b'}     | ${'https://x.y/z?a=b'}
  ${'javascript:alert(1)'}   | ${undefined}
  ${'data:text/html,x'}      | ${undefined}
  ${'fermata-report/a.html'} | ${undefined}
`('$text is linked: $address', ({ text, address }) => expect(webAddress(text as string)).toBe(address))

test('a cut text is never longer, never half a character, and ends in an ellipsis', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (text, most) => {
      const cut = truncate(text, most)
      expect(cut.length).toBeLessThanOrEqual(Math.max(most, 1))
      expect(cut.isWellFormed()).toBe(true)
      if (text.length > most) expect(cut.endsWith('…')).toBe(true)
      else expect(cut).toBe(text)
    }),
  )
})
