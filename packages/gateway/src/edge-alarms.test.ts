import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent } from '#audit'
import { fakeClock, openLog, silentLog, type TrunkConfig, type TrunkId } from '#kernel'
import { edgeAlarms } from './edge-alarms.ts'

const trunks = [{ id: 'acme', tenant: 'acme-corp' }] as TrunkConfig[] // what is looked at of a trunk
const certificate = 'listener 5061'

test('edgeAlarms() puts trunks and certificates into the audit log, a trunk’s under its tenant', () => {
  const entries: AuditEvent[] = []
  const append = (event: AuditEvent) => {
    entries.push(event)
    return new Promise<never>(() => {})
  }
  const alarms = edgeAlarms({ clock: fakeClock(), audit: { append }, log: silentLog, trunks })
  for (const state of ['unknown', 'down', 'up'] as const) alarms.onTrunkHealth('acme' as TrunkId, state)
  const notAfter = new Date('2030-01-01T00:00:00Z')
  for (const daysLeft of [7, -1]) alarms.onCertificateExpiry({ certificate, notAfter, daysLeft })
  alarms.onCertificateStatus({ certificate, status: 'revoked' })
  assert.deepEqual(
    entries.map(({ type, tenant, fields }) => [type, tenant, fields]),
    [
      ['trunk.down', 'acme-corp', { trunk: 'acme' }],
      ['trunk.up', 'acme-corp', { trunk: 'acme' }],
      ['certificate.expiring', 'default', { certificate, notAfter: '2030-01-01T00:00:00.000Z', daysLeft: 7 }],
      ['certificate.expired', 'default', { certificate, notAfter: '2030-01-01T00:00:00.000Z', daysLeft: -1 }],
      ['certificate.revoked', 'default', { certificate }],
    ],
  )
})

test('edgeAlarms() logs that the audit log takes nothing, and goes on', async () => {
  let logged = ''
  const append = () => Promise.reject(new Error('disk full'))
  const log = openLog('error', (line) => void (logged += line))
  edgeAlarms({ clock: fakeClock(), audit: { append }, log, trunks }).onCertificateStatus({
    certificate,
    status: 'revoked',
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.match(logged, /not in the audit log/)
})
