import type { StreamId } from '#kernel'
import type { StreamEnd, StreamStats, StreamTls } from '#media'
import type { SignallingSecurity } from './contract.ts'
import type { EndReason } from './deps.ts'

/** What protected a call, hop by hop, and what was kept of it under which key. Grows with the call; holds no content. */
export interface SecurityReceipt {
  readonly sip: SignallingSecurity
  srtp: { suite: string; rtcp: 'muxed' | 'separate' } | null
  /** One entry a webhook that was asked: where, by which secrets it was signed (fingerprints), how it ended. */
  webhooks: { type: string; host: string; signedBy: readonly string[]; outcome: string }[]
  streams: StreamEntry[]
  recordings: {
    id: string
    keyRef: string
    state: 'recording' | 'sealed' | 'failed'
    sha256: string | null
    durationMs: number | null
  }[]
  endReason: EndReason | null
}

/** `blocked`: never dialled, for the guard lets nobody go there. */
export type StreamOutcome = StreamEnd | 'blocked'

export interface StreamEntry {
  readonly id: StreamId
  host: string
  tls: StreamTls | null
  end: StreamOutcome | null
  stats: StreamStats | null
}

export function startReceipt(sip: SignallingSecurity): SecurityReceipt {
  return { sip, srtp: null, webhooks: [], streams: [], recordings: [], endReason: null }
}

/** The host a URL names, or nothing sensible for one that does not parse: never its path, which may carry an id. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'invalid'
}
