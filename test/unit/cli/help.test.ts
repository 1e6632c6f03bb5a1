// Every command has a help, and it is what it was: a change of it is seen in review.
import type { Command } from 'commander'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { buildProgram } from '../../../src/cli/program.ts'

const stream = () => Object.assign(new PassThrough(), { columns: 100 })
const terminal = { stdin: stream(), stdout: stream(), stderr: stream(), env: {}, fetch }
const program = buildProgram(terminal, '0.0.0-test')

function all(command: Command, before: string): readonly (readonly [string, Command])[] {
  const name = `${before} ${command.name()}`.trim()
  return [[name, command], ...command.commands.flatMap((inner) => all(inner, name))]
}

const commands = all(program, '')

it('is the same for every command', () => {
  const texts = commands.map(([name, command]) => `$ ${name} --help\n${command.helpInformation()}`)
  expect(texts.join('\n')).toMatchSnapshot()
})

it.each(commands)('describes %s', (_, command) => {
  expect(command.description()).not.toBe('')
  for (const { flags, description } of command.options) expect(description, flags).not.toBe('')
})

it('takes no secret from the command line', () => {
  const flags = commands.flatMap(([, command]) => command.options.map((option) => option.flags))
  expect(flags.filter((flag) => /--(?:token|secret|key)(?: |=)[<[]/.test(flag))).toEqual([])
})
