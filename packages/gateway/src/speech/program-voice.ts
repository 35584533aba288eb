import type { Clock } from '#kernel'
import { endProgram, isMissing, startProgram } from './child-program.ts'
import { SpeechError } from './error.ts'
import { voiceError } from './post-stream.ts'

export interface ProgramVoiceOptions {
  /** A program and its arguments. */
  readonly command: readonly string[]
  /** All that it sees of our environment. */
  readonly env: Readonly<Record<string, string>>
  /** What it reads. */
  readonly text: string
  /** The longest that it may print nothing. */
  readonly timeoutMs: number
}

/**
 * Runs a program that reads a text and prints audio, and yields what it prints as it comes, in fresh memory; what is not taken waits in the pipe.
 * There is no shell. It runs in a process group of its own, which is killed as a whole when the iteration ends, in whatever way.
 * Throws `SpeechError` (`VOICE_…`).
 */
export async function* programVoice(
  { command, env, text, timeoutMs }: ProgramVoiceOptions,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (signal.aborted) throw voiceError('failed')
  const program = start(command, env)
  let isClosed = false
  const ended = Promise.withResolvers<number | null>()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const fail = (error: SpeechError) => failed.reject(error)
  const abort = () => fail(voiceError('failed'))
  signal.addEventListener('abort', abort, { once: true })
  program.on('error', (error: NodeJS.ErrnoException) => fail(whyNot(error)))
  program.on('close', (code) => {
    isClosed = true
    ended.resolve(code)
  })
  program.stdin.on('error', () => {}) // it ended: 'close' tells
  program.stdin.end(text)
  let cancel = () => {}
  try {
    const pieces = program.stdout[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
    for (;;) {
      cancel = clock.set(timeoutMs, () => fail(voiceError('stalled')))
      const next = await Promise.race([pieces.next(), failed.promise])
      cancel()
      if (next.done === true) break
      yield next.value
    }
    cancel = clock.set(timeoutMs, () => fail(voiceError('stalled')))
    if ((await Promise.race([ended.promise, failed.promise])) !== 0) throw voiceError('rejected')
  } finally {
    cancel()
    signal.removeEventListener('abort', abort)
    // It may have ended, and left somebody behind who holds its output.
    if (!isClosed) endProgram(program)
  }
}

function start(...program: Parameters<typeof startProgram>) {
  try {
    return startProgram(...program)
  } catch {
    throw voiceError('failed')
  }
}

function whyNot(error: NodeJS.ErrnoException): SpeechError {
  return isMissing(error)
    ? new SpeechError('VOICE_MISSING', 'the program of the voice is not installed')
    : voiceError('failed')
}
