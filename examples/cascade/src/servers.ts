/** Servers of your own, that speak OpenAI's HTTP API: whisper.cpp, vLLM, Ollama, Kokoro, … */
export interface Servers {
  /** `…/v1` of each. */
  readonly hear: string
  readonly think: string
  readonly speak: string
  readonly models: { readonly hear: string; readonly think: string; readonly speak: string }
  readonly voice: string
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** The rate of `response_format: pcm`, as OpenAI's API has it. */
export const speechRateHz = 24_000

/** What was said, in words. Samples are at 16 kHz. */
export async function transcribe(
  servers: Servers,
  samples: Int16Array,
  signal: AbortSignal,
): Promise<string> {
  const form = new FormData()
  form.set('model', servers.models.hear)
  form.set('file', new Blob([wav(samples, 16_000)], { type: 'audio/wav' }), 'said.wav')
  const response = await ask(`${servers.hear}/audio/transcriptions`, { method: 'POST', body: form, signal })
  return ((await response.json()) as { readonly text: string }).text.trim()
}

/** An answer, sentence by sentence, as soon as each is whole. */
export async function* think(
  servers: Servers,
  messages: readonly Message[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const body = JSON.stringify({ model: servers.models.think, messages, stream: true })
  const response = await ask(`${servers.think}/chat/completions`, {
    method: 'POST',
    body,
    headers: json,
    signal,
  })
  let sentence = ''
  for await (const line of lines(response)) {
    const data = line.startsWith('data: ') ? line.slice(6) : ''
    if (data === '' || data === '[DONE]') continue
    sentence += (JSON.parse(data) as Delta).choices[0]?.delta.content ?? ''
    for (let end = /[.!?]\s/.exec(sentence); end !== null; end = /[.!?]\s/.exec(sentence)) {
      yield sentence.slice(0, end.index + 1).trim()
      sentence = sentence.slice(end.index + 2)
    }
  }
  if (sentence.trim() !== '') yield sentence.trim()
}

/** Speech, 16-bit at `speechRateHz`, as it comes. */
export async function* speak(
  servers: Servers,
  input: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { voice, models } = servers
  const body = JSON.stringify({ model: models.speak, voice, input, response_format: 'pcm' })
  const response = await ask(`${servers.speak}/audio/speech`, { method: 'POST', body, headers: json, signal })
  if (response.body !== null) yield* response.body as AsyncIterable<Uint8Array>
}

interface Delta {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[]
}

const json = { 'content-type': 'application/json' }

async function ask(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}`)
  return response
}

async function* lines(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  yield rest
}

/** A WAV file (RIFF, PCM 16-bit, mono). */
function wav(samples: Int16Array, rateHz: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 2 * samples.length)
  const view = new DataView(bytes.buffer)
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at)
  put(0, 'RIFF')
  view.setUint32(4, 36 + 2 * samples.length, true)
  put(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true) // PCM
  view.setUint16(22, 1, true) // one channel
  view.setUint32(24, rateHz, true)
  view.setUint32(28, 2 * rateHz, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  put(36, 'data')
  view.setUint32(40, 2 * samples.length, true)
  samples.forEach((sample, index) => view.setInt16(44 + 2 * index, sample, true))
  return bytes
}
