import type { StreamBand, StreamStart, StreamTarget } from './contract.ts'
import type { MediaToApp } from './media-messages.ts'
import type { MediaOptions } from './media-options.ts'
import { tracksOf } from './twilio-writer.ts'
import { isRecord } from './wire-json.ts'

/** Whose stream it is, and what was chosen for it. */
export interface MediaSession {
  readonly about: Readonly<Record<string, unknown>>
  readonly start: StreamStart
  readonly direction: StreamTarget['direction']
  readonly options: MediaOptions
  readonly band: StreamBand
}

type Start = Extract<MediaToApp, { type: 'session.start' }>

/** The first message on each connection. */
export function sessionStart(
  { about, start, direction, options, band }: MediaSession,
  now: {
    readonly seq: number
    readonly nowMs: number
    readonly isSecure: boolean
    readonly resume: Start['resume']
  },
): string {
  const text = (name: string) => (typeof about[name] === 'string' ? about[name] : '')
  const { identity, transport, srtp } = about
  const sip = isRecord(transport) ? transport : {}
  const message: Start = {
    type: 'session.start',
    seq: now.seq,
    t_ms: Math.round(now.nowMs),
    stream_id: text('stream_id'),
    call_id: text('call_id'),
    leg_id: text('leg_id'),
    account_id: start.accountSid,
    direction: about['direction'] === 'outbound' ? 'outbound' : 'inbound',
    from: text('from'),
    to: text('to'),
    ...(isRecord(identity) && { identity }),
    transport: {
      sip_tls: textOrNull(sip['sip_tls']),
      sip_cipher: textOrNull(sip['cipher']),
      srtp: textOrNull(srtp),
    },
    media: {
      encoding: `audio/${options.encoding}`,
      rate: options.rate,
      source_rate: band.hearsWide ? 16_000 : 8_000,
      channels: 1,
      frame_ms: options.frame_ms,
      framing: options.framing,
      tracks: [...tracksOf(direction)],
      talks: direction === 'both',
    },
    parameters: { ...start.customParameters },
    privacy: { state: now.isSecure ? 'secure_capture_started' : 'open' },
    // Good for one stream: whoever takes the stream up again is known by `resume.id`.
    ...(options.token !== undefined && now.resume?.resumed !== true && { token: options.token }),
    ...(now.resume !== undefined && { resume: now.resume }),
  }
  return JSON.stringify(message)
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
