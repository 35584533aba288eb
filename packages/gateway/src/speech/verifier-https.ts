import type { Clock, Random, Secret, VerifierConfigOf } from '#kernel'
import { SpeechError } from './error.ts'
import type { LineEnd } from './line.ts'
import { multipart, type Form } from './multipart.ts'
import { postForm } from './post-form.ts'
import { reach, type AddressGuard } from './reach.ts'
import { readCompared, readForgotten, readLearned } from './verifier-answer.ts'
import type { VoiceComparer, VoiceSample } from './verifier-contract.ts'
import { voiceWav } from './voice-wav.ts'

export interface VerifierHttpsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly guard: AddressGuard
  /** Asked for each question, and kept nowhere. */
  readonly readSecret: (reference: string) => Secret<string>
}

/** An answer is a few words. */
const maxAnswerBytes = 64 * 1_024

/** An engine behind our protocol over HTTPS (docs/verify.md). */
export function httpsComparer(config: VerifierConfigOf<'https'>, deps: VerifierHttpsDeps): VoiceComparer {
  const base = config.url.replace(/\/+$/, '')
  const place = reach(config, deps.guard)

  async function ask<T>(
    method: 'POST' | 'DELETE',
    path: string,
    form: Form,
    read: (text: string) => T | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    const { timeoutMs } = config
    const request = { url: `${base}${path}`, method, form, headers: headers(), timeoutMs, maxAnswerBytes }
    const posted = await postForm(request, { clock: deps.clock, reach: place }, signal)
    if (!posted.ok) throw verifierError(posted.why)
    const answer = read(posted.body)
    if (answer === undefined) throw verifierError('protocol')
    return answer
  }
  function headers(): Readonly<Record<string, string>> {
    if (config.apiKey === undefined) return {}
    try {
      return { authorization: `Bearer ${deps.readSecret(config.apiKey).reveal()}` }
    } catch {
      throw verifierError('unauthorised')
    }
  }
  async function send<T>(
    sample: VoiceSample,
    to: string,
    read: (text: string) => T | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    const form = formOf(sample, config.trainingOptOut, deps.random)
    try {
      return await ask('POST', `${pathOf(sample)}/${to}`, form, read, signal)
    } finally {
      form.body.fill(0)
    }
  }
  return {
    compare: (sample, signal) => send(sample, 'verifications', readCompared, signal),
    learn: (sample, signal) => send(sample, 'enrolments', readLearned, signal),
    forget: (whose, signal) => ask('DELETE', pathOf(whose), nothing, readForgotten, signal),
  }
}

const nothing: Form = { contentType: 'application/json', body: new Uint8Array() }

/** Two tenants' subjects never meet: no tenant's name has a dot in it. */
function pathOf({ tenant, subject }: Pick<VoiceSample, 'tenant' | 'subject'>): string {
  return `/v1/subjects/${encodeURIComponent(`${tenant}.${subject}`)}`
}

function formOf({ ulaw, phrase }: VoiceSample, isOptedOut: boolean, random: Random): Form {
  const bytes = voiceWav(ulaw)
  const fields = [
    ...(phrase === undefined ? [] : [['phrase', phrase] as const]),
    ...(isOptedOut ? [['training', 'opt-out'] as const] : []),
  ]
  const file = { name: 'audio', filename: 'voice.wav', type: 'audio/wav', bytes }
  try {
    return multipart(fields, file, `voxkeep-${random.bytes(18).toHex()}`)
  } finally {
    bytes.fill(0)
  }
}

export function verifierError(why: LineEnd): SpeechError {
  const code = `VERIFIER_${why.toUpperCase() as Uppercase<LineEnd>}` as const
  return new SpeechError(code, 'the engine did not compare the voice')
}
