import { decodeUlaw } from '@voxkeep/wire/g711'
import type { WebSocket } from 'ws'
import { behave } from './behave.ts'
import type { SpeechServerState } from './speech-servers.ts'

const settleMs = 500

/** A server of the protocol in docs/speech.md: about what one has to write for an engine of one's own. */
export function jsonSpeechServer(socket: WebSocket, _url: URL, state: SpeechServerState): void {
  const recogniser = state.recognise()
  const send = (message: object) => socket.send(JSON.stringify(message))
  let isInterim = false
  behave(socket, state, {
    audio(bytes) {
      state.audioMs += bytes.length / 8
      recogniser.push(decodeUlaw(bytes, new Int16Array(bytes.length)))
      const said = recogniser.utterance()
      const { heardMs, partial } = recogniser
      if (said !== undefined) send({ type: 'words', final: true, words: said })
      else if (isInterim && partial.length > 0) send({ type: 'words', final: false, words: partial })
      if (partial.length > 0 && said === undefined) return send({ type: 'heard', ms: heardMs })
      send({ type: 'through', ms: Math.max(0, heardMs - (said === undefined ? settleMs : 0)) })
    },
    text(text) {
      const message = JSON.parse(text) as { type: string; interim?: boolean }
      if (message.type === 'start') isInterim = message.interim === true
      if (message.type !== 'finish') return
      const said = recogniser.utterance(true)
      if (said !== undefined) send({ type: 'words', final: true, words: said })
      send({ type: 'done' })
    },
  })
}
