import { applyGain } from './gain.ts'
import { SpeechError, type SpeechRefusal } from './error.ts'
import { refusalOf, type SpeechRules } from './refusal.ts'
import { readSpoken, type Spoken } from './ssml.ts'
import type { SpeakingVoice, SpeakRequest, Synthesise, VoiceFacts } from './voice-contract.ts'
import type { TenantId } from '#kernel'

export interface VoiceDeps {
  readonly facts: VoiceFacts
  /** What it speaks, where a request does not say. */
  readonly language: string
  readonly maxSessions: number
  readonly maxAudioMs: number
  readonly rulesOf: (tenant: TenantId) => SpeechRules
  readonly synthesise: Synthesise
  /** Told of each refusal, before it is thrown. */
  readonly onRefused: (refused: {
    readonly voice: string
    readonly tenant: TenantId
    readonly why: SpeechRefusal | 'busy'
  }) => void
  readonly count: (name: string, by?: number, labels?: Readonly<Record<string, string>>) => void
}

/** What a voice is doing, in figures. */
export interface VoiceFigures {
  readonly sessions: number
  readonly maxSessions: number
  readonly texts: number
  readonly characters: number
  readonly audioMs: number
  /** Why texts were not said, since the start. */
  readonly failures: Readonly<Record<string, number>>
}

/** A voice that says what it may say, and no more texts at once than it may. */
export interface MeasuredVoice extends SpeakingVoice {
  readonly figures: VoiceFigures
  /** Why it may say nothing of this tenant, whatever the text holds. */
  refusal(tenant: TenantId): Exclude<SpeechRefusal, 'data-class'> | undefined
}

const bytesPerMs = 8

export function speakingVoice(deps: VoiceDeps): MeasuredVoice {
  const { facts, maxSessions } = deps
  const open = new Set<AbortController>()
  const failures: Record<string, number> = {}
  let health: SpeakingVoice['health'] = 'unknown'
  let [texts, characters, audioBytes] = [0, 0, 0]

  function refuse(why: SpeechRefusal | 'busy', tenant: TenantId): SpeechError {
    deps.count('voice_refused', 1, { why })
    deps.onRefused({ voice: facts.id, tenant, why })
    return why === 'busy'
      ? new SpeechError('SPEECH_BUSY', 'the voice says as many texts as it may')
      : new SpeechError('SPEECH_REFUSED', 'the voice may not say this', why)
  }
  function admit(request: SpeakRequest): readonly Spoken[] {
    const why = refusalOf(facts, deps.rulesOf(request.tenant), request)
    if (why !== undefined) throw refuse(why, request.tenant)
    if (open.size >= maxSessions) throw refuse('busy', request.tenant)
    const spoken = readSpoken(request.text)
    if (spoken === undefined) throw new SpeechError('VOICE_TEXT', 'the text is no SSML that can be said')
    return spoken
  }
  function failed(error: unknown): void {
    const code = error instanceof SpeechError ? error.code : 'VOICE_FAILED'
    health = 'failing'
    failures[code] = (failures[code] ?? 0) + 1
    deps.count('voice_failures', 1, { code })
  }
  async function* say(
    spoken: readonly Spoken[],
    language: string,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, void> {
    let left = deps.maxAudioMs * bytesPerMs
    for (const part of spoken) {
      for await (const piece of partOf(deps.synthesise, part, language, signal)) {
        const taken = piece.subarray(0, left)
        left -= taken.length
        audioBytes += taken.length
        if (taken.length > 0) yield taken
        if (left === 0) return
      }
      if (part.kind === 'words') health = 'up'
    }
  }

  return {
    facts,
    async *speak(request, signal) {
      const spoken = admit(request)
      const own = new AbortController()
      open.add(own)
      texts += 1
      characters += request.text.length
      deps.count('voice_texts')
      deps.count('voice_characters', request.text.length)
      const either = AbortSignal.any([signal, own.signal])
      try {
        yield* say(spoken, request.language ?? deps.language, either)
      } catch (error) {
        if (!signal.aborted) failed(error)
        throw error
      } finally {
        open.delete(own)
      }
    },
    refusal(tenant) {
      const why = refusalOf(facts, deps.rulesOf(tenant), { dataClasses: [] })
      return why === 'data-class' ? undefined : why
    },
    get health() {
      return health
    },
    get figures() {
      const audioMs = Math.round(audioBytes / bytesPerMs)
      return { sessions: open.size, maxSessions, texts, characters, audioMs, failures: { ...failures } }
    },
    async [Symbol.asyncDispose]() {
      for (const own of open) own.abort()
    },
  }
}

async function* partOf(
  synthesise: Synthesise,
  part: Spoken,
  language: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (part.kind === 'pause') return yield new Uint8Array(part.ms * bytesPerMs).fill(ulawSilence)
  const { text, rate, gainDb } = part
  const audio = synthesise({ text, rate, language: part.language ?? language }, signal)
  for await (const piece of audio) yield gainDb === 0 ? piece : applyGain(piece, gainDb)
}

const ulawSilence = 0xff
