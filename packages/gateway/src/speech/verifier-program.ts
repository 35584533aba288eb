import type { Clock, VerifierConfigOf } from '#kernel'
import { endProgram, isMissing, startProgram } from './child-program.ts'
import { SpeechError } from './error.ts'
import { readCompared, readForgotten, readLearned } from './verifier-answer.ts'
import type { VoiceComparer, VoiceSample } from './verifier-contract.ts'
import { verifierError } from './verifier-https.ts'
import { voiceWav } from './voice-wav.ts'

export interface VerifierProgramDeps {
  readonly clock: Clock
  /** All that a program sees of our environment, beside what it is asked. */
  readonly env: Readonly<Record<string, string>>
}

/** An answer is one line of a few words. */
const maxAnswerBytes = 64 * 1_024

/**
 * An engine that is a program on this machine: started without a shell for each voice, the WAV file on its input, one line of JSON on its output.
 * Whose voice it is stands in its environment, which no other user can read, as arguments could be.
 */
export function programComparer(
  config: VerifierConfigOf<'command'>,
  deps: VerifierProgramDeps,
): VoiceComparer {
  async function ask<T>(
    action: 'verify' | 'enrol' | 'forget',
    { tenant, subject, phrase }: Pick<VoiceSample, 'tenant' | 'subject' | 'phrase'>,
    input: Uint8Array,
    read: (text: string) => T | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    const env = {
      ...deps.env,
      VOXKEEP_ACTION: action,
      VOXKEEP_SUBJECT: `${tenant}.${subject}`,
      VOXKEEP_PHRASE: phrase ?? '',
    }
    const { command, timeoutMs } = config
    const answer = read(await runOnce({ command, env, input, timeoutMs, clock: deps.clock }, signal))
    if (answer === undefined) throw verifierError('protocol')
    return answer
  }
  async function send<T>(
    action: 'verify' | 'enrol',
    sample: VoiceSample,
    read: (text: string) => T | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    const wav = voiceWav(sample.ulaw)
    try {
      return await ask(action, sample, wav, read, signal)
    } finally {
      wav.fill(0)
    }
  }
  return {
    compare: (sample, signal) => send('verify', sample, readCompared, signal),
    learn: (sample, signal) => send('enrol', sample, readLearned, signal),
    forget: (whose, signal) => ask('forget', whose, new Uint8Array(), readForgotten, signal),
  }
}

interface Run {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Borrowed until the run is over. */
  readonly input: Uint8Array
  readonly timeoutMs: number
  readonly clock: Clock
}

/** What a program prints, once it ended in order. It runs in a process group of its own, which is killed as a whole when that takes too long. */
async function runOnce({ command, env, input, timeoutMs, clock }: Run, signal: AbortSignal): Promise<string> {
  if (signal.aborted) throw verifierError('failed')
  const program = start(command, env)
  let isClosed = false
  const ended = Promise.withResolvers<string>()
  ended.promise.catch(() => {}) // it may fail before anybody waits
  const fail = (error: SpeechError) => ended.reject(error)
  const abort = () => fail(verifierError('failed'))
  const cancel = clock.set(timeoutMs, () => fail(verifierError('stalled')))
  signal.addEventListener('abort', abort, { once: true })
  const pieces: Uint8Array[] = []
  let bytes = 0
  program.on('error', (error: NodeJS.ErrnoException) => fail(whyNot(error)))
  program.stdin.on('error', () => {}) // it ended: 'close' tells
  program.stdout.on('data', (piece: Uint8Array) => {
    bytes += piece.byteLength
    if (bytes > maxAnswerBytes) fail(verifierError('protocol'))
    else pieces.push(piece)
  })
  program.on('close', (code) => {
    isClosed = true
    if (code === 0) ended.resolve(Buffer.concat(pieces).toString('utf8'))
    else fail(verifierError('rejected'))
  })
  program.stdin.end(input)
  try {
    return await ended.promise
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
    throw verifierError('failed')
  }
}

function whyNot(error: NodeJS.ErrnoException): SpeechError {
  return isMissing(error)
    ? new SpeechError('VERIFIER_MISSING', 'the program of the engine is not installed')
    : verifierError('failed')
}
