import type { AudioEncoding, StreamAck } from './stream-events.ts'
import { tracksOf } from './stream-wire-twilio.ts'
import {
  jsonObject,
  number,
  present,
  record,
  strings,
  text,
  type AppWire,
  type FromGateway,
} from './stream-wire.ts'

/** What the gateway asks for in `Sec-WebSocket-Protocol`, and what must be chosen. */
export const mediaProtocol = 'voxkeep.media.v1'

/** `voxkeep.media.v1`, the app's side: JSON in text frames, audio in binary frames with a header. */
export function mediaWire(): AppWire {
  let sentSeq = 0
  let heardSeq = 0
  let audioMs = 0
  let bytesPerMs = 8
  let isRaw = false
  const nextSeq = () => (sentSeq += 1)
  /** What was heard before comes again after a resume. */
  const isNew = (seq: number) => {
    if (seq === 0) return true
    if (seq <= heardSeq) return false
    heardSeq = seq
    return true
  }
  return {
    name: 'voxkeep',
    read(message) {
      if (typeof message !== 'string') return isRaw ? rawAudio(message) : readAudio(message, isNew)
      const fields = jsonObject(message)
      if (fields === undefined || !isNew(number(fields['seq']) ?? 0)) return ignored
      const event = readMessage(fields)
      if (event.kind === 'start') {
        bytesPerMs = (event.session.rateHz * (event.session.encoding === 'l16' ? 2 : 1)) / 1_000
        isRaw = record(event.session.raw['media'])?.['framing'] === 'raw'
      }
      return event
    },
    audio(bytes) {
      if (isRaw) return Uint8Array.from(bytes)
      const frame = audioFrame(bytes, nextSeq(), audioMs)
      audioMs += bytes.length / bytesPerMs
      return frame
    },
    mark: (name) => JSON.stringify({ type: 'mark', seq: nextSeq(), name }),
    clear: (id) => JSON.stringify({ type: 'clear', seq: nextSeq(), id }),
    command: (id, commands) => JSON.stringify({ type: 'command', seq: nextSeq(), id, commands }),
    resume: ({ id }) => JSON.stringify({ type: 'resume', resume_id: id, last_seq: heardSeq }),
  }
}

const ignored: FromGateway = { kind: 'ignored' }
const headerBytes = 12 // version and flags, track, two reserved, sequence number, milliseconds: network order
const version = 1

function audioFrame(bytes: Uint8Array, seq: number, atMs: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(headerBytes + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint8(0, version << 4)
  view.setUint32(4, seq)
  view.setUint32(8, Math.round(atMs) >>> 0)
  frame.set(bytes, headerBytes)
  return frame
}

function rawAudio(bytes: Uint8Array): FromGateway {
  return { kind: 'audio', track: 'inbound', bytes, timestampMs: 0 }
}

function readAudio(frame: Uint8Array, isNew: (seq: number) => boolean): FromGateway {
  if (frame.length < headerBytes) return ignored
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  if (view.getUint8(0) >> 4 !== version || !isNew(view.getUint32(4))) return ignored
  return {
    kind: 'audio',
    track: view.getUint8(1) === 1 ? 'outbound' : 'inbound',
    bytes: frame.subarray(headerBytes),
    timestampMs: view.getUint32(8),
  }
}

function readMessage(fields: Record<string, unknown>): FromGateway {
  switch (fields['type']) {
    case 'session.start':
      return readStart(fields)
    case 'session.stop':
      return { kind: 'stop', reason: text(fields['reason']) ?? 'stopped' }
    case 'mark':
      return readMark(fields)
    case 'cleared':
      return { kind: 'cleared', id: text(fields['id']) ?? '', droppedMs: number(fields['dropped_ms']) ?? 0 }
    case 'ack':
      return { kind: 'ack', id: text(fields['id']) ?? '', ack: readAck(fields) }
    default:
      return readNotice(fields)
  }
}

function readMark(fields: Record<string, unknown>): FromGateway {
  const name = text(fields['name'])
  const state = fields['state'] === 'cleared' ? 'cleared' : 'played'
  return name === undefined ? ignored : { kind: 'mark', name, state }
}

function readAck({ status, code, faults }: Record<string, unknown>): StreamAck {
  const readFault = (fault: unknown) => ({
    at: text(record(fault)?.['at']) ?? '',
    message: text(record(fault)?.['message']) ?? '',
  })
  return {
    status: status === 'accepted' ? status : 'refused',
    ...present({ code: text(code) }),
    ...(Array.isArray(faults) && { faults: faults.map(readFault) }),
  }
}

const privacyStates: Readonly<Record<string, 'secure' | 'open' | 'held' | 'overwritten'>> = {
  __proto__: null as never, // a word of the wire must not find what every object has
  secure_capture_started: 'secure',
  secure_capture_ended: 'open',
  audio_held: 'held',
  audio_overwritten: 'overwritten',
}

function readNotice(fields: Record<string, unknown>): FromGateway {
  const why = text(fields['reason']) ?? text(fields['cause'])
  switch (fields['type']) {
    case 'dtmf': {
      const digit = text(fields['digit'])
      const event = present({ durationMs: number(fields['duration_ms']) })
      return digit === undefined ? ignored : { kind: 'event', name: 'dtmf', event: { digit, ...event } }
    }
    case 'playback': {
      const state = oneOf(['ok', 'high', 'drained'], fields['state'])
      const bufferedMs = number(fields['buffered_ms']) ?? 0
      return state === undefined ? ignored : { kind: 'event', name: 'playback', event: { state, bufferedMs } }
    }
    case 'privacy': {
      const state = privacyStates[text(fields['state']) ?? '']
      if (state === undefined) return ignored
      const track = oneOf(['inbound', 'outbound'], fields['track'])
      const [fromMs, toMs] = [number(fields['from_ms']), number(fields['to_ms'])]
      return { kind: 'event', name: 'privacy', event: { state, ...present({ why, track, fromMs, toMs }) } }
    }
    case 'gap': {
      const [fromMs = 0, toMs = 0] = [number(fields['from_ms']), number(fields['to_ms'])]
      const track = fields['track'] === 'outbound' ? 'outbound' : 'inbound'
      return { kind: 'event', name: 'gap', event: { track, fromMs, toMs, ...present({ why }) } }
    }
    case 'warning':
    case 'error':
      return { kind: 'event', name: 'warning', event: { code: text(fields['code']) ?? '' } }
    default:
      return ignored
  }
}

const encodings: Readonly<Record<string, AudioEncoding>> = {
  __proto__: null as never,
  'audio/pcmu': 'ulaw',
  'audio/pcma': 'alaw',
  'audio/l16': 'l16',
}

function readStart(fields: Record<string, unknown>): FromGateway {
  const media = record(fields['media'])
  const resume = record(fields['resume'])
  const streamId = text(fields['stream_id'])
  const callId = text(fields['call_id'])
  const rateHz = number(media?.['rate'])
  const encoding = encodings[text(media?.['encoding'])?.toLowerCase() ?? '']
  if (streamId === undefined || callId === undefined || rateHz === undefined || encoding === undefined)
    return ignored
  const resumeId = text(resume?.['id'])
  return {
    kind: 'start',
    session: {
      streamId,
      callId,
      accountId: text(fields['account_id']) ?? '',
      ...present({
        legId: text(fields['leg_id']),
        direction: text(fields['direction']),
        from: text(fields['from']),
        to: text(fields['to']),
      }),
      tracks: tracksOf(media?.['tracks']),
      encoding,
      rateHz,
      ...present({ sourceRateHz: number(media?.['source_rate']) }),
      parameters: strings(fields['parameters']),
      isSecure: record(fields['privacy'])?.['state'] === 'secure_capture_started',
      raw: fields,
    },
    ...present({ token: text(fields['token']) }),
    ...(resumeId !== undefined && {
      resume: {
        id: resumeId,
        windowMs: number(resume?.['window_ms']) ?? 0,
        isResumed: resume?.['resumed'] === true,
        lastSeq: number(resume?.['last_seq']) ?? 0,
      },
    }),
  }
}

function oneOf<const Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value)
}
