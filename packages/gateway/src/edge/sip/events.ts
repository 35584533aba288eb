import type { Log } from '#kernel'
import type { EdgeError } from './edge-error.ts'

export function certificateReplaced(log: Log, port: number, notAfter: Date): void {
  log.info('sip certificate replaced', { port, notAfter: notAfter.toISOString() })
}

export function certificateRefused(log: Log, port: number, error: EdgeError): void {
  log.error('sip certificate files changed and cannot be used; the old certificate stays', { port, error })
}

export function legRefused(log: Log, trunk: string, why: string): void {
  log.info('call refused', { trunk, why })
}

export function digestRefused(log: Log, source: string): void {
  log.warn('sip credentials were wrong', { 'pii.source': source })
}

export function sourceBanned(log: Log, source: string): void {
  log.warn('source banned for a while', { 'pii.source': source })
}

export function redialFailed(log: Log, trunk: string, error: unknown): void {
  log.warn('a peer could not be dialled again', { trunk, error })
}
