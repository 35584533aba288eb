import { SpeechError, type Verdict, type Verifier } from '#speech'
import { neededSpeechMs, type VerifyCommand } from './commands-verify.ts'
import { hearVoice, speakerOf, type Speaker } from './hear-voice.ts'
import type { Live } from './live.ts'
import { netSpeech, type NetSpeech } from './net-speech.ts'
import { playPrompts } from './prompt-parts.ts'
import type { VerificationEntry } from './receipt.ts'

export interface CompareOptions {
  readonly command: VerifyCommand
  readonly verifier: Verifier | undefined
  readonly consent: VerificationEntry['consent']
  /** Where the consent is on record, or why there need be none; undefined: there is none. */
  readonly basis: string | undefined
}

/** How it ended. `unavailable`: the engine said nothing that counts. `aborted`: the call or newer commands ended it, and nobody is asked. */
export interface Compared extends Omit<Verdict, 'result'> {
  readonly result: Verdict['result'] | 'unavailable' | 'aborted'
  readonly attempt: number
  readonly speechMs: number
}

/**
 * Hears the caller and has an engine compare their voice, or learn it, as often as the command says. Closed: whatever cannot be looked up, heard or asked is
 * no match. The audio is in memory alone and zeroed before this resolves. Rejects only where it cannot be put on record, which ends the call.
 * An engine that was given a voice to learn is waited for, whatever becomes of the call: it may have learned it, which has to be told.
 */
export async function compareVoice(live: Live, o: CompareOptions, signal: AbortSignal): Promise<Compared> {
  const { command, verifier } = o
  const speaker = speakerOf(live)
  if (verifier === undefined) return nothing('unavailable', 'no-engine')
  const why = await whyNot(live, o, verifier, speaker)
  if (why !== undefined) return why
  if (signal.aborted || speaker === undefined) return nothing('aborted')
  const refused = new AbortController()
  const unwatch = live.consent.onRefused(speaker.leg, () => refused.abort())
  const either = AbortSignal.any([signal, refused.signal])
  const into = netSpeech()
  let last = nothing('aborted')
  let mayKnow = false
  try {
    await onRecord(live, o, verifier)
    for (let attempt = 1; attempt <= command.attempts && !either.aborted; attempt++) {
      into.wipe()
      const verdict = await once(live, { command, verifier, speaker, into }, either)
      last = { ...verdict, attempt, speechMs: into.speechMs }
      mayKnow ||= verdict.mayKnow === true
      if (verdict.result !== 'inconclusive' || verdict.isFinal === true) break
    }
  } finally {
    unwatch()
    into.wipe()
  }
  if (refused.signal.aborted && mayKnow) return { ...last, ...(await takenBack(live, command, verifier)) }
  const isOpen = last.result === 'aborted' || last.result === 'inconclusive'
  if (refused.signal.aborted && !signal.aborted && isOpen)
    return { ...last, result: 'refused', reasons: ['recording-consent'] }
  return signal.aborted && !mayKnow ? { ...last, result: 'aborted' } : last
}

/** Consent was taken back while the engine had the voice. */
async function takenBack(
  live: Live,
  { subject = '' }: VerifyCommand,
  verifier: Verifier,
): Promise<Pick<Compared, 'result' | 'reasons'>> {
  const { tenant } = live
  const whose = live.deps.verifiers.pseudonym(tenant, subject)
  await live.audit('verifier.forget', { verifier: verifier.facts.id, subject: whose })
  try {
    await verifier.forget({ tenant, subject }, waitedFor)
    return { result: 'refused', reasons: ['recording-consent'] }
  } catch {
    return { result: 'unavailable', reasons: ['may-be-known', 'recording-consent'] }
  }
}

/** An engine's own time ends what is not to end with the call. */
const waitedFor = new AbortController().signal

/** Why nobody is heard. */
async function whyNot(
  live: Live,
  { basis }: CompareOptions,
  verifier: Verifier,
  speaker: Speaker | undefined,
): Promise<Compared | undefined> {
  if (basis === undefined) return nothing('refused', 'consent')
  const inTheWay = speaker === undefined ? 'replaced' : speaker.whyNot()
  if (inTheWay !== undefined) return nothing('refused', inTheWay)
  // Who may not be recorded, where that counts for audio that leaves too, is not heard by an engine either.
  if (!(await live.consent.mayStream())) return nothing('refused', 'recording-consent')
  try {
    verifier.admit(live.tenant)
    return undefined
  } catch (error) {
    return { ...failedAs(error), attempt: 0, speechMs: 0 }
  }
}

/** Before anybody is heard. Whose voice it is stands there as a keyed hash. */
async function onRecord(
  live: Live,
  { command, consent, basis }: CompareOptions,
  verifier: Verifier,
): Promise<void> {
  const { id: engine, kind, region = null, trainingOptOut } = verifier.facts
  await live.audit('verification.starting', {
    action: command.action,
    subject: live.deps.verifiers.pseudonym(live.tenant, command.subject ?? ''),
    engine,
    kind,
    region,
    trainingOptOut,
    consent,
    source: basis ?? null,
  })
}

interface Attempt {
  readonly command: VerifyCommand
  readonly verifier: Verifier
  readonly speaker: Speaker
  readonly into: NetSpeech
}

type Tried = Omit<Compared, 'attempt' | 'speechMs'> & {
  /** Trying again would end in the same way. */
  readonly isFinal?: boolean
  /** The engine was given a voice to learn, and said or may have done something with it. */
  readonly mayKnow?: boolean
}

async function once(
  live: Live,
  { command, verifier, speaker, into }: Attempt,
  signal: AbortSignal,
): Promise<Tried> {
  await playPrompts(live, command.prompts, signal)
  const {
    min_speech_ms: minSpeechMs = neededSpeechMs[isEnrolment(command) ? 'enrol' : 'verify'],
    max_ms: maxMs,
  } = command
  const heard = await hearVoice(live, speaker, { minSpeechMs, maxMs }, into, signal)
  if (heard === 'aborted' || signal.aborted) return { result: 'aborted', reasons: [] }
  if (heard === 'not-enough-speech') return { result: 'inconclusive', reasons: [heard] }
  if (heard !== 'enough') return { result: 'inconclusive', reasons: [heard], isFinal: true }
  // It may have been taken back while they spoke.
  if (!(await live.consent.mayStream())) return { result: 'refused', reasons: ['recording-consent'] }
  if (signal.aborted) return { result: 'aborted', reasons: [] }
  const verdict = await asked(live, { command, verifier, into }, signal)
  // Who was heard may have gone while the engine thought.
  const gone = speaker.whyNot() === 'replaced' && verdict.result === 'match'
  return gone ? { result: 'inconclusive', reasons: ['replaced'], isFinal: true } : verdict
}

async function asked(
  live: Live,
  { command, verifier, into }: Omit<Attempt, 'speaker'>,
  signal: AbortSignal,
): Promise<Tried> {
  const { subject = '', phrase, min_score: minScore } = command
  const sample = { tenant: live.tenant, subject, phrase, ulaw: into.ulaw }
  try {
    if (isEnrolment(command)) return { ...(await verifier.enrol(sample, waitedFor)), mayKnow: true }
    return await verifier.verify({ ...sample, minScore }, signal)
  } catch (error) {
    const failed = failedAs(error)
    live.log.warn('a voice was not compared', { engine: verifier.facts.id, reasons: failed.reasons })
    if (isEnrolment(command) && !isUnsent(error))
      return { ...failed, reasons: [...failed.reasons, 'may-be-known'], mayKnow: true }
    return signal.aborted ? { result: 'aborted', reasons: [] } : failed
  }
}

/** The engine was given nothing. */
function isUnsent(error: unknown): boolean {
  return error instanceof SpeechError && unsent.has(error.code)
}
const unsent: ReadonlySet<string> = new Set([
  'SPEECH_REFUSED',
  'SPEECH_BUSY',
  'VERIFIER_BLOCKED',
  'VERIFIER_MISSING',
  'VERIFIER_UNAUTHORISED',
  'VERIFIER_UNTRUSTED',
])

function isEnrolment({ action }: VerifyCommand): boolean {
  return action === 'enrol'
}

/** `refused`: by its facts. Anything else that an engine fails with says nothing about the voice. */
function failedAs(error: unknown): Pick<Verdict, 'reasons'> & { readonly result: 'refused' | 'unavailable' } {
  if (!(error instanceof SpeechError)) return { result: 'unavailable', reasons: ['failed'] }
  if (error.code === 'SPEECH_REFUSED') return { result: 'refused', reasons: [error.why ?? 'refused'] }
  const why = error.code.replace(/^(?:SPEECH|VERIFIER)_/, '').toLowerCase()
  return { result: 'unavailable', reasons: [why] }
}

/** Nobody was heard. */
export function nothing(result: Compared['result'], ...reasons: readonly string[]): Compared {
  return { result, reasons, attempt: 0, speechMs: 0 }
}
