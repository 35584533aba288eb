import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { DeploymentError } from './deployment-error.ts'

/** Path of the gateway's program. */
export const gatewayMain = fileURLToPath(import.meta.resolve('@voxkeep/gateway/main'))

/**
 * Runs the gateway's program with `args` to its end; returns what it wrote to its output, trimmed.
 * Throws `DeploymentError` `DEPLOYMENT_COMMAND_FAILED`, with its error output, when it does not exit with 0.
 */
export async function runGatewayCommand(args: readonly string[], signal?: AbortSignal): Promise<string> {
  return runNode([gatewayMain, ...args], signal)
}

/** Makes an API token with every scope, in the database of a gateway that is not running; returns its text. */
export function createToken(configPath: string, name: string): Promise<string> {
  return runGatewayCommand(['token', 'create', '--config', configPath, '--name', name, '--scopes', 'all'])
}

/** As `runGatewayCommand`, for any program that Node can run. */
export async function runNode(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal }),
  })
  const output: string[] = []
  const errors: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) {
    throw new DeploymentError(
      'DEPLOYMENT_COMMAND_FAILED',
      'the gateway program failed',
      errors.join('').trim(),
    )
  }
  return output.join('').trim()
}
