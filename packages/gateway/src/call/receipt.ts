import type { DialRequest } from '#dialing'
import type { LegStats, StreamEnd, StreamStats, StreamTls } from '#media'
import type { StreamId } from '#kernel'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { SignallingSecurity } from './contract.ts'
import type { EndReason, IdentityResult } from './deps.ts'

/** What protected a call, hop by hop, and what was kept of it under which key. Grows with the call; holds no content. */
export interface SecurityReceipt {
  /** The first leg's; null while one that we place is not answered. */
  sip: SignallingSecurity | null
  srtp: LegSrtpEntry | null
  /** What the caller's PASSporT proved; null where the call is ours. That it was diverted, not from whose number. */
  identity: (Omit<IdentityResult, 'refuseWith' | 'divertedFrom'> & { readonly diverted: boolean }) | null
  /** One entry for each leg that we dialled, answered or not; without numbers. */
  legs: LegEntry[]
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
  /** What the parties were asked and said about being recorded. */
  consent: ConsentEntry[]
  /** What was taken out of recordings and transcripts, by type; null where nothing looked. */
  redaction: RedactionEntry | null
  /** Digits that were collected where nobody else could see them. */
  secureCapture: SecureCaptureEntry[]
  /** How often the caller's voice was compared, and what came of it. */
  verifications: VerificationEntry[]
  /** Of the first leg's audio, over the whole call; null when there was none. */
  quality: Quality | null
  endReason: EndReason | null
}

export interface ConsentEntry {
  /** `caller`, or `dialled`. */
  readonly party: string
  /** What the rules asked for, and which rule that was. */
  readonly required: 'none' | 'notice' | 'one-party' | 'all-party' | 'opt-in'
  readonly rule: string
  state: 'not-required' | 'announced' | 'given' | 'refused' | 'revoked' | 'unanswered'
  readonly how: 'key' | 'speech' | 'continued' | 'announced' | 'app' | 'registered' | null
  readonly atMs: number
}

export interface RedactionEntry {
  readonly engine: string
  readonly policy: string
  /** How many of each type were found. */
  readonly found: Readonly<Record<string, number>>
  /** Milliseconds of audio that were overwritten, and of those, for want of a judgement. */
  readonly silencedMs: number
  readonly unjudgedMs: number
}

export interface SecureCaptureEntry {
  /** The fields that were asked for. */
  readonly what: string
  outcome: string
  attempts: number
  /** Which payment provider got it; null where it was only tokenised. */
  readonly provider: string | null
  readonly atMs: number
}

export interface VerificationEntry {
  readonly action: 'verify' | 'enrol'
  /** Null: there was none of that name. */
  readonly engine: string | null
  result: string
  attempts: number
  /** Whether the app said that the caller agreed, or the configuration that nobody need. */
  readonly consent: 'given' | 'not-required' | 'none'
  /** Where that is on record, or why. */
  readonly consentSource: string | null
  readonly atMs: number
}

export interface LegSrtpEntry {
  readonly suite: string
  readonly rtcp: 'muxed' | 'separate'
}

export interface LegEntry {
  readonly trunk: string
  readonly via: DialRequest['via']
  sip: SignallingSecurity | null
  srtp: LegSrtpEntry | null
  /** A PASSporT of ours went with it. */
  identitySigned: boolean
  /** `answered`, or why it was not. */
  outcome: string
  /** From the answer; null without one. */
  durationMs: number | null
}

export interface Quality {
  /** G.107 estimate, 1 to 4.5; null when the audio was too short to tell. */
  readonly mos: number | null
  readonly lost: number
  readonly jitterMs: number
  readonly rttMs: number | null
  /** What the peer reported of what it hears. */
  readonly peerMos: number | null
}

/** `blocked`: never dialled, for the guard lets nobody go there. */
export type StreamOutcome = StreamEnd | 'blocked'

export interface StreamEntry {
  readonly id: StreamId
  host: string
  tls: StreamTls | null
  /** Fingerprints of the secrets that signed the upgrade. */
  readonly signedBy: readonly string[]
  /** `held`: the app heard what was judged, later and with what was found overwritten. `text`: it heard nothing, and read what was said as the policy lets it. */
  audio: 'live' | 'held' | 'text'
  end: StreamOutcome | null
  stats: StreamStats | null
}

export function startReceipt(sip: SignallingSecurity | null): SecurityReceipt {
  return {
    sip,
    srtp: null,
    identity: null,
    legs: [],
    webhooks: [],
    streams: [],
    recordings: [],
    consent: [],
    redaction: null,
    secureCapture: [],
    verifications: [],
    quality: null,
    endReason: null,
  }
}

export function srtpEntry(audio: NegotiatedAudio): LegSrtpEntry {
  return { suite: audio.srtp?.suite ?? 'none', rtcp: audio.remote.rtcpMux ? 'muxed' : 'separate' }
}

export function qualityOf({ mos, lost, jitterMs, rttMs, peer }: LegStats): Quality {
  return { mos: mos ?? null, lost, jitterMs, rttMs: rttMs ?? null, peerMos: peer?.mos ?? null }
}

/** The host a URL names, or nothing sensible for one that does not parse: never its path, which may carry an id. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'invalid'
}
