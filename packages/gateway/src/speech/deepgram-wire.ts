import type { SpeechRequest } from './contract.ts'
import { isRecord, isTime, parseRecord, readWords } from './read-words.ts'
import type { Wire, WireEvent } from './wire.ts'

export interface DeepgramSettings {
  readonly url: string
  readonly model: string
  readonly parameters: Readonly<Record<string, string | number | boolean>>
  readonly trainingOptOut: boolean
}

/** More would make an address that servers refuse. */
const maxHints = 50
const wordShape = { text: ['word'], start: 'start', end: 'end', confidence: 'confidence', unitMs: 1_000 }

/**
 * The address with its query. Words stay as they are spoken (no `smart_format`): what looks for numbers reads them so. Partial
 * results are always asked for: they say how far it has come.
 */
export function deepgramUrl(settings: DeepgramSettings, { language, hints = [] }: SpeechRequest): string {
  const url = new URL(settings.url)
  for (const [name, value] of Object.entries(settings.parameters)) url.searchParams.set(name, String(value))
  const ours = {
    model: settings.model,
    language,
    encoding: 'mulaw',
    sample_rate: '8000',
    channels: '1',
    interim_results: 'true',
    ...(settings.trainingOptOut && { mip_opt_out: 'true' }),
  }
  for (const [name, value] of Object.entries(ours)) url.searchParams.set(name, value)
  const name = settings.model.startsWith('nova-3') ? 'keyterm' : 'keywords'
  for (const hint of hints.slice(0, maxHints)) url.searchParams.append(name, hint)
  return url.href
}

/**
 * Deepgram's live streaming (`/v1/listen`): µ-law as it is; each `Results` covers `start` to `start + duration`, and with
 * `is_final` nothing in there changes any more. `CloseStream` is answered with what is left, then `Metadata`.
 */
export function deepgramWire(): Wire {
  let isFinishing = false
  return {
    answersWithinMs: 5_000,
    greeting: [],
    encode: (ulaw) => ulaw,
    keepAlive: '{"type":"KeepAlive"}',
    flush: '{"type":"Finalize"}',
    finish() {
      isFinishing = true
      return '{"type":"CloseStream"}'
    },
    read(text) {
      const message = parseRecord(text)
      switch (message?.['type']) {
        case 'Results':
          return results(message)
        case 'Metadata':
          return isFinishing ? [{ kind: 'done' }] : []
        case 'Error':
          return [{ kind: 'failed', lasting: false }]
        case 'SpeechStarted':
        case 'UtteranceEnd':
          return []
        default:
          return [{ kind: 'ignored' }]
      }
    },
  }
}

function results(message: Readonly<Record<string, unknown>>): readonly WireEvent[] {
  const { start, duration, channel, is_final: isFinal } = message
  const alternatives = isRecord(channel) ? channel['alternatives'] : undefined
  const best: unknown = Array.isArray(alternatives) ? alternatives[0] : undefined
  const words = isRecord(best) ? readWords(best['words'], wordShape) : undefined
  if (words === undefined || !isTime(start) || !isTime(duration)) return [{ kind: 'ignored' }]
  const languages = isRecord(best) ? best['languages'] : undefined
  const language: unknown = Array.isArray(languages) ? languages[0] : undefined
  const ms = Math.round((start + duration) * 1_000)
  return [
    {
      kind: 'words',
      final: isFinal === true,
      words,
      ...(typeof language === 'string' && { language }),
    },
    isFinal === true ? { kind: 'through', ms } : { kind: 'heard', ms },
  ]
}
