import type { StreamStart, StreamTarget } from './contract.ts'
import { twilioReader } from './twilio-reader.ts'
import { connectedMessage, tracksOf, twilioWriter } from './twilio-writer.ts'
import type { AppMessage, StreamWire } from './wire.ts'

const ignored: AppMessage = { kind: 'ignored' }

/** Twilio Media Streams, as the side that dials: JSON text alone, µ-law in base64. */
export function twilioWire(start: StreamStart, direction: StreamTarget['direction']): StreamWire {
  const writer = twilioWriter(start, tracksOf(direction))
  const read = twilioReader(start.streamSid)
  const one: AppMessage[] = [ignored] // lent to whoever reads: fifty messages a second need no list each
  return {
    begin: () => [connectedMessage, writer.start()],
    audio: (track, ulaw, timestampMs) => writer.media(track, ulaw, timestampMs),
    dtmf: (digit) => writer.dtmf(digit),
    mark: (name) => writer.mark(name),
    stop: () => [writer.stop()],
    read(payload, isText) {
      one[0] = isText ? read(payload) : ignored
      return one
    },
  }
}
