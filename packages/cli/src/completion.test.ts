import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { completionScript, type Offered } from './completion.ts'

const offered: readonly Offered[] = [
  { path: ['graph'], brief: "Show the shop's graph", flags: ['format', 'services'] },
  { path: ['deploy'], brief: 'Release', flags: ['environment'] },
  { path: ['heal'], brief: 'Repair', flags: ['event'] },
  { path: ['heal', 'sweep'], brief: 'Tidy up', flags: ['context'] },
  { path: ['slo', 'check'], brief: 'Ask', flags: ['slos'] },
]

test.each([
  ['commands', 'COMP_WORDS=(fermata "") COMP_CWORD=1', 'graph deploy heal slo'],
  ['flags of a command', 'COMP_WORDS=(fermata graph --) COMP_CWORD=2', '--format --services'],
  ['commands below a command, and its own flags', 'COMP_WORDS=(fermata heal "") COMP_CWORD=2', 'sweep --event'],
  ['commands of a group', 'COMP_WORDS=(fermata slo "") COMP_CWORD=2', 'check'],
  ['flags of a command below', 'COMP_WORDS=(fermata slo check --) COMP_CWORD=3', '--slos'],
  ['flags of a command after its first', 'COMP_WORDS=(fermata heal --event x --) COMP_CWORD=4', '--event'],
  ['what was begun', 'COMP_WORDS=(fermata graph --fo) COMP_CWORD=2', '--format'],
])('bash offers %s', (_, words, expected) => {
  const script = `${completionScript('bash', offered)}\n${words}\n_fermata\nprintf '%s ' "\${COMPREPLY[@]}"`
  expect(spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).stdout.trim()).toBe(expected)
})

test('fish gets every command and flag, quoted', () => {
  const script = completionScript('fish', offered)
  expect(script).toContain("-a graph -d 'Show the shop\\'s graph'")
  expect(script).toContain("-n '__fish_seen_subcommand_from slo' -f -a check -d 'Ask'")
  expect(script).toContain("'__fish_seen_subcommand_from heal; and __fish_seen_subcommand_from sweep' -l context -r")
  expect(script.match(/-f -a heal /g)).toHaveLength(1)
  expect(script).toContain("'__fish_seen_subcommand_from deploy' -l environment -r")
})

test('an unknown shell is a usage error that names the known ones', () => {
  expect(() => completionScript('powershell', offered)).toThrow('bash, zsh, fish')
})
