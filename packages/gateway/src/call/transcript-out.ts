import type { TranscriptId } from '#kernel'
import type { PrivacyRules } from '#privacy'
import type { CallTranscript } from './deps.ts'
import type { Live } from './live.ts'
import type { Line, Party } from './words-judge.ts'

/** Where what was said goes: the app, and what is kept. Everything redacted, but where the policy and the app's grant say otherwise. */
export interface TranscriptOut {
  /** Milliseconds since it began. */
  nowMs(): number
  lines(lines: readonly Line[]): void
  /** Nobody knows what was said then. */
  gap(party: Party, fromMs: number, toMs: number): void
  /** Seals what is kept; its failure is told, never thrown. */
  close(): Promise<void>
}

export interface TranscriptFacts {
  readonly rules: PrivacyRules
  readonly engine: string
  readonly language: string
}

/** Begins the call's transcripts. What cannot be kept is told, and the call goes on. */
export async function openTranscriptOut(live: Live, facts: TranscriptFacts): Promise<TranscriptOut> {
  const { rules } = facts
  await live.consent.whyNot()
  const { streamsWithout } = live.deps.consent.policy(live.tenant)
  const startedAtMs = live.deps.clock.now()
  const kept = await Promise.all([
    rules.transcripts === 'off' ? undefined : begin(live, facts, 'redacted', startedAtMs),
    rules.transcripts === 'redacted+original' ? begin(live, facts, 'original', startedAtMs) : undefined,
  ])
  const [redacted, original] = kept
  const mayTellOriginals = rules.events === 'original' && live.app.config.originals === true
  const tell = (line: Line) => {
    if (rules.events === 'off' || (!line.final && !rules.partials)) return
    void live.tell('call.transcript', {
      ...shown(line),
      segment: line.segment,
      final: line.final,
      ...(mayTellOriginals && { original: line.original }),
    })
  }
  return {
    nowMs: () => live.deps.clock.now() - startedAtMs,
    lines(lines) {
      for (const line of lines) {
        if (line.text === '') continue
        const isGiven = live.consent.isGivenSince(startedAtMs + Math.max(0, line.fromMs))
        if (isGiven || streamsWithout === 'allow') tell(line)
        if (!line.final) continue
        if (!isGiven) {
          redacted?.add({ ...placeOf(line), text: null, why: 'consent' })
          continue
        }
        redacted?.add({ ...shown(line), words: line.words.map(wordOf) })
        original?.add({ ...placeOf(line), text: line.original })
      }
    },
    gap(party, fromMs, toMs) {
      const line = { ...placeOf({ party, fromMs, toMs }), text: null, why: 'unheard' }
      redacted?.add(line)
      original?.add(line)
    },
    async close() {
      for (const transcript of kept) if (transcript !== undefined) await finish(live, transcript)
    },
  }
}

function placeOf({ party, fromMs, toMs }: Pick<Line, 'party' | 'fromMs' | 'toMs'>) {
  return { party, from_ms: Math.round(fromMs), to_ms: Math.round(toMs) }
}

function shown(line: Line) {
  const findings = line.findings.map(({ type, detail, fromMs, toMs, confidence }) => ({
    type,
    ...(detail !== undefined && { detail }),
    from_ms: Math.round(fromMs),
    to_ms: Math.round(toMs),
    confidence: Math.round(confidence * 100) / 100,
  }))
  return { ...placeOf(line), text: line.text, findings }
}

function wordOf({ text, startMs, endMs }: Line['words'][number]) {
  return { text, from_ms: Math.round(startMs), to_ms: Math.round(endMs) }
}

async function begin(
  live: Live,
  { rules, engine, language }: TranscriptFacts,
  content: 'redacted' | 'original',
  startedAtMs: number,
): Promise<CallTranscript | undefined> {
  try {
    const facts = { content, policy: rules.id, engine, language, startedAtMs }
    const transcript = await live.deps.words.begin({ call: live.id, tenant: live.tenant, ...facts })
    if (transcript !== undefined) {
      const { id, keyRef } = transcript
      await live.audit('transcript.starting', { transcript: id, content, keyRef })
      live.story('transcript.started', { transcript: id, content })
    }
    return transcript
  } catch (error) {
    const code = codeOf(error)
    live.log.error('a transcript cannot be kept', { content, code, error })
    live.deps.count('transcripts_failed', { code })
    await live.tell('transcript.failed', { content, reason: code })
    return undefined
  }
}

async function finish(live: Live, transcript: CallTranscript): Promise<void> {
  const { id, content } = transcript
  try {
    const { lines, sha256 } = await transcript.finish()
    await live.audit('transcript.sealed', { transcript: id, content, lines, sha256 })
    await live.tell('transcript.completed', { transcript_id: id, content, lines })
  } catch (error) {
    await failed(live, id, content, error)
  }
}

async function failed(live: Live, id: TranscriptId, content: string, error: unknown): Promise<void> {
  const code = codeOf(error)
  live.log.error('a transcript could not be sealed to its end', { transcriptId: id, code, error })
  live.deps.count('transcripts_failed', { code })
  await live.tell('transcript.failed', { transcript_id: id, content, reason: code })
}

/** Of any error that has one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'FAILED'
}
