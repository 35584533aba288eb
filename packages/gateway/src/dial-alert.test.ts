import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, silentLog, type AppId, type EventId, type TenantId } from '#kernel'
import { tellDialAlert } from './dial-alert.ts'

const alert = {
  tenant: 'default' as TenantId,
  app: 'agent' as AppId,
  kind: 'velocity',
  atMs: 1_700_000_000_000,
  attempts: 90,
  usual: 4,
  stopped: true,
} as const

test('tellDialAlert() tells the app that calls so much, and survives an outbox that takes nothing', async () => {
  const told: unknown[] = []
  const random = { bytes: (count: number) => new Uint8Array(count) }
  const deps = { clock: fakeClock(), random, log: silentLog }
  const tell = tellDialAlert({
    ...deps,
    outbox: { enqueue: async (...event) => (told.push(event), 'evt_1' as EventId) },
  })
  tell(alert)
  assert.partialDeepStrictEqual(told, [
    [
      {
        type: 'dial.alert',
        data: { at: '2023-11-14T22:13:20.000Z', attempts: 90, usual: 4, stopped: true },
      },
      'agent',
    ],
  ])
  tellDialAlert({ ...deps, outbox: { enqueue: () => Promise.reject(new Error('full')) } })(alert)
  await Promise.resolve()
})
