import type { Audit, AuditEvent } from '#audit'
import type { SipEdgeDeps } from '#edge/sip'
import type { Clock, Log, TenantId, TrunkConfig } from '#kernel'
import { certificateRefusals } from './certificate-refusals.ts'

type Alarms = Required<
  Pick<SipEdgeDeps, 'onTrunkHealth' | 'onCertificateExpiry' | 'onCertificateStatus' | 'onCertificateRefused'>
>

/**
 * Puts what operators must be able to look up later into the audit log: trunks that went down and came back, certificates that run
 * out, what their authorities say of them, and peers that are refused for theirs. These are no acts, so a log that takes no entries stops nothing.
 */
export function edgeAlarms(deps: {
  readonly clock: Clock
  readonly audit: Pick<Audit, 'append'>
  readonly log: Log
  readonly trunks: readonly TrunkConfig[]
}): Alarms & Disposable {
  const tenants = new Map(deps.trunks.map(({ id, tenant }) => [id, tenant as TenantId]))
  const note = (type: string, fields: AuditEvent['fields'], tenant = 'default' as TenantId) => {
    deps.audit
      .append({ type, tenant, actor: 'system', fields })
      .catch((error: unknown) => deps.log.error('an alarm is not in the audit log', { type, error }))
  }
  const refusals = certificateRefusals({
    clock: deps.clock,
    tell: (fields) => note('edge.certificate-refused', fields),
  })
  return {
    onTrunkHealth(trunk, state) {
      if (state !== 'unknown') note(`trunk.${state}`, { trunk }, tenants.get(trunk))
    },
    onCertificateExpiry({ certificate, notAfter, daysLeft }) {
      const type = daysLeft < 0 ? 'certificate.expired' : 'certificate.expiring'
      note(type, { certificate, notAfter: notAfter.toISOString(), daysLeft })
    },
    onCertificateStatus({ certificate, status }) {
      note(`certificate.${status}`, { certificate })
    },
    onCertificateRefused: (source, why) => refusals.refused(source, why),
    [Symbol.dispose]: () => refusals[Symbol.dispose](),
  }
}
