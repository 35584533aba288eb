import type { WebSocket } from 'ws'
import { behave } from './behave.ts'
import type { HeardWord } from './recogniser.ts'
import type { SpeechServerState } from './speech-servers.ts'

/**
 * vosk-server's WebSocket, as its `asr_server.py` does it: a text with `config` in it sets it up and is not answered; every message of
 * audio is answered with one partial or result; `{"eof" : 1}`, to the byte, with the last result, and the connection ends.
 */
export function voskServer(socket: WebSocket, _url: URL, state: SpeechServerState): void {
  const recogniser = state.recognise()
  let withWords = true
  const result = (words: readonly HeardWord[]) => {
    const text = words.map((word) => word.text).join(' ')
    if (words.length === 0 || !withWords) return { text }
    const timed = words.map(({ text: word, startMs, endMs }) => ({
      conf: 1,
      end: endMs / 1_000,
      start: startMs / 1_000,
      word,
    }))
    return { result: timed, text }
  }
  // Kaldi writes its JSON with blanks and line ends.
  const send = (message: object) => socket.send(JSON.stringify(message, null, 2))
  behave(socket, state, {
    audio(bytes) {
      state.audioMs += bytes.length / 16
      recogniser.push(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)))
      const said = recogniser.utterance()
      send(
        said === undefined ? { partial: recogniser.partial.map(({ text }) => text).join(' ') } : result(said),
      )
    },
    text(text) {
      if (text === '{"eof" : 1}') {
        send(result(recogniser.utterance(true) ?? []))
        socket.close()
      } else if (text.includes('config')) {
        const { config } = JSON.parse(text) as { config: { sample_rate?: number; words?: boolean } }
        if (config.sample_rate !== 8_000) socket.terminate()
        withWords = config.words ?? true
      }
    },
  })
}
