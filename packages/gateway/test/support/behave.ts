import type { WebSocket } from 'ws'
import type { SpeechServerState } from './speech-servers.ts'

/**
 * What every server over a WebSocket does alike: hands on what comes, and misbehaves as it is told to. `audio` and `text` are what
 * a server that behaves makes of a message.
 */
export function behave(
  socket: WebSocket,
  state: SpeechServerState,
  on: { audio(bytes: Buffer): void; text(text: string): void },
): void {
  let audioBytes = 0
  let work = Promise.resolve()
  socket.on('error', () => socket.terminate())
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      state.texts.push(data.toString())
      if (state.behaviour !== 'mute') void (work = work.then(() => on.text(data.toString())))
      return
    }
    audioBytes += data.length
    switch (state.behaviour) {
      case 'mute':
        return
      case 'huge':
        return socket.send(`"${'x'.repeat(2 * 1_024 * 1_024)}"`)
      case 'broken-json':
        socket.send('{"partial" : "')
        socket.send(Buffer.of(1, 2, 3))
        return on.audio(data)
      case 'slow':
        return void (work = work
          .then(() => new Promise((resolve) => setTimeout(resolve, 150).unref()))
          .then(() => on.audio(data)))
      case 'cuts':
        if (audioBytes / state.cutAfterMs >= 8) {
          state.behaviour = 'well'
          return socket.terminate()
        }
        return on.audio(data)
      case 'well':
        return on.audio(data)
    }
  })
}
