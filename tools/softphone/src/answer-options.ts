import type { AudioCodec, SrtpSuite } from '@voxkeep/wire/sdp'
import type { SipRequest } from '@voxkeep/wire/sip'
import type { SoftphoneClock } from './clock.ts'
import type { Speech } from './speech.ts'

export interface AnswerOptions {
  /** 0: a free one. */
  readonly port: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** PEM. */
  readonly cert: string
  readonly key: string
  /** What becomes of a call. Default: it is answered at once. */
  readonly decide?: (invite: SipRequest) => AnswerPlan
  /** What is said in each call; `echo`: what is heard. Default: silence. */
  readonly speech?: Speech | 'echo'
  /** Default: all, AES-256-GCM first. */
  readonly suites?: readonly SrtpSuite[]
  /** Default: PCMU, then PCMA. */
  readonly codecs?: readonly AudioCodec[]
  /** Default 20. */
  readonly ptimeMs?: number
  /** Whether it takes keys as telephone events. Default: true. */
  readonly events?: boolean
  readonly clock?: SoftphoneClock
}

export type AnswerPlan =
  /** Default of `afterMs`: 0. With `early` the phone says 183 and speaks before it answers. */
  | { readonly kind: 'answer'; readonly afterMs?: number; readonly early?: boolean }
  | { readonly kind: 'ring' } // until the caller gives up
  | {
      readonly kind: 'reject'
      readonly status: number
      readonly headers?: readonly (readonly [name: string, value: string])[]
    }
