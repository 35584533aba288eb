import type { Log } from '#kernel'
import type { EdgeError } from './edge-error.ts'
import type { RevocationStatus } from './ocsp-keeper.ts'

export function certificateReplaced(log: Log, port: number, notAfter: Date | undefined): void {
  log.info('sip certificate replaced', { port, notAfter: notAfter?.toISOString() })
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

export function peerNotReached(log: Log, trunk: string, error: unknown): void {
  log.warn('a peer could not be dialled', { trunk, error })
}

export function peerReached(log: Log, trunk: string, address: string): void {
  log.info('a peer was reached again', { trunk, address })
}

export function trunkHealthChanged(log: Log, trunk: string, state: string): void {
  if (state === 'down') log.warn('trunk is down', { trunk })
  else log.info('trunk is up', { trunk })
}

export function trunkCertificateReplaced(log: Log, trunk: string, notAfter: Date | undefined): void {
  log.info('trunk certificate or authorities replaced', { trunk, notAfter: notAfter?.toISOString() })
}

export function trunkCertificateRefused(log: Log, trunk: string, error: EdgeError): void {
  log.error('trunk certificate files changed and cannot be used; the old ones stay', { trunk, error })
}

export function certificateStatus(log: Log, certificate: string, status: RevocationStatus): void {
  const fields = { certificate, status }
  if (status === 'good') log.info('certificate is good, its authority says', fields)
  else if (status === 'unreachable') log.warn('nobody says whether a certificate was revoked', fields)
  else log.error('certificate is not good, its authority says', fields)
}

export function certificateExpires(
  log: Log,
  { certificate, notAfter, daysLeft }: { certificate: string; notAfter: Date; daysLeft: number },
): void {
  const fields = { certificate, notAfter: notAfter.toISOString(), daysLeft }
  if (daysLeft < 0) log.error('certificate has run out', fields)
  else log.warn('certificate runs out soon', fields)
}
