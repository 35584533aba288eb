import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent } from '#audit'
import { silentLog, type TenantId } from '#kernel'
import type { KeyEvent } from '#keys'
import { keyEvents } from './key-events.ts'

const acme = 'acme' as TenantId
const opened: KeyEvent = { kind: 'opened', tenant: acme, provider: 'local' }
const refused: KeyEvent = { kind: 'refused', tenant: acme, provider: 'local', code: 'KEY_REFUSED' }

function bench(failing = false) {
  const audited: AuditEvent[] = []
  const logged: [string, string][] = []
  const counted: string[] = []
  const level = (name: string) => (message: string) => void logged.push([name, message])
  const log = { ...silentLog, info: level('info'), error: level('error'), debug: level('debug') }
  const events = keyEvents({
    log,
    metrics: { count: (name, labels) => void counted.push(`${name} ${labels?.['kind']}`) },
  })
  const audit = {
    append: async (event: AuditEvent) => {
      if (failing) throw new Error('no audit')
      audited.push(event)
      return {} as never
    },
  }
  return { events, audit, audited, logged, counted }
}

test('keyEvents() keeps what happens before the audit log opens, and hands it over in order', () => {
  const { events, audit, audited, counted } = bench()
  events.take(opened)
  assert.deepEqual(audited, [])
  events.into(audit)
  events.take(refused)
  assert.deepEqual(audited, [
    { type: 'keys.opened', tenant: acme, actor: 'system', fields: { provider: 'local' } },
    {
      type: 'keys.refused',
      tenant: acme,
      actor: 'system',
      fields: { provider: 'local', code: 'KEY_REFUSED' },
    },
  ])
  assert.deepEqual(counted, ['key_events opened', 'key_events refused'])
})

test('keyEvents() says what is bad as an error, and a sweep’s shredding only to who asks for details', () => {
  const { events, logged } = bench()
  events.take(opened)
  events.take(refused)
  events.take({ kind: 'shredded', tenant: acme, provider: 'local', object: 'rec_1', sha256: 'ab' })
  assert.deepEqual(logged, [
    ['info', 'keys opened'],
    ['error', 'keys refused'],
    ['debug', 'keys shredded'],
  ])
})

test('keyEvents() says so when an event is not in the audit log', async () => {
  const { events, audit, logged } = bench(true)
  events.into(audit)
  events.take(opened)
  await new Promise(setImmediate)
  assert.deepEqual(logged.at(-1), ['error', 'an event of a key is not in the audit log'])
})
