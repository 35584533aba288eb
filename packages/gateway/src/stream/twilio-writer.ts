import type { StreamStart, StreamTarget, Track } from './contract.ts'

/** The first message of every stream; it carries no sequence number. */
export const connectedMessage = '{"event":"connected","protocol":"Call","version":"1.0.0"}'

/**
 * Writes the messages of Twilio Media Streams from the gateway to the app, in the order of the calls: each takes
 * the next sequence number, each media message the next chunk of its track.
 */
export interface TwilioWriter {
  start(): string
  /** ASCII alone. */
  media(track: Track, ulaw: Uint8Array, timestampMs: number): string
  dtmf(digit: string): string
  mark(name: string): string
  stop(): string
}

export function tracksOf(direction: StreamTarget['direction']): readonly Track[] {
  switch (direction) {
    case 'both':
    case 'inbound':
      return ['inbound']
    case 'outbound':
      return ['outbound']
    case 'both_tracks':
      return ['inbound', 'outbound']
  }
}

export function twilioWriter(start: StreamStart, tracks: readonly Track[]): TwilioWriter {
  const { accountSid, callSid, streamSid, customParameters } = start
  let sequence = 0
  const chunks = { inbound: 0, outbound: 0 }
  // Audio is most of what is ever sent: its message is put together by hand, from parts that are ASCII and need no
  // escapes, except the SID, which is escaped once here.
  const tail = `"},"streamSid":${asciiJson(streamSid)}}`
  const next = () => String(++sequence)
  return {
    start: () =>
      JSON.stringify({
        event: 'start',
        sequenceNumber: next(),
        start: {
          accountSid,
          streamSid,
          callSid,
          tracks,
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 },
          customParameters,
        },
        streamSid,
      }),
    media(track, ulaw, timestampMs) {
      sequence += 1
      chunks[track] += 1
      return `{"event":"media","sequenceNumber":"${sequence}","media":{"track":"${track}","chunk":"${chunks[track]}","timestamp":"${timestampMs}","payload":"${ulaw.toBase64()}${tail}`
    },
    dtmf: (digit) =>
      JSON.stringify({
        event: 'dtmf',
        streamSid,
        sequenceNumber: next(),
        dtmf: { track: 'inbound_track', digit },
      }),
    mark: (name) => JSON.stringify({ event: 'mark', sequenceNumber: next(), streamSid, mark: { name } }),
    stop: () =>
      JSON.stringify({ event: 'stop', sequenceNumber: next(), stop: { accountSid, callSid }, streamSid }),
  }
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
