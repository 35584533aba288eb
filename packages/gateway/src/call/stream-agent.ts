import type { StreamId, WireName } from '#kernel'
import type { StreamAddress } from './stream-plan.ts'
import type { Live } from './live.ts'

/** One of the configuration's `agents`, as calls are connected with it. */
export interface CallAgent {
  readonly url: string
  readonly wire: WireName
  /** Settings of the wire, which a command does not change: it adds `call_instructions`, and nothing else. */
  readonly options: Readonly<Record<string, unknown>>
  /** Why this call may not be connected with it; undefined: it may. */
  refusal(live: Live): string | undefined
  /** Looks the address up, and gives what proves who calls. Rejects when the guard refuses it. */
  prepare(stream: StreamId): Promise<StreamAddress>
  /** What it said that is no audio, such as a tool call; `tell` answers over the stream. Never throws. */
  said(live: Live, message: object, tell: (message: object) => void): void
}
