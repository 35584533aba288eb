import type { TranscriptRow } from '#db'
import type { CallId, TenantId } from '#kernel'

/** What is kept of what was said. */
export interface ApiTranscripts {
  /** Oldest first. */
  ofCall(tenant: TenantId, call: CallId): Promise<readonly TranscriptRow[]>
  /** Opens a finished one: a line of JSON for each thing said. Rejects when it is gone, its key unknown or a byte changed. */
  read(row: TranscriptRow): Promise<{ readonly lines: readonly unknown[] }>
}
