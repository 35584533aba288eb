import type { Schemas } from './api-types.ts'

/** A call that goes on. */
export type LiveCall = Schemas['LiveCall']

export type StoryLine = LiveCallDetail['story'][number]

/** What happens at the gateway, as it happens. */
export type LiveItem =
  | { readonly kind: 'calls'; readonly calls: readonly LiveCall[] }
  | { readonly kind: 'call'; readonly call: LiveCall }
  | { readonly kind: 'story'; readonly call_id: string; readonly line: StoryLine }
  /** Whole dB below full scale over the last 200 ms: of the caller, and of what they hear. */
  | {
      readonly kind: 'level'
      readonly call_id: string
      readonly in_db: number
      readonly out_db: number
      readonly streams: readonly {
        readonly id: string
        readonly frames_in: number
        readonly frames_out: number
        readonly frames_dropped: number
      }[]
    }

export type LiveCallDetail = Schemas['LiveCallDetail']
