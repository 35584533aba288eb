import { isImmediate, type CallCommand } from './commands.ts'
import { CallError } from './error.ts'
import { runCommand, runProgram, type ProgramParts } from './program.ts'

export interface ProgramsHost {
  /** What goes wrong while nobody waits ends the call. */
  fail(error: unknown): void
  /** Whether commands can be carried out at once, or first wait for somebody to pick up. */
  isReady(): boolean
}

/** Which commands of a call run now, and what takes their place. */
export class Programs {
  readonly #parts: ProgramParts
  readonly #host: ProgramsHost
  /** What the call begins with; newer commands may take over before it does. */
  readonly #first = new AbortController()
  #current = this.#first
  /** A `collect` or `pay` beside the program, and what came of it. */
  #beside: Promise<void> | undefined
  /** The program itself is at one. */
  #isCollecting = false

  constructor(parts: ProgramParts, host: ProgramsHost) {
    this.#parts = parts
    this.#host = host
  }

  /** Aborts when what the call began with is not wanted any more. */
  get first(): AbortSignal {
    return this.#first.signal
  }

  async begin(commands: readonly CallCommand[]): Promise<void> {
    if (!this.first.aborted) await this.#run(commands, this.first)
  }

  /** Runs immediate commands beside what goes on, any other list in its place. */
  async take(commands: readonly CallCommand[]): Promise<void> {
    if (this.#isBeside(commands)) {
      const run = this.#runAtOnce(commands)
      // Whoever commands does not wait for somebody to pick up, nor for keys to be pressed.
      if (this.#host.isReady() && !commands.some(({ type }) => type === 'send_digits')) return run
      return void run.catch((error: unknown) => this.#host.fail(error))
    }
    this.#current.abort(new CallError('CALL_COMMANDED', 'newer commands took over'))
    this.#current = new AbortController()
    this.#isCollecting = false
    this.#parts.collector.stop('superseded')
    this.#run(commands, this.#current.signal).catch((error: unknown) => this.#host.fail(error))
  }

  stop(reason: unknown): void {
    this.#current.abort(reason)
  }

  /** Keys are asked for beside a program that does not ask for any itself, and only as the last of a list: what follows would wait. */
  #isBeside(commands: readonly CallCommand[]): boolean {
    const at = commands.findIndex(asksForKeys)
    if (at !== -1 && (at < commands.length - 1 || this.#isCollecting)) return false
    return commands.every(isImmediate)
  }

  async #run(commands: readonly CallCommand[], signal: AbortSignal): Promise<void> {
    const idle = () => this.#idle(signal)
    const watched = { ...this.#parts, collector: this.#watched(signal) }
    await runProgram(watched, commands, signal, idle)
  }

  #watched(signal: AbortSignal): ProgramParts['collector'] {
    const { collector } = this.#parts
    return {
      ...collector,
      run: async (...args) => {
        this.#isCollecting = true
        try {
          return await collector.run(...args)
        } finally {
          if (!signal.aborted) this.#isCollecting = false
        }
      },
    }
  }

  async #runAtOnce(commands: readonly CallCommand[]): Promise<void> {
    for (const command of commands)
      if (asksForKeys(command)) this.#runBeside(command)
      else await runCommand(this.#parts, command, this.#parts.live.signal)
  }

  /** Nobody waits for it; what the app then wants is taken as any other commands are. */
  #runBeside(command: CallCommand): void {
    const run = runCommand(this.#parts, command, this.#parts.live.signal).then(async (next) => {
      if (typeof next !== 'string' && !this.#parts.live.signal.aborted) await this.take(next)
    })
    const over = run.catch((error: unknown) => this.#host.fail(error))
    this.#beside = over
    void over.then(() => {
      if (this.#beside === over) this.#beside = undefined
    })
  }

  async #idle(signal: AbortSignal): Promise<void> {
    const { promise: aborted, resolve } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve(), { once: true })
    while (this.#beside !== undefined && !signal.aborted) await Promise.race([this.#beside, aborted])
  }
}

function asksForKeys(command: CallCommand): boolean {
  return (command.type === 'collect' || command.type === 'pay') && command.action === 'start'
}
