import { join } from 'node:path'
import type { GatewayProcess } from './gateway-process.ts'
import { startProgram } from './program.ts'

export interface CliRun {
  readonly code: number | null
  readonly output: string
}

const main = join(import.meta.dirname, '../../../cli/src/main.ts')

/** Runs the command line against a gateway, as somebody who holds its token. */
export async function runCli(gateway: GatewayProcess, ...args: readonly string[]): Promise<CliRun> {
  const env = {
    VOXKEEP_URL: `https://127.0.0.1:${gateway.apiPort}`,
    VOXKEEP_TOKEN: gateway.token,
    VOXKEEP_CA: gateway.deployment.caFile,
  }
  const command = process.execPath
  await using program = await startProgram({
    command,
    args: ['--disable-warning=ExperimentalWarning', main, ...args],
    env,
  })
  const { code } = await program.exited
  return { code, output: program.output() }
}
