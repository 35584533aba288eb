import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import type { HeardWord } from './recogniser.ts'
import type { SpeechServerState } from './speech-servers.ts'

/** Whose answers they are: each writes `verbose_json` in its own way. */
export type Dialect = 'openai' | 'speaches' | 'whisper.cpp' | 'segments-only'

/** `POST /v1/audio/transcriptions`: a form with a WAV file, answered as `verbose_json`. */
export function transcriptionsServer(
  state: SpeechServerState,
  key: string,
  dialect: () => Dialect,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const answer = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const bytes = await buffer(request)
    if (request.headers.authorization !== `Bearer ${key}`)
      return answer(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } })
    const form = await new Response(bytes, {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData()
    const file = form.get('file')
    if (!(file instanceof File) || form.get('model') === null)
      return answer(400, { error: { message: 'no file' } })
    const wav = parseWav(new Uint8Array(await file.arrayBuffer()))
    if ('error' in wav || wav.sampleRateHz !== 16_000)
      return answer(400, { error: { message: 'no 16 kHz WAV' } })
    switch (state.behaviour) {
      case 'mute':
        return
      case 'broken-json':
        return void response.writeHead(200).end('{"text": ')
      case 'huge':
        return void response.writeHead(200).end(Buffer.alloc(8 * 1_024 * 1_024, 32))
      case 'cuts':
        state.behaviour = 'well'
        return answer(503, { error: { message: 'overloaded' } })
      case 'slow':
      case 'well':
    }
    const samples = toMono8k(wav)
    state.audioMs += samples.length / 8
    const recogniser = state.recognise()
    recogniser.push(samples)
    const wordsAsked = form.getAll('timestamp_granularities[]').includes('word')
    answer(200, verbose(dialect(), recogniser.utterance(true) ?? [], samples.length / 8_000, wordsAsked))
  }
}

function verbose(
  dialect: Dialect,
  words: readonly HeardWord[],
  duration: number,
  wordsAsked: boolean,
): object {
  const text = words.map((word) => word.text).join(' ')
  const [first, last] = [words[0], words.at(-1)]
  const segment = {
    id: 0,
    start: (first?.startMs ?? 0) / 1_000,
    end: (last?.endMs ?? 0) / 1_000,
    text: ` ${text}`,
  }
  const segments = words.length === 0 ? [] : [segment]
  const timed = (blank: string) =>
    words.map(({ text: word, startMs, endMs }) => ({
      word: `${blank}${word}`,
      start: startMs / 1_000,
      end: endMs / 1_000,
    }))
  const base = { task: 'transcribe', language: 'english', duration, text }
  switch (dialect) {
    case 'openai':
      return { ...base, segments, ...(wordsAsked && { words: timed('') }) }
    case 'speaches':
      return {
        ...base,
        segments,
        words: wordsAsked ? timed(' ').map((word) => ({ ...word, probability: 0.9 })) : null,
      }
    case 'whisper.cpp':
      return { ...base, segments: segments.map((one) => ({ ...one, words: pieces(words) })) }
    case 'segments-only':
      return { ...base, segments }
  }
}

/** whisper.cpp tells tokens, not words: a long one comes in two, and only the first begins with a blank. */
function pieces(words: readonly HeardWord[]): object[] {
  return words.flatMap(({ text, startMs, endMs }) => {
    const [start, end] = [startMs / 1_000, endMs / 1_000]
    const middle = (start + end) / 2
    if (text.length < 4) return [{ word: ` ${text}`, start, end, t_dtw: -1, probability: 0.9 }]
    return [
      { word: ` ${text.slice(0, 2)}`, start, end: middle, t_dtw: -1, probability: 0.9 },
      { word: text.slice(2), start: middle, end, t_dtw: -1, probability: 0.8 },
    ]
  })
}
