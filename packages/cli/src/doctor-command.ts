import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { progress, result } from './output.ts'
import { gatewayMain, nodeFlags, root } from './paths.ts'
import { runQuietly } from './run.ts'

interface Finding {
  readonly about: string
  readonly state: 'fine' | 'warning' | 'fault'
  readonly found: string
  readonly todo?: string
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Look at everything a gateway needs (machine, disk, ports, certificates, clock, names, secrets, keys, database, apps) and say what to do. Changes nothing.',
    )
    .option('-c, --config <file>', 'configuration file', 'voxkeep.yaml')
    .option('--json', 'print JSON')
    .action(async (options: { config: string; json?: true }) => {
      const config = resolve(options.config)
      if (!existsSync(config)) throw new Error(`there is no ${config}. Make one with "voxkeep init".`)
      progress(`looking at ${config}`)
      const command = [...nodeFlags, gatewayMain, 'doctor', '--config', config]
      const { output, status } = await runQuietly(process.execPath, command, { cwd: root })
      const findings = parse(output)
      result(findings, options.json ?? false, () => report(findings))
      process.exitCode = status
    })
}

function parse(output: string): readonly Finding[] {
  const line = output.split('\n').findLast((text) => text.startsWith('['))
  if (line === undefined) throw new Error(`the gateway could not look: ${output.trim()}`)
  return JSON.parse(line) as readonly Finding[]
}

const signs = { fine: 'ok  ', warning: 'WARN', fault: 'FAIL' } as const

/** What is wrong comes last, where it is seen. */
export function report(findings: readonly Finding[]): string {
  const order = ['fine', 'warning', 'fault'] as const
  const lines = order.flatMap((state) =>
    findings
      .filter((finding) => finding.state === state)
      .flatMap(({ about, found, todo }) => [
        `${signs[state]}  ${about}: ${found}`,
        ...(todo === undefined ? [] : [`      -> ${todo}`]),
      ]),
  )
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length
  const [warnings, faults] = [count('warning'), count('fault')]
  const verdict =
    faults > 0
      ? `${faults} faults: a gateway would not start, or would not do its work.`
      : warnings > 0
        ? `It would run, with ${warnings} warnings.`
        : 'All is well.'
  return [...lines, verdict].join('\n')
}
