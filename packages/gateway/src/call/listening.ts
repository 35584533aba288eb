import type { PiiSession, PiiType, SensitiveSpan } from '@voxkeep/pii'
import type { LegId } from '#kernel'
import { keptUnjudged } from '#media'
import type { PrivacyRules, Review } from '#privacy'
import type { SpeechEngine } from '#speech'
import type { Live } from './live.ts'
import { ticks } from './ticks.ts'
import { openVoice, type Voice } from './voice.ts'
import { channelOf, parties, wordsJudge, type Line, type Party } from './words-judge.ts'

/** One leg, while it is listened to. Times in and out are milliseconds of the call's transcript. */
export interface Listening {
  readonly leg: LegId
  /** Why nobody listens to a party any more; undefined: somebody does. */
  readonly failed: string | undefined
  /** Milliseconds of the leg's timeline up to which it was judged what each party said. */
  readonly judgedMs: Readonly<Record<Party, number>>
  /** Resolves when everything that was said up to now is judged, after `timeoutMs`, or when that cannot be any more. */
  settle(timeoutMs: number): Promise<void>
  /** Asks for no more audio, waits for the last words, judges what is left. */
  finish(timeoutMs: number): Promise<void>
  expect(party: Party, type: PiiType, forMs: number): void
}

export interface ListeningOptions {
  readonly live: Live
  readonly leg: LegId
  /** Up to where somebody else judged this leg; what was said from there on until now was heard by nobody. */
  readonly judgedBefore?: Readonly<Record<Party, number>> | undefined
  readonly engine: SpeechEngine
  readonly rules: PrivacyRules
  readonly session: PiiSession
  readonly review: Review | undefined
  readonly language: string
  /** Milliseconds since the transcript began. */
  readonly nowMs: () => number
  /** Segments get numbers above those that were given before. */
  readonly firstSegment: Readonly<Record<Party, number>>
  readonly tell: ListeningEvents
}

export interface ListeningEvents {
  lines(lines: readonly Line[]): void
  found(span: SensitiveSpan): void
  /** What was said then is unknown. */
  gap(party: Party, fromMs: number, toMs: number): void
  segment(party: Party, segment: number): void
  failed(party: Party, code: string): void
}

const samplesPerMs = 8
const tickMs = 500
/** So much of what is to come is silenced ahead of time, where nobody will judge it. */
const aheadMs = 2_000

/** Begins to listen. Throws what the engine throws when it may not hear this: nothing was sent then. */
export function startListening(o: ListeningOptions): Listening {
  const { live, leg, rules, tell } = o
  const { media, clock } = live.deps
  /** What the leg's timeline is behind the clock, at the least that was seen. */
  let behindMs: number | undefined
  /** What the transcript's time is ahead of the leg's. */
  let shiftMs = 0
  const judgedMs = { caller: 0, agent: 0 }
  const heardMs = { caller: 0, agent: 0 }
  let isOver = false
  const failures = new Map<Party, string>()
  const waiting = new Set<() => void>()
  const wake = () => waiting.forEach((check) => check())
  const legNowMs = () => (behindMs === undefined ? 0 : clock.monotonicMs() - behindMs)
  const onLegMs = (ms: number) => ms - shiftMs
  const redactOnLeg = (party: Party, fromMs: number, toMs: number, why: string, of?: 'streams') => {
    const from = Math.floor(Math.max(0, fromMs) * samplesPerMs)
    const to = Math.ceil(toMs * samplesPerMs)
    if (rules.redact && to > from)
      media.redact(leg, {
        channel: channelOf[party],
        fromSamples: from,
        toSamples: to,
        why,
        ...(of && { of }),
      })
  }
  /** What a policy keeps unheard it keeps in recordings: no stream that waits for a judgement hears it. */
  const unheardOf = rules.unjudged === 'keep' ? 'streams' : undefined
  const redact = (party: Party, fromMs: number, toMs: number, why: string, of?: 'streams') =>
    redactOnLeg(party, onLegMs(fromMs) - rules.padMs, onLegMs(toMs) + rules.padMs, why, of)
  const judgedOnLeg = (party: Party, ms: number) => {
    judgedMs[party] = Math.max(judgedMs[party], ms)
    const through = ms === keptUnjudged ? ms : Math.floor(ms * samplesPerMs)
    if (rules.redact && through > 0) media.judged(leg, channelOf[party], through)
    wake()
  }
  // What is found later may reach back by its margin.
  const judged = (party: Party, ms: number) => judgedOnLeg(party, onLegMs(ms) - rules.padMs)
  const judge = wordsJudge(
    o.session,
    {
      lines: tell.lines,
      judged,
      spans(spans) {
        for (const span of spans) {
          const party = parties.find((one) => one === span.party)
          if (party === undefined) continue
          redact(party, span.fromMs, span.toMs, span.type)
          tell.found(span)
        }
      },
    },
    o.review,
  )
  const unknown = (party: Party, fromMs: number, toMs: number) => {
    redact(party, fromMs, toMs, 'unheard', unheardOf)
    tell.gap(party, fromMs, toMs)
  }
  const failed = (party: Party, code: string) => {
    if (failures.has(party)) return
    failures.set(party, code)
    if (rules.whenSpeechFails === 'keep') judgedOnLeg(party, keptUnjudged)
    tell.failed(party, code)
    wake()
  }
  const request = {
    tenant: live.tenant,
    language: o.language,
    dataClasses: rules.dataClasses,
    hints: rules.hints,
    interim: rules.partials,
  }
  const listenTo = (party: Party): Voice =>
    openVoice(o.engine, request, {
      words({ segment, final, words, language }) {
        const number = o.firstSegment[party] + segment
        tell.segment(party, number)
        const placed = words.map((word) => ({
          ...word,
          startMs: word.startMs + shiftMs,
          endMs: word.endMs + shiftMs,
        }))
        judge.said(party, { segment: number, final, words: placed, language: language ?? o.language })
      },
      through: (ms) => judge.through(party, ms + shiftMs),
      lost: (fromMs, toMs) => unknown(party, fromMs + shiftMs, toMs + shiftMs),
      state: (state, code) => live.story(`speech.${state}`, { engine: o.engine.facts.id, party, code }),
      ended: (code) => failed(party, code),
    })
  const voices: Readonly<Record<Party, Voice>> = openBoth(listenTo)

  const unlisten = live.onMedia((event) => {
    if (event.kind !== 'heard' || event.leg !== leg || isOver) return
    const fromMs = event.positionSamples / samplesPerMs
    const endMs = fromMs + event.ulaw.length / samplesPerMs
    const behind = clock.monotonicMs() - endMs
    if (behindMs === undefined) {
      shiftMs = o.nowMs() - endMs
      if (o.judgedBefore !== undefined)
        for (const party of parties) redactOnLeg(party, o.judgedBefore[party], fromMs, 'unheard', unheardOf)
    }
    behindMs = Math.min(behindMs ?? behind, behind)
    const party = event.channel === 0 ? 'caller' : 'agent'
    heardMs[party] = Math.max(heardMs[party], endMs)
    voices[party].heard(fromMs, event.ulaw)
  })
  const tick = (isLate: boolean) => {
    if (behindMs !== undefined)
      for (const party of parties) if (!isLate || failures.has(party)) watchOver(party)
  }
  const watchOver = (party: Party) => {
    const now = legNowMs()
    if (!failures.has(party)) return voices[party].idle(now)
    // Nobody judges it any more, and what nobody judged would be kept.
    const isKept = rules.unjudged === 'keep' && rules.whenSpeechFails === 'silence'
    if (isKept) redact(party, Math.max(judge.judgedMs(party), shiftMs), now + aheadMs + shiftMs, 'unheard')
  }
  const stopTicks = ticks(clock, tickMs, tick)
  const stopListening = live.ears.listen(leg)
  return {
    leg,
    get failed() {
      return failures.values().next().value
    },
    judgedMs,
    async settle(timeoutMs) {
      const target = legNowMs() + shiftMs
      const isDone = (party: Party) => failures.has(party) || judge.judgedMs(party) >= target
      if (behindMs === undefined) return
      await until(live, waiting, () => parties.every(isDone), timeoutMs)
    },
    async finish(timeoutMs) {
      if (isOver) return
      stopListening()
      // What the worker had collected comes before its answer to anything asked later.
      await media.stats(leg).catch(() => {})
      const open = parties.filter((party) => !failures.has(party))
      await Promise.all(open.map((party) => voices[party].finish(timeoutMs)))
      isOver = true
      stopTicks()
      unlisten()
      await judge.end()
      // No margin: nothing is found any more. What comes from now on was heard by nobody.
      for (const party of open) if (voices[party].isThrough) judgedOnLeg(party, heardMs[party])
      for (const party of parties) voices[party].close()
      wake()
    },
    expect: (party, type, forMs) => judge.expect(party, type, o.nowMs() + forMs),
  }
}

function openBoth(open: (party: Party) => Voice): Readonly<Record<Party, Voice>> {
  const caller = open('caller')
  try {
    return { caller, agent: open('agent') }
  } catch (error) {
    caller.close()
    throw error
  }
}

function until(
  { deps: { clock } }: Live,
  waiting: Set<() => void>,
  isDone: () => boolean,
  timeoutMs: number,
): Promise<void> {
  if (isDone()) return Promise.resolve()
  return new Promise((resolve) => {
    const check = () => {
      if (isDone()) over()
    }
    const over = () => {
      cancel()
      waiting.delete(check)
      resolve()
    }
    const cancel = clock.set(timeoutMs, over)
    waiting.add(check)
  })
}
