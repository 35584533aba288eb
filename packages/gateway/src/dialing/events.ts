import type { AppId, Log, TenantId } from '#kernel'
import type { DialRefusal, DialRequest } from './types.ts'

/** An app calls far more than it used to. */
export interface DialAlert {
  readonly tenant: TenantId
  readonly app: AppId
  readonly kind: 'velocity'
  readonly atMs: number
  /** Attempts in this hour, the one that raised the alert included. */
  readonly attempts: number
  /** Attempts in the usual hour of the last seven days. */
  readonly usual: number
  /** Whether calls are refused until an operator lifts it. */
  readonly stopped: boolean
}

export function dialRefused(log: Log, { app, via }: DialRequest, why: DialRefusal): void {
  log.info('a call was not allowed', { app, via, why })
}

export function dialAlerted(log: Log, { app, tenant, attempts, usual, stopped }: DialAlert): void {
  log.warn('an app calls far more than usual', { app, tenant, attempts, usual, stopped })
}

export function dialStoreFailed(log: Log, doing: string, error: unknown): void {
  log.error('the use of outbound calls could not be written', { doing, error })
}

export function dialAuditFailed(log: Log, error: unknown): void {
  log.error('a refused call is not in the audit log', { error })
}
