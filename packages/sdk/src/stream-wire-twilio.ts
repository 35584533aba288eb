import { fromBase64, toBase64 } from './base64.ts'
import type { StreamTrack } from './stream-events.ts'
import { jsonObject, number, record, strings, text, type AppWire, type FromGateway } from './stream-wire.ts'

const ignored: FromGateway = { kind: 'ignored' }
/** The `stream` command's parameter that carries its token on this wire. */
export const tokenParameter = 'voxkeep_token'

/** Twilio Media Streams, the app's side of them: text frames, µ-law at 8 kHz in base64. */
export function twilioWire(): AppWire {
  let streamSid = ''
  const write = (event: string, fields: object = {}) => JSON.stringify({ event, streamSid, ...fields })
  return {
    name: 'twilio',
    read(message) {
      const fields = typeof message === 'string' ? jsonObject(message) : undefined
      if (fields === undefined) return ignored
      if (fields['event'] === 'start') streamSid = text(fields['streamSid']) ?? streamSid
      return readEvent(fields)
    },
    audio: (bytes) => write('media', { media: { payload: toBase64(bytes) } }),
    mark: (name) => write('mark', { mark: { name } }),
    clear: () => write('clear'),
    command: () => undefined,
    resume: () => undefined,
  }
}

function readEvent(fields: Record<string, unknown>): FromGateway {
  switch (fields['event']) {
    case 'start':
      return readStart(fields)
    case 'media':
      return readMedia(fields)
    case 'mark': {
      const name = text(record(fields['mark'])?.['name'])
      return name === undefined ? ignored : { kind: 'mark', name }
    }
    case 'dtmf': {
      const digit = text(record(fields['dtmf'])?.['digit'])
      return digit === undefined ? ignored : { kind: 'event', name: 'dtmf', event: { digit } }
    }
    case 'stop':
      return { kind: 'stop', reason: 'stopped' }
    default:
      return ignored
  }
}

function readStart(fields: Record<string, unknown>): FromGateway {
  const start = record(fields['start'])
  const streamId = text(start?.['streamSid'])
  const callId = text(start?.['callSid'])
  if (start === undefined || streamId === undefined || callId === undefined) return ignored
  const { [tokenParameter]: token, ...parameters } = strings(start['customParameters'])
  return {
    kind: 'start',
    session: {
      streamId,
      callId,
      accountId: text(start['accountSid']) ?? '',
      tracks: tracksOf(start['tracks']),
      encoding: 'ulaw',
      rateHz: 8_000,
      parameters,
      isSecure: false,
      raw: start,
    },
    ...(token !== undefined && { token }),
  }
}

function readMedia(fields: Record<string, unknown>): FromGateway {
  const media = record(fields['media'])
  const bytes = fromBase64(text(media?.['payload']) ?? '!')
  if (bytes === undefined) return ignored
  const timestampMs = number(Number(media?.['timestamp'])) ?? 0
  const track = media?.['track'] === 'outbound' ? 'outbound' : 'inbound'
  return { kind: 'audio', track, bytes, timestampMs }
}

export function tracksOf(value: unknown): StreamTrack[] {
  const isTrack = (each: unknown): each is StreamTrack => each === 'inbound' || each === 'outbound'
  return Array.isArray(value) ? value.filter(isTrack) : ['inbound']
}
