import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serializeWav } from '@voxkeep/wire/wav'

/** For tests: what was asked of the server. */
export interface AskedVoice {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: Readonly<Record<string, unknown>>
}

export interface FakeVoiceServer extends AsyncDisposable {
  readonly port: number
  readonly asked: AskedVoice[]
  /** Answers so in place of speech. */
  status: number
  /** Sends so many bytes, then nothing more. */
  stallsAfter: number | undefined
}

const rateHz = 24_000

/** A hundredth of a second of a tone for each character, as OpenAI’s `/v1/audio/speech`, Deepgram’s `/v1/speak` and ElevenLabs’ stream answer. */
export async function startFakeVoiceServer(): Promise<FakeVoiceServer> {
  const asked: AskedVoice[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://voices')
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>
      const query = Object.fromEntries(url.searchParams)
      asked.push({ path: url.pathname, query, headers: request.headers, body })
      const said = answerTo(url, request.headers, body)
      const status = fake.status === 200 ? said.status : fake.status
      response.writeHead(status, { 'content-type': status === 200 ? said.type : 'application/json' })
      if (status !== 200) return void response.end('{"error":{"message":"no","code":"no"}}')
      if (fake.stallsAfter !== undefined) return void response.write(said.audio.subarray(0, fake.stallsAfter))
      response.write(said.audio.subarray(0, 501))
      response.end(said.audio.subarray(501))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeVoiceServer = {
    port: (server.address() as AddressInfo).port,
    asked,
    status: 200,
    stallsAfter: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

function answerTo(
  { pathname, searchParams }: URL,
  headers: NodeJS.Dict<string | string[]>,
  body: Record<string, unknown>,
): { status: number; type: string; audio: Uint8Array } {
  const refused = (status: number) => ({ status, type: '', audio: new Uint8Array() })
  if (pathname === '/v1/audio/speech') {
    const { input, voice, model, response_format: format } = body
    if (headers['authorization'] !== 'Bearer key-1') return refused(401)
    if (typeof input !== 'string' || typeof voice !== 'string' || typeof model !== 'string')
      return refused(400)
    const pcm = tone(input.length, rateHz)
    if (format === 'pcm') return { status: 200, type: 'audio/pcm', audio: pcm }
    const wav = serializeWav({ format: 'pcm16', sampleRateHz: rateHz, channels: 1, data: pcm })
    return { status: 200, type: 'audio/wav', audio: wav }
  }
  const asksTelephone =
    pathname === '/v1/speak'
      ? searchParams.get('encoding') === 'mulaw' &&
        searchParams.get('sample_rate') === '8000' &&
        searchParams.get('container') === 'none' &&
        headers['authorization'] === 'Token key-1'
      : /^\/v1\/text-to-speech\/[^/]+\/stream$/.test(pathname) &&
        searchParams.get('output_format') === 'ulaw_8000' &&
        headers['xi-api-key'] === 'key-1'
  const { text } = body
  if (!asksTelephone || typeof text !== 'string' || text.length > 2_000) return refused(400)
  return { status: 200, type: 'audio/basic', audio: new Uint8Array(text.length * 80).fill(0x80) }
}

function tone(characters: number, rate: number): Uint8Array {
  const samples = Int16Array.from(
    { length: (characters * rate) / 100 },
    (_, at) => 8_000 * Math.sin((2 * Math.PI * 440 * at) / rate),
  )
  return new Uint8Array(samples.buffer)
}
