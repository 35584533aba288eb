import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A Node process of ours that speaks in lines of JSON. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  /** Its lines, parsed; ends with the process. Lines that are no JSON are passed over. */
  readonly lines: AsyncIterableIterator<Record<string, unknown>>
  /** Writes `value` as a line of JSON to its input. */
  tell(value: unknown): void
  /** The first line that has `key`; rejects, with what the process complained of, when it ends before. */
  line(key: string): Promise<Record<string, unknown>>
}

export class ChildError extends Error {
  override readonly name = 'ChildError'
  readonly code = 'CHILD_ENDED'
  /** The end of its error output. */
  readonly detail: string
  constructor(detail: string) {
    super('a process of the bench ended before its time')
    this.detail = detail
  }
}

const keptErrors = 4_000 // characters: enough for a stack trace

/** Starts `node ...args`. Disposing sends SIGTERM and waits for the end, after ten seconds by SIGKILL. */
export function startChild(args: readonly string[]): Child {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  child.stdin.on('error', () => {}) // it ended, which `line` tells
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-keptErrors)))
  const lines = jsonLines(createInterface({ input: child.stdout }))
  return {
    pid: child.pid ?? 0,
    lines,
    tell: (value) => void child.stdin.write(`${JSON.stringify(value)}\n`),
    async line(key) {
      for (;;) {
        const next = await lines.next()
        if (next.done) {
          await closed // what it complained of may come after the end of its output
          throw new ChildError(errors)
        }
        if (key in next.value) return next.value
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), 10_000)
      child.stdout.resume()
      await closed
      clearTimeout(kill)
    },
  }
}

async function* jsonLines(lines: AsyncIterable<string>): AsyncIterableIterator<Record<string, unknown>> {
  for await (const line of lines) {
    const value = parseObject(line)
    if (value !== undefined) yield value
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
