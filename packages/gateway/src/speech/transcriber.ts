import { serializeWav } from '@voxkeep/wire/wav'
import type { Clock, Random, Secret } from '#kernel'
import type { SpeechRequest } from './contract.ts'
import { multipart } from './multipart.ts'
import { ulawToPcm } from './pcm.ts'
import { postForm } from './post-form.ts'
import type { Reach } from './reach.ts'
import { readTranscription } from './transcription.ts'
import type { UploadDeps } from './upload-session.ts'

export interface TranscriberSettings {
  readonly url: string
  readonly apiKey?: string | undefined
  readonly model: string
  readonly timeoutMs: number
}

const sampleRateHz = 16_000 // what whisper hears; whisper.cpp takes nothing else

/** Sends a piece to `/v1/audio/transcriptions` and reads what was said in it. */
export function transcriber(
  settings: TranscriberSettings,
  request: SpeechRequest,
  deps: {
    readonly clock: Clock
    readonly random: Random
    readonly reach: Reach
    readonly readSecret: (reference: string) => Secret<string>
  },
): UploadDeps['transcribe'] {
  const { url, apiKey, timeoutMs } = settings
  const fields = fieldsOf(settings, request)
  return async (ulaw, signal) => {
    let headers: Readonly<Record<string, string>>
    try {
      headers = apiKey === undefined ? {} : { authorization: `Bearer ${deps.readSecret(apiKey).reveal()}` }
    } catch {
      return { ok: false, why: 'unauthorised' }
    }
    const boundary = Buffer.from(deps.random.bytes(24)).toString('hex')
    const bytes = serializeWav({
      format: 'pcm16',
      sampleRateHz,
      channels: 1,
      data: ulawToPcm(sampleRateHz)(ulaw),
    })
    const file = { name: 'file', filename: 'speech.wav', type: 'audio/wav', bytes }
    const posted = await postForm(
      { url, form: multipart(fields, file, boundary), headers, timeoutMs },
      deps,
      signal,
    )
    if (!posted.ok) return posted
    const said = readTranscription(posted.body, ulaw.length / 8)
    return said === undefined ? { ok: false, why: 'protocol' } : { ok: true, said }
  }
}

function fieldsOf({ model }: TranscriberSettings, { language, hints = [] }: SpeechRequest) {
  return [
    ['model', model],
    ['response_format', 'verbose_json'],
    ['timestamp_granularities[]', 'word'],
    ['timestamp_granularities[]', 'segment'],
    ['temperature', '0'],
    ['language', language.split('-')[0] ?? language], // ISO 639-1
    ...(hints.length > 0 ? [['prompt', hints.slice(0, 100).join(', ')] as const] : []),
  ] as const
}
