import { decodeUlaw } from '@voxkeep/wire/g711'
import type { WebSocket } from 'ws'
import { behave } from './behave.ts'
import type { HeardWord } from './recogniser.ts'
import type { SpeechServerState } from './speech-servers.ts'

/** Without audio or `KeepAlive` for so long it hangs up, with NET-0001. */
const idleMs = 10_000
/** How often words that may change are told, and how long an endpoint may be away before what there is becomes final. */
const [interimMs, longestMs] = [500, 3_000]

/**
 * Deepgram's `/v1/listen` for one channel of µ-law at 8 kHz, as its AsyncAPI document and its SDK's types have it: `Results` that cover the audio without
 * holes as `start` and `duration`, `is_final` when they do not change any more, `Finalize`, `CloseStream` with `Metadata` at the end, `KeepAlive`.
 */
export function deepgramServer(socket: WebSocket, url: URL, state: SpeechServerState): void {
  const { searchParams: asked } = url
  if (asked.get('encoding') !== 'mulaw' || asked.get('sample_rate') !== '8000')
    return socket.close(1_008, 'DATA-0000')
  const recogniser = state.recognise()
  const wantsInterim = asked.get('interim_results') === 'true'
  let [finalMs, toldMs] = [0, 0]
  let idle = setTimeout(timedOut, idleMs).unref()
  function timedOut(): void {
    socket.close(1_011, 'NET-0001')
  }
  function stillThere(): void {
    clearTimeout(idle)
    idle = setTimeout(timedOut, idleMs).unref()
  }
  socket.on('close', () => clearTimeout(idle))

  function results(words: readonly HeardWord[], isFinal: boolean, how: object = {}): void {
    const [start, duration] = [finalMs / 1_000, (recogniser.heardMs - finalMs) / 1_000]
    toldMs = recogniser.heardMs
    if (isFinal) finalMs = recogniser.heardMs
    const alternative = {
      transcript: words.map(({ text }) => text).join(' '),
      confidence: words.length === 0 ? 0 : 0.98,
      words: words.map(({ text, startMs, endMs }) => ({
        word: text,
        start: startMs / 1_000,
        end: endMs / 1_000,
        confidence: 0.98,
      })),
    }
    socket.send(
      JSON.stringify({
        type: 'Results',
        channel_index: [0, 1],
        duration,
        start,
        is_final: isFinal,
        speech_final: false,
        channel: { alternatives: [alternative] },
        metadata: {
          request_id: '00000000-0000-4000-8000-000000000000',
          model_info: { name: 'local', version: '1', arch: 'local' },
          model_uuid: '00000000-0000-4000-8000-000000000001',
        },
        from_finalize: false,
        ...how,
      }),
    )
  }

  behave(socket, state, {
    audio(bytes) {
      stillThere()
      state.audioMs += bytes.length / 8
      recogniser.push(decodeUlaw(bytes, new Int16Array(bytes.length)))
      const said = recogniser.utterance()
      if (said !== undefined) return results(said, true, { speech_final: true })
      // In a long silence an empty result becomes final now and then.
      if (recogniser.partial.length === 0 && recogniser.heardMs - finalMs >= longestMs && isQuiet(bytes))
        return results([], true)
      if (wantsInterim && recogniser.heardMs - toldMs >= interimMs) results(recogniser.partial, false)
    },
    text(text) {
      stillThere()
      const { type } = JSON.parse(text) as { type: string }
      if (type === 'Finalize') results(recogniser.utterance(true) ?? [], true, { from_finalize: true })
      if (type !== 'CloseStream') return
      results(recogniser.utterance(true) ?? [], true)
      socket.send(
        JSON.stringify({
          type: 'Metadata',
          transaction_key: 'deprecated',
          request_id: '00000000-0000-4000-8000-000000000000',
          sha256: '0'.repeat(64),
          created: '2026-01-01T00:00:00.000Z',
          duration: recogniser.heardMs / 1_000,
          channels: 1,
        }),
      )
      socket.close(1_000)
    },
  })
}

function isQuiet(ulaw: Uint8Array): boolean {
  return ulaw.every((code) => (code & 0x7f) >= 0x70)
}
