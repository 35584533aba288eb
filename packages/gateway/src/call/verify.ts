import type { Verifier } from '#speech'
import { ask } from './ask.ts'
import { actionOf } from './command-parts.ts'
import type { VerifyCommand } from './commands-verify.ts'
import { compareVoice, nothing, type Compared } from './compare-voice.ts'
import type { Live } from './live.ts'
import type { Next } from './program.ts'
import type { VerificationEntry } from './receipt.ts'

/** What of a call compares its caller's voice: one `verify` at a time. */
export interface Verification {
  /** Runs one to its end and asks the app how to go on, or ends the one that is under way. */
  run(command: VerifyCommand, signal: AbortSignal): Promise<Next>
  /** Resolves when what was under way is on record. */
  settled(): Promise<void>
}

/** As many as a call's receipt has room for. */
const maxEntries = 50

export function callVerification(live: Live): Verification {
  let current: AbortController | undefined
  /** An enrolment goes on beside newer commands. */
  const underWay = new Set<Promise<Compared>>()
  async function attended(...what: Parameters<typeof attend>): Promise<Compared> {
    const attending = attend(...what)
    underWay.add(attending)
    try {
      return await attending
    } finally {
      underWay.delete(attending)
    }
  }
  return {
    async run(command, signal) {
      if (command.action === 'cancel') {
        current?.abort()
        return 'on'
      }
      const cancel = new AbortController()
      current = cancel
      try {
        const engine = live.deps.verifiers.verifier(live.app.config, command.engine)
        const compared = await attended(live, command, engine, { signal, cancel: cancel.signal })
        return await conclude(live, command, engine, compared, signal)
      } finally {
        if (current === cancel) current = undefined
      }
    },
    async settled() {
      await Promise.allSettled(underWay)
    },
  }
}

interface Signals {
  /** The call's program. */
  readonly signal: AbortSignal
  readonly cancel: AbortSignal
}

/** On record from its beginning to its end. */
async function attend(
  live: Live,
  command: VerifyCommand,
  verifier: Verifier | undefined,
  { signal, cancel }: Signals,
): Promise<Compared> {
  const { action, consent, consent_source: source } = command
  const basis = consent === undefined ? verifier?.withoutConsent : source
  const entry: VerificationEntry = {
    action: action === 'enrol' ? 'enrol' : 'verify',
    engine: verifier?.facts.id ?? null,
    result: 'aborted',
    attempts: 0,
    consent: consent ?? (basis === undefined ? 'none' : 'not-required'),
    consentSource: basis ?? null,
    atMs: live.deps.clock.now(),
  }
  if (live.receipt.verifications.length >= maxEntries) return nothing('refused', 'too-many')
  live.receipt.verifications.push(entry)
  live.story('verify.started', { action: entry.action, engine: entry.engine })
  const either = AbortSignal.any([signal, cancel])
  const compared = await compareVoice(live, { command, verifier, basis, consent: entry.consent }, either)
  const isCancelled = compared.result === 'aborted' && !signal.aborted
  const ended: Compared = isCancelled
    ? { ...compared, result: 'inconclusive', reasons: ['cancelled'] }
    : compared
  const { result, attempt: attempts } = ended
  Object.assign(entry, { result, attempts })
  live.deps.count('verifications_ended', { action: entry.action, result })
  live.story('verify.ended', { action: entry.action, engine: entry.engine, result, attempts })
  if (attempts > 0) await endOnRecord(live, entry, ended)
  return ended
}

async function endOnRecord(
  live: Live,
  { action, engine, result, attempts }: VerificationEntry,
  { reasons }: Compared,
): Promise<void> {
  await live.audit('verification.ended', { action, engine, result, attempts })
  // An event of its own, that alerts are made of.
  if (reasons.includes('synthetic-suspected')) await live.audit('verification.suspected', { action, engine })
}

/** Asks the app, or tells it where it is not asked any more. */
async function conclude(
  live: Live,
  command: VerifyCommand,
  verifier: Verifier | undefined,
  { result, score, spoof, reasons, attempt, speechMs }: Compared,
  signal: AbortSignal,
): Promise<Next> {
  if (result === 'aborted') return 'over'
  const told = {
    action: command.action,
    result,
    ...(score !== undefined && { score }),
    ...(spoof !== undefined && { spoof }),
    reasons,
    engine: verifier?.facts.id ?? null,
    attempt,
    speech_ms: Math.round(speechMs),
  }
  const isGood = result === 'match' || result === 'enrolled'
  const isAsked = !signal.aborted && (isGood || command.on_mismatch === 'ask')
  if (isAsked) return (await ask(live, 'call.verified', told, signal, actionOf(command))) ?? 'over'
  await live.tell('call.verified', told, command.events)
  if (signal.aborted) return 'over'
  if (command.on_mismatch === 'go-on') return 'on'
  await live.end('app-hung-up')
  return 'over'
}
