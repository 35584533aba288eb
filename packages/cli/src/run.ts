import { spawn, type SpawnOptions } from 'node:child_process'

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
