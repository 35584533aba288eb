import type { CallResult } from '@voxkeep/softphone'
import type { Call, Recording } from '@voxkeep/sdk'
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
  trail?: readonly AuditLine[]
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

export interface CallDetail extends Call {
  readonly story: readonly StoryLine[]
  readonly receipt: Receipt | null
  readonly ladder: readonly LadderEntry[] | null
}

export interface StoryLine {
  readonly at: string
  readonly kind: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

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

export interface AuditLine {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly actor: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
  readonly hash: string
}
