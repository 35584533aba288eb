import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'

export interface ProgramOptions {
  readonly name: string
  /** A program for Node and its arguments. */
  readonly args: readonly string[]
  /** Gets everything that the program writes to its two outputs. */
  readonly logFile: string
  readonly readyWithinMs?: number
  readonly cwd?: string
  /** Set in its environment, beside ours. */
  readonly env?: Readonly<Record<string, string>>
  /** Given each line that it writes, but the one that says it is ready. */
  readonly onLine?: (line: string) => void
}

export interface Program extends AsyncDisposable {
  readonly pid: number
  /** The line that said it is ready. */
  readonly ready: Readonly<Record<string, unknown>>
  /** Tells it to end in good order (kills it when it does not); the exit code, and the last line of its output as JSON. */
  stop(): Promise<Ended>
}

export interface Ended {
  readonly code: number | null
  readonly lastLine: unknown
}

const endWithinMs = 10_000

/**
 * Starts a program that prints one JSON line with `"ready":true` once it is ready. Rejects with what it last wrote, for a
 * person to read, when it ends before that or takes too long; it runs no more then.
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const child = spawn(process.execPath, options.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.env !== undefined && { env: { ...process.env, ...options.env } }),
  })
  const log = createWriteStream(options.logFile, { mode: 0o600 })
  child.stderr.pipe(log, { end: false })
  child.stdout.pipe(log, { end: false })
  const program = new RunningProgram(child, () => finished(log.end()), options.onLine)
  try {
    await program.isReady(options.readyWithinMs ?? 30_000)
    return program
  } catch (cause) {
    await program.stop()
    const said = complaint(await readFile(options.logFile, 'utf8'))
    throw new Error(`the ${options.name} did not start: ${said}`, { cause })
  }
}

const shownLines = 6

/** The last of what a program said, without the stack traces that bury it. */
function complaint(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '' && !/^\s+at |^Node\.js v/.test(line))
  return lines.slice(-shownLines).join('\n')
}

class RunningProgram implements Program {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #exit: Promise<number | null>
  readonly #ready = Promise.withResolvers<void>()
  readonly #closeLog: () => Promise<void>
  readonly #onLine: (line: string) => void
  #lastLine = ''
  ready: Readonly<Record<string, unknown>> = {}
  #ended: Promise<Ended> | undefined

  constructor(child: ChildProcess, closeLog: () => Promise<void>, onLine: (line: string) => void = () => {}) {
    this.#onLine = onLine
    this.pid = child.pid ?? -1
    this.#child = child
    this.#closeLog = closeLog
    this.#exit = once(child, 'close').then(([code]) => code as number | null)
    this.#ready.promise.catch(() => {}) // it may end after it was ready
    this.#exit.then(
      (code) => this.#ready.reject(new Error(`it ended with ${code}`)),
      (error: unknown) => this.#ready.reject(error),
    )
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#take(line))
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.#onLine(line))
  }

  async isReady(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#ready.reject(new Error('it took too long')), withinMs)
    await this.#ready.promise.finally(() => clearTimeout(timer))
  }

  stop(): Promise<Ended> {
    this.#ended ??= this.#stop()
    return this.#ended
  }

  async #stop(): Promise<Ended> {
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), endWithinMs)
    const code = await this.#exit.catch(() => null).finally(() => clearTimeout(timer))
    await this.#closeLog()
    return { code, lastLine: parseJson(this.#lastLine) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #take(line: string): void {
    this.#lastLine = line
    const message = parseJson(line) as { ready?: unknown } | null | undefined
    if (message?.ready !== true) return this.#onLine(line)
    this.ready = message
    this.#ready.resolve()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
