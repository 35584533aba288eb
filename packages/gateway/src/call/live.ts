import type { CallId, Log } from '#kernel'
import type { FromMedia } from '#media'
import type { IncomingCall } from './contract.ts'
import type { CallApp, CallDeps, EndReason, StoryValue } from './deps.ts'
import type { SecurityReceipt } from './receipt.ts'

/** What the parts of one call (program, streams, recorder) share of it. */
export interface Live {
  readonly id: CallId
  readonly incoming: IncomingCall
  readonly deps: CallDeps
  readonly app: CallApp
  readonly log: Log
  readonly receipt: SecurityReceipt
  /** Aborts when the call ends. */
  readonly signal: AbortSignal
  /** Answers the call if nobody has; resolves when audio can flow. Rejects when the call cannot be answered. */
  ensureAnswered(): Promise<void>
  /** Refuses a call that nobody has answered, and ends it; one that was answered just ends. */
  reject(status: number, reason: EndReason): Promise<void>
  end(reason: EndReason): Promise<void>
  /** A line in the call's story: fire and forget. */
  story(kind: string, fields?: Readonly<Record<string, StoryValue>>): void
  /** An entry in the audit log; resolves when durable, ends the call and rejects when it cannot be. */
  audit(type: string, fields?: Readonly<Record<string, StoryValue>>): Promise<void>
  /** Queues an event webhook; its failure is logged, never thrown. */
  tell(type: string, data?: object): Promise<void>
  /** Hears what the media plane reports on the leg until the returned function is called. */
  onMedia(handler: (event: FromMedia) => void): () => void
}
