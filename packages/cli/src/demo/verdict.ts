import { forgeries } from './attempts.ts'
import type { DemoFacts } from './facts.ts'

/** The one object that `--json` prints; `null` is what could not be found out. */
export interface Summary {
  readonly ok: boolean
  readonly setupMs: number | null
  readonly sipTls: string | null
  readonly srtpSuite: string | null
  readonly webhookVerified: boolean
  readonly stream: {
    readonly framesIn: number | null
    readonly framesOut: number | null
    readonly rttP50Ms: number | null
    readonly rttP99Ms: number | null
  }
  readonly recording: {
    readonly sealed: boolean
    readonly verified: boolean
    readonly correlation: number | null
  }
  readonly plaintextFound: boolean | null
}

const sameSpeech = 0.98 // µ-law alone costs less than 0.001
const sameEcho = 0.95 // a frame or two may be concealed by the phone

export function summarise(facts: DemoFacts, problems: readonly string[]): Summary {
  const stats = facts.call?.receipt?.streams[0]?.stats
  const { recording, roundTrips, search } = facts
  return {
    ok: problems.length === 0,
    setupMs: rounded(facts.phone?.setupMs, 1),
    sipTls: facts.call?.receipt?.sip.tlsVersion ?? facts.phone?.tls.protocol ?? null,
    srtpSuite: facts.phone?.srtpSuite ?? null,
    webhookVerified: isWebhookVerified(facts),
    stream: {
      framesIn: stats?.framesIn ?? null,
      framesOut: stats?.framesOut ?? null,
      rttP50Ms: rounded(roundTrips?.p50Ms, 2),
      rttP99Ms: rounded(roundTrips?.p99Ms, 2),
    },
    recording: {
      sealed: recording?.row.state === 'sealed',
      verified: isRecordingVerified(facts),
      correlation: rounded(recording?.leftMatch.correlation, 4),
    },
    plaintextFound: search === undefined ? null : search.findings.length > 0,
  }
}

/** Everything that is not as it must be, in words; empty when the demo succeeded. */
export function problemsOf(facts: DemoFacts): string[] {
  return [...callProblems(facts), ...recordingProblems(facts), ...protectionProblems(facts)]
}

function callProblems({ phone, call, heard, roundTrips }: DemoFacts): string[] {
  const srtp = call?.receipt?.srtp?.suite
  const stats = call?.receipt?.streams[0]?.stats
  return failed([
    [phone?.answered === true, 'the call was not answered'],
    [phone?.end.why === 'hung-up', `the call ended by itself: ${phone?.end.why ?? 'never placed'}`],
    [/^TLSv1\.[23]$/.test(phone?.tls.protocol ?? ''), 'the signalling was not encrypted'],
    [srtp !== undefined && srtp === phone?.srtpSuite, 'phone and gateway disagree about the SRTP suite'],
    [call?.receipt?.streams[0]?.tls?.version.startsWith('TLSv1.') ?? false, 'the stream was not encrypted'],
    [(stats?.framesIn ?? 0) > 0 && (stats?.framesOut ?? 0) > 0, 'the stream carried no audio'],
    [(roundTrips?.matched ?? 0) > 0, 'no audio came back from the app'],
    [
      (heard?.correlation ?? 0) >= sameEcho,
      `the caller did not hear what the app sent back (${heard?.correlation})`,
    ],
  ])
}

function recordingProblems(facts: DemoFacts): string[] {
  const { recording } = facts
  return failed([
    [recording?.row.state === 'sealed', 'there is no sealed recording'],
    [isRecordingVerified(facts), 'the recording’s hash is not the one that was noted'],
    [(recording?.leftMatch.correlation ?? 0) >= sameSpeech, 'the recording is not what the caller said'],
    [(recording?.rightMatch.correlation ?? 0) >= sameSpeech, 'the recording is not what the app said'],
  ])
}

function protectionProblems(facts: DemoFacts): string[] {
  const { attempts = [], search, trail = [], hashes, gatewayExit } = facts
  return failed([
    [isWebhookVerified(facts), 'the webhook’s signature was not verified'],
    [attempts.length > 0, 'nothing was attacked'],
    ...attempts.map(({ what, refused, how }) => [refused, `not refused: ${what} (${how})`] as const),
    [trail.length > 0, 'the call is not in the audit log'],
    [hashes !== undefined && hashes.checked > 0 && hashes.broken === 0, 'the audit log’s hashes do not fit'],
    [search !== undefined && search.files > 0, 'nothing was searched for plaintext'],
    [search?.control.found === search?.control.planted, 'the search misses plaintext that was planted'],
    ...(search?.findings ?? []).map(
      ({ what, file, offset }) => [false, `plaintext: ${what} in ${file} at ${offset}`] as const,
    ),
    [gatewayExit === 0, `the gateway did not end in good order (${gatewayExit ?? 'killed'})`],
  ])
}

function failed(checks: readonly (readonly [fine: boolean, problem: string])[]): string[] {
  return checks.filter(([fine]) => !fine).map(([, problem]) => problem)
}

/** The app took signed webhooks and one signed stream, and refused exactly the forgeries. */
export function isWebhookVerified({ app, attempts = [] }: DemoFacts): boolean {
  if (app === undefined || attempts.length === 0) return false
  return app.calls === 1 && app.streams === 1 && app.webhooks > 0 && app.refused === forgeries
}

/** The object on the disk has the hash that the API, the receipt and the audit log each name. */
export function isRecordingVerified({ recording, call, trail = [] }: DemoFacts): boolean {
  if (recording === undefined) return false
  const sealing = trail.find(({ type }) => type === 'recording.sealed')
  const noted = [recording.row.sha256, call?.receipt?.recordings[0]?.sha256, sealing?.fields['sha256']]
  return noted.every((hash) => hash === recording.fileSha256) && recording.row.bytes === recording.fileBytes
}

function rounded(value: number | undefined, digits: number): number | null {
  return value === undefined ? null : Number(value.toFixed(digits))
}
