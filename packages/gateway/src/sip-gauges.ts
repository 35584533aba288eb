import type { SipEdge } from '#edge/sip'
import type { Clock, TrunkConfig, TrunkId } from '#kernel'
import type { Metrics } from './metrics.ts'

const states = { up: 1, unknown: 0.5, down: 0 } as const
const revocation = { good: 1, pending: 0.5, unreachable: 0.5, unknown: 0, revoked: 0 } as const

/** What an operator watches of the SIP edge: certificates that run out or were revoked, trunks that are down, and what could pile up. */
export function sipGauges(
  metrics: Pick<Metrics, 'gauge' | 'gauges'>,
  sip: Pick<SipEdge, 'certificates' | 'certificateStatuses' | 'health' | 'open'>,
  deps: { clock: Pick<Clock, 'now'>; trunks: readonly TrunkConfig[] },
): void {
  metrics.gauges('sip_certificate_seconds_left', 'until a certificate of ours runs out', 'certificate', () =>
    sip.certificates().map(({ certificate, notAfter }) => {
      return [certificate, Math.round((notAfter.getTime() - deps.clock.now()) / 1_000)] as const
    }),
  )
  const help = '1: its authority says so, 0: it does not, 0.5: it says nothing'
  metrics.gauges('sip_certificate_good', help, 'certificate', () =>
    sip.certificateStatuses().map(({ certificate, status }) => [certificate, revocation[status]] as const),
  )
  for (const kind of ['dialogs', 'transactions', 'connections'] as const)
    metrics.gauge(`sip_${kind}`, `${kind} that are open`, () => sip.open()[kind])
  const calledThrough = deps.trunks.filter(({ outbound }) => outbound !== undefined)
  metrics.gauges('sip_trunk_up', '1: answers, 0: does not, 0.5: not known yet', 'trunk', () =>
    calledThrough.map(({ id }) => [id, states[sip.health(id as TrunkId)]] as const),
  )
}
