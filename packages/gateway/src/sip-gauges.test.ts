import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, type TrunkConfig } from '#kernel'
import { openMetrics } from './metrics.ts'
import { sipGauges } from './sip-gauges.ts'

test('sipGauges() shows seconds left of each certificate, and each trunk that is called through, and what is open', async () => {
  const clock = fakeClock()
  const metrics = openMetrics()
  const notAfter = new Date(clock.now() + 86_400_000)
  const outbound = { host: 'carrier.example' } as TrunkConfig['outbound']
  const trunks = [{ id: 'out', outbound }, { id: 'in' }] as TrunkConfig[] // what is looked at of a trunk
  const sip = {
    certificates: () => [{ certificate: 'listener 5061', notAfter }],
    certificateStatuses: () => [
      { certificate: 'listener 5061', status: 'good' as const },
      { certificate: 'trunk out', status: 'revoked' as const },
    ],
    health: () => 'down' as const,
    open: () => ({ dialogs: 3, transactions: 5, connections: 2 }),
  }
  sipGauges(metrics, sip, { clock, trunks })
  const text = await metrics.text()
  assert.match(text, /voxkeep_sip_certificate_seconds_left\{certificate="listener 5061"\} 86400/)
  assert.match(text, /voxkeep_sip_certificate_good\{certificate="listener 5061"\} 1/)
  assert.match(text, /voxkeep_sip_certificate_good\{certificate="trunk out"\} 0/)
  assert.match(text, /voxkeep_sip_trunk_up\{trunk="out"\} 0/)
  assert.doesNotMatch(text, /trunk="in"/)
  for (const line of ['sip_dialogs 3', 'sip_transactions 5', 'sip_connections 2'])
    assert.ok(text.includes(`\nvoxkeep_${line}\n`), line)
})
