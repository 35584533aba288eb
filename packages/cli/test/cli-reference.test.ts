import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { createProgram } from '@voxkeep/cli/program'

const reference = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8')
const connectionHeading = 'Commands that ask a running gateway'

/** The options that a section's table lists, as `flags: description`. */
const sections = new Map(
  reference
    .split(/^#{2,} /m)
    .slice(1)
    .map((section) => {
      const rows = section.matchAll(/^\| `(-[^`]+)` \| (.*) \|$/gm)
      return [heading(section), [...rows].map(([, flags, about]) => `${flags}: ${about}`)] as const
    }),
)

function heading(section: string): string {
  return section.slice(0, section.indexOf('\n')).replaceAll('`', '')
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}

function pathOf(command: Command): string {
  const own = [command.name(), ...command.registeredArguments.map((argument) => `<${argument.name()}>`)].join(
    ' ',
  )
  return command.parent === null ? own : `${pathOf(command.parent)} ${own}`
}

/** As `--help` shows them. */
function optionsOf(command: Command): string[] {
  const help = command.createHelp()
  return command.options.map((option) => `${help.optionTerm(option)}: ${help.optionDescription(option)}`)
}

const commands = leaves(createProgram())

for (const command of commands) {
  test(`docs/cli.md lists the options of "${pathOf(command)}" as --help does`, () => {
    const listed = sections.get(pathOf(command))
    assert.ok(listed, `there is no section "${pathOf(command)}"`)
    const asksGateway = command.options.some(({ long }) => long === '--token-file')
    const shared = asksGateway ? (sections.get(connectionHeading) ?? []) : []
    assert.deepEqual([...shared, ...listed], optionsOf(command))
  })
}

test('docs/cli.md describes no command that there is not', () => {
  const described = [...sections.keys()].filter((name) => name.startsWith('voxkeep '))
  assert.deepEqual(described.toSorted(), commands.map(pathOf).toSorted())
})
