import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from './watch.ts'

export interface ProgramOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A child process that is stopped when it goes out of scope. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  /** Everything it has written so far, output and errors in the order they came. */
  output(): string
  /** Resolves with the first match of `pattern` in the output, past or to come. Rejects at once when the program ends without. */
  until(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  write(line: string): void
  /** Resolves when it has ended by itself. */
  readonly exited: Promise<Exit>
  /** Asks it to end, by force after eight seconds. Resolves with how it ended; harmless when it already has. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
}

const patienceMs = 8_000

const tail = (text: string) => text.slice(-4_000) // enough to see why

/** Starts a program. Rejects when it cannot be started at all. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { command, args, cwd } = options
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    ...(cwd !== undefined && { cwd }),
  })
  await once(child, 'spawn')
  const { changed, until } = watch()
  let text = ''
  let ended: Exit | undefined
  const collect = (chunk: string) => {
    text += chunk
    changed()
  }
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  child.stdin.on('error', () => {}) // it ended while we wrote: `exited` tells
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill) // a test that is cut short leaves nobody behind
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      process.off('exit', kill)
      ended = { code, signal }
      changed()
      resolve(ended)
    })
  })
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> => {
    if (ended === undefined) child.kill(signal)
    const force = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    const exit = await exited
    clearTimeout(force)
    return exit
  }
  return {
    pid: child.pid ?? -1,
    output: () => text,
    async until(pattern, timeoutMs) {
      const probe = () => pattern.exec(text) ?? (ended === undefined ? undefined : ('ended' as const))
      const found = await until(`${command}: ${pattern.source}`, probe, timeoutMs).catch((cause: unknown) => {
        throw new Error(`${command} did not say ${pattern.source}; it said:\n${tail(text)}`, { cause })
      })
      if (found === 'ended')
        throw new Error(`${command} ended without ${pattern.source}; it said:\n${tail(text)}`)
      return found
    },
    write: (line) => void child.stdin.write(`${line}\n`),
    exited,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}
