import type { Readable } from 'node:stream'
import { endProgram, isMissing, startProgram } from './child-program.ts'
import type { Line, LineEnd, LineHandlers } from './line.ts'

export interface ProgramLineOptions {
  /** A program and its arguments. */
  readonly command: readonly string[]
  /** All that it sees of our environment. */
  readonly env: Readonly<Record<string, string>>
}

/** A line that is longer ends the program. */
const maxLineBytes = 1_024 * 1_024

/**
 * A program that reads samples and prints lines. It runs in a process group of its own, which is killed as a whole when the line is
 * closed, so that what it started goes too; when this process dies, its input ends.
 */
export function programLine(options: ProgramLineOptions, handlers: LineHandlers): Line {
  try {
    return runProgram(options, handlers)
  } catch {
    // There are no files, or no processes, to be had: another time there may be.
    let isOver = false
    queueMicrotask(() => {
      if (!isOver) handlers.closed('failed')
    })
    return { send: () => {}, waitingBytes: 0, endInput: () => {}, close: () => void (isOver = true) }
  }
}

function runProgram({ command, env }: ProgramLineOptions, handlers: LineHandlers): Line {
  const program = startProgram(command, env)
  let isOver = false
  let hasInputEnded = false

  function leave(): void {
    if (isOver) return // its number may be another program's by now
    isOver = true
    endProgram(program)
  }
  function end(why: LineEnd): void {
    if (isOver) return
    leave()
    handlers.closed(why)
  }

  program.on('spawn', () => {
    if (!isOver) handlers.opened()
  })
  program.on('error', (error) => end(isMissing(error) ? 'rejected' : 'failed'))
  program.on('close', (code) => end(code === 0 && hasInputEnded ? 'finished' : 'failed'))
  program.stdin.on('error', () => {}) // it ended: 'close' tells
  readLines(program.stdout, {
    line: (text) => {
      if (!isOver) handlers.message(text)
    },
    tooLong: () => end('protocol'),
  })

  return {
    send(message) {
      // The pipe keeps what it is given, and what we are given is borrowed.
      if (!isOver && !hasInputEnded) program.stdin.write(Buffer.from(message))
    },
    get waitingBytes() {
      return program.stdin.writableLength
    },
    endInput() {
      hasInputEnded = true
      program.stdin.end()
    },
    close: leave,
  }
}

function readLines(stream: Readable, to: { line(text: string): void; tooLong(): void }): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (part: string) => {
    const lines = (rest + part).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineBytes) return to.tooLong()
    for (const line of lines) to.line(line.trimEnd())
  })
  stream.on('error', () => {})
}
