import { describe, expect, jest, test } from '@jest/globals'
import { EnvironmentError } from '@fermata/verdict'
import { chmodSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programs } from './exec.ts'

jest.setTimeout(60_000)

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fermata-exec-')))
const { run } = programs(folder, { PATH: process.env['PATH'], 'INPUT_GITHUB-TOKEN': 'secret', KEPT: 'yes' })
const node = (code: string, more: { readonly input?: Uint8Array; readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {}) => run({ file: process.execPath, args: ['-e', code], ...more })
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('output', () => {
  test('5 MB of any bytes arrive as they were, with line breaks and without', async () => {
    const bytes = Buffer.alloc(5 << 20)
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 9)) & 255
    const program = (change: string) => `const b=Buffer.alloc(5<<20);for(let i=0;i<b.length;i++)b[i]=(i*31+(i>>9))&255;${change}process.stdout.write(b)`
    expect(Buffer.compare(bytes, (await node(program(''))).stdout)).toBe(0)
    const unbroken = Buffer.from(bytes.map((byte) => (byte === 10 ? 0 : byte)))
    expect(Buffer.compare(unbroken, (await node(program('for(let i=0;i<b.length;i++)if(b[i]===10)b[i]=0;'))).stdout)).toBe(0)
  })

  test('stderr apart, and the exit code instead of an error', async () => {
    const { code, stdout, stderr } = await node("process.stdout.write('out');process.stderr.write('ürr');process.exitCode=7")
    expect([code, text(stdout), stderr]).toEqual([7, 'out', 'ürr'])
  })

  test('a program that a signal ended has failed', async () => {
    expect((await node("process.kill(process.pid,'SIGKILL')")).code).toBe(255)
  })
})

describe('input', () => {
  test('arrives byte for byte', async () => {
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index & 255))
    expect(Buffer.compare(input, (await node('process.stdin.pipe(process.stdout)', { input })).stdout)).toBe(0)
  })

  test('without one a program that reads finds its end', async () => {
    expect(text((await node("let n=0;process.stdin.on('data',c=>n+=c.length).on('end',()=>console.log('end',n))")).stdout)).toBe('end 0\n')
  })

  test('a program may end without reading it', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => node("process.stdin.destroy();process.exit(3)", { input: Buffer.alloc(2 << 20) })))
    expect(all.map(({ code }) => code)).toEqual([3, 3, 3, 3])
  })
})

describe('surroundings', () => {
  test('no input of the action reaches a child; what is asked for is added', async () => {
    const seen = JSON.parse(text((await node('console.log(JSON.stringify(process.env))', { env: { ADDED: '1' } })).stdout)) as Record<string, string>
    expect(seen).toMatchObject({ KEPT: 'yes', ADDED: '1' })
    expect(Object.keys(seen).filter((name) => name.startsWith('INPUT_'))).toEqual([])
  })

  test('a program that is nowhere is an error each time, and others still start', async () => {
    for (let time = 0; time < 2; time++) await expect(run({ file: 'no-such-program-here', args: [] })).rejects.toThrow('Cannot start no-such-program-here')
    expect((await run({ file: 'git', args: ['--version'] })).code).toBe(0)
  })

  test('starts in the working directory', async () => {
    expect(text((await node('console.log(process.cwd())')).stdout).trim()).toBe(folder)
    expect(text((await node('console.log(process.cwd())', { cwd: tmpdir() })).stdout).trim()).toBe(realpathSync(tmpdir()))
  })

  test('arguments are no shell and no command line, and a program may have spaces in its name', async () => {
    const file = join(folder, 'with space & "quote"')
    writeFileSync(file, '#!/bin/sh\nprintf "%s|" "$@"\n')
    chmodSync(file, 0o755)
    expect(text((await run({ file, args: ['a b', '"$HOME"', '; rm', '*', '', '\\'] })).stdout)).toBe('a b|"$HOME"|; rm|*||\\|')
  })
})

test.each(['no-such-program-here', '/no/such/program'])('%s cannot be started: an error that says so', async (file) => {
  await expect(run({ file, args: [] })).rejects.toThrow(EnvironmentError)
  await expect(run({ file, args: [] })).rejects.toMatchObject({ reason: { code: 'FM-RUNNER-PROGRAM', message: expect.stringContaining(file) } })
})
