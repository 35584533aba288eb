import type { CallResult } from '@voxkeep/softphone'
import type { AuditEntry, CallDetail as ApiCallDetail, Recording } from '@voxkeep/sdk'
import type { TrailCheck } from './audit-trail.ts'
import type { Attempt } from './attempts.ts'
import type { SearchResult } from './plaintext-search.ts'
import type { SpeechMatch } from './speech-match.ts'

/** What the demo has found out so far; what it did not get to is missing. */
export interface DemoFacts {
  /** When each step began, from the start of the demo. */
  readonly steps: { readonly title: string; readonly atMs: number }[]
  spoken?: Int16Array
  phone?: CallResult
  roundTrips?: { readonly matched: number; readonly p50Ms: number; readonly p99Ms: number }
  call?: CallDetail
  /** What the app counted: it verifies every webhook and upgrade with the SDK. */
  app?: AppStats
  heard?: SpeechMatch
  recording?: RecordingFacts
  trail?: readonly AuditEntry[]
  hashes?: TrailCheck
  attempts?: readonly Attempt[]
  search?: SearchResult
  gatewayExit?: number | null
}

export interface RecordingFacts {
  readonly row: Recording
  /** Of the sealed object, as it lies on the disk. */
  readonly fileSha256: string
  readonly fileBytes: number
  /** Decrypted by the gateway. */
  readonly left: Int16Array
  readonly right: Int16Array
  readonly leftMatch: SpeechMatch
  readonly rightMatch: SpeechMatch
}

export interface AppStats {
  readonly webhooks: number
  readonly refused: number
  readonly calls: number
  readonly streams: number
  readonly framesIn: number
  readonly framesOut: number
}

/** A call as the API shows it, with what the demo reads of its receipt and ladder. */
export interface CallDetail extends ApiCallDetail {
  readonly receipt: Receipt | null
  readonly ladder: readonly LadderEntry[] | null
}

export type StoryLine = ApiCallDetail['story'][number]

export interface LadderEntry {
  readonly atMs: number
  readonly direction: 'received' | 'sent'
  readonly what: string
  readonly cseq: string
  readonly bodyBytes: number
}

export interface Receipt {
  readonly sip: {
    readonly tlsVersion: string
    readonly cipher: string
    readonly group: string
    readonly authenticatedBy: readonly string[]
  }
  readonly srtp: { readonly suite: string } | null
  readonly webhooks: readonly {
    readonly type: string
    readonly host: string
    readonly signedBy: readonly string[]
    readonly outcome: string
  }[]
  readonly streams: readonly {
    readonly host: string
    readonly tls: { readonly version: string; readonly cipher: string; readonly group: string } | null
    readonly end: string | null
    readonly stats: {
      readonly framesIn: number
      readonly framesOut: number
      readonly framesDropped: number
    } | null
  }[]
  readonly recordings: readonly {
    readonly id: string
    readonly keyRef: string
    readonly state: string
    readonly sha256: string | null
  }[]
  readonly endReason: string | null
}
