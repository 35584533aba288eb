import type { WebSocket } from 'ws'
import type { EchoStats } from './echo-stats.ts'
import { parseStreamMessage, type StreamMessage } from './stream-message.ts'

const maxBehindBytes = 256 * 1_024 // some 20 s of audio: a gateway that far behind would play it to nobody

/** Sends the caller's audio back to the caller until either side closes. */
export function echoStream(socket: WebSocket, stats: EchoStats): void {
  let streamSid = ''
  const control = (message: object) => socket.send(JSON.stringify({ streamSid, ...message }))
  // Fifty times a second a call. The payload is base64, which no JSON string needs to escape.
  const echo = (payload: string) => {
    if (socket.bufferedAmount > maxBehindBytes) return
    stats.framesOut += 1
    socket.send(`{"event":"media","streamSid":${JSON.stringify(streamSid)},"media":{"payload":"${payload}"}}`)
  }
  const handle = (message: StreamMessage): void => {
    switch (message.event) {
      case 'start':
        streamSid = message.streamSid
        return
      case 'media':
        stats.framesIn += 1
        if (message.media.track === 'inbound') echo(message.media.payload)
        return
      case 'dtmf':
        stats.digits += 1
        if (message.dtmf.digit === '*') control({ event: 'clear' })
        if (message.dtmf.digit === '#') control({ event: 'mark', mark: { name: 'heard' } })
        return
      case 'mark':
        stats.marks += 1
    }
  }
  socket.on('message', (data: Buffer, isBinary) => {
    const message = isBinary ? undefined : parseStreamMessage(data.toString())
    if (message !== undefined) handle(message)
  })
  socket.on('error', () => socket.terminate())
}
