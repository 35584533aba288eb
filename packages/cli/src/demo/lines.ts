import type { DemoFacts, StoryLine } from './facts.ts'
import type { SpeechMatch } from './speech-match.ts'

export type Line = readonly [name: string, value: string]

/** What protected the call, hop by hop, for both reports. */
export function receiptLines({ phone, call, recording, trail, hashes, app }: DemoFacts): Line[] {
  const receipt = call?.receipt
  const sip = receipt?.sip
  const stream = receipt?.streams[0]
  const webhook = receipt?.webhooks[0]
  return [
    [
      'signalling',
      sip
        ? `${sip.tlsVersion}, ${sip.cipher}, key agreement ${sip.group || phone?.tls.group || 'unknown'}`
        : missing,
    ],
    ['gateway’s certificate', phone ? `verified by the phone for ${phone.tls.peerNames}` : missing],
    ['caller admitted by', sip?.authenticatedBy.join(', ') ?? missing],
    ['call audio', phone?.srtpSuite ? `SRTP ${phone.srtpSuite}, keys over TLS only` : missing],
    ['webhook', webhook ? `signed by ${webhook.signedBy.join(', ')}, over TLS to ${webhook.host}` : missing],
    [
      'verified by the app',
      app
        ? `${app.webhooks} webhooks, ${app.streams} stream upgrade; ${app.refused} forgeries refused`
        : missing,
    ],
    [
      'audio stream',
      stream?.tls
        ? `${stream.tls.version}, ${stream.tls.cipher}, key agreement ${stream.tls.group}`
        : missing,
    ],
    ['recording key', receipt?.recordings[0]?.keyRef ?? missing],
    ['sealed object', recording ? `${recording.fileBytes} bytes, SHA-256 ${recording.fileSha256}` : missing],
    ['audit log', auditText(trail, hashes)],
  ]
}

function auditText(trail: DemoFacts['trail'], hashes: DemoFacts['hashes']): string {
  if (trail === undefined || hashes === undefined) return missing
  const { checked, broken } = hashes
  const computed = broken === 0 ? `${checked} hashes computed anew, all fit` : `${broken} hashes do not fit`
  return `${trail.length} entries of this call; ${computed}`
}

const missing = 'not found out'

/** How well the audio came through. */
export function audioLines({ phone, call, roundTrips, heard, recording }: DemoFacts): Line[] {
  const stats = call?.receipt?.streams[0]?.stats
  const likeness = (match: SpeechMatch | undefined) =>
    match === undefined
      ? missing
      : `${match.correlation.toFixed(4)} alike what was said${match.slips > 0 ? `; ${match.slips} ${match.slips === 1 ? 'jump' : 'jumps'} in time` : ''}`
  return [
    [
      'set-up',
      phone?.setupMs === undefined
        ? missing
        : `${phone.setupMs.toFixed(1)} ms from INVITE to 200, webhook included`,
    ],
    [
      'round trip',
      roundTrips
        ? `${roundTrips.p50Ms.toFixed(2)} ms p50, ${roundTrips.p99Ms.toFixed(2)} ms p99 (phone to app and back, ${roundTrips.matched} frames)`
        : missing,
    ],
    [
      'stream',
      stats
        ? `${stats.framesIn} frames to the app, ${stats.framesOut} back, ${stats.framesDropped} dropped`
        : missing,
    ],
    ['heard by the caller', likeness(heard)],
    ['recording, caller', likeness(recording?.leftMatch)],
    ['recording, app', likeness(recording?.rightMatch)],
  ]
}

/** What was searched, and what came of it. */
export function searchLine({ search }: DemoFacts): string {
  if (search === undefined) return 'not searched'
  const { files, bytes, needles, control, findings } = search
  const found = findings.length === 0 ? 'none' : `${findings.length} found`
  return `${found} in ${files} files (${(bytes / 1e6).toFixed(1)} MB); ${needles} patterns looked for, each planted once to prove the search: ${control.found} of ${control.planted} found`
}

/** A story line's fields in one line. */
export function fieldsText(fields: StoryLine['fields']): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ')
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(Number(value.toFixed(3))) : JSON.stringify(value)
}
