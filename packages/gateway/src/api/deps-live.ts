import type { SecurityReceipt } from '#call'
import type { CallId, TenantId } from '#kernel'

/** The calls that go on at this node, as they go on. */
export interface ApiLive {
  calls(tenant: TenantId): readonly ApiLiveCall[]
  /** Undefined when the call is not there any more, or another's. */
  look(tenant: TenantId, id: CallId): Promise<ApiLiveDetail | undefined>
  /** Hears of everything until the returned function is called. */
  watch(tenant: TenantId, hear: (item: ApiLiveItem) => void): () => void
}

export interface ApiLiveCall {
  readonly id: CallId
  readonly app: string
  readonly trunk: string
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly state: 'ringing' | 'active' | 'ended'
  readonly startedAtMs: number
  readonly answeredAtMs?: number
  readonly endReason?: string
}

export interface ApiLiveLine {
  readonly call: CallId
  readonly atMs: number
  readonly kind: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

export type ApiLiveItem =
  | { readonly kind: 'call'; readonly call: ApiLiveCall }
  | { readonly kind: 'story'; readonly line: ApiLiveLine }
  | {
      readonly kind: 'level'
      readonly call: CallId
      readonly inDb: number
      readonly outDb: number
      readonly streams: readonly {
        readonly id: string
        readonly framesIn: number
        readonly framesOut: number
        readonly framesDropped: number
      }[]
    }

export interface ApiLiveDetail {
  readonly call: ApiLiveCall
  readonly story: readonly ApiLiveLine[]
  readonly receipt: SecurityReceipt
  readonly ladder: unknown
  /** Of the leg that commands are about; null before there is audio. */
  readonly media: object | null
}
