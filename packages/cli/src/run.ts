import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'

/** Runs a program to its end with our standard streams; resolves with its exit status. */
export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const pass = (signal: NodeJS.Signals) => () => void child.kill(signal)
    const signals = (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, pass(signal)] as const)
    for (const [signal, handler] of signals) process.on(signal, handler)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const [name, handler] of signals) process.off(name, handler)
      resolve(code ?? (signal === null ? 1 : 128))
    })
  })
}

/** Runs a program to its end without input; resolves with its exit status and all it said. */
export async function runQuietly(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<{ readonly status: number; readonly output: string }> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const parts: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part))
  const [code] = (await once(child, 'close')) as [number | null]
  return { status: code ?? 1, output: Buffer.concat(parts).toString() }
}
