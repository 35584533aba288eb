import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createId, fakeClock, silentLog, type TenantId } from '#kernel'
import { openCallKeep, type CallKeepDeps } from './call-keep.ts'

const tenant = 'acme' as TenantId
const random = { bytes: (count: number) => new Uint8Array(count).fill(4) }
const call = createId('call', 1, random)
const recording = createId('rec', 1, random)
const sealed = { bytes: 9, segments: 1, durationMs: 5, sha256: 'ab', marks: [] }

/** A keep that has only what recordings need; `happened` says what it did. */
function keepOf(spool: { hasRoom: boolean }) {
  const happened: string[] = []
  const deps = {
    clock: fakeClock(),
    log: silentLog,
    node: 'a',
    fsyncMs: 0,
    spool: {
      get hasRoom() {
        return spool.hasRoom
      },
      pathOf: (id: string) => `/spool/${id}`,
    },
    keys: {
      beginObject: () => {
        happened.push('key')
        return { plain: new Uint8Array(32), tenantKey: 'tky_1', kept: Promise.resolve() }
      },
    },
    recordings: {
      insert: async ({ node }: { node: string }) => void happened.push(`row of ${node}`),
      settle: async (_: string, { state }: { state: string }) => void happened.push(state),
    },
    onSealed: () => void happened.push('moved'),
  }
  return { keep: openCallKeep(deps as unknown as CallKeepDeps), happened }
}

test('Keep.beginRecording() begins none, and makes no key, while the spool is full', async () => {
  const spool = { hasRoom: false }
  const { keep, happened } = keepOf(spool)
  assert.throws(() => keep.beginRecording(call, tenant, recording, 0), { code: 'OBJECT_SPOOL_FULL' })
  assert.deepEqual(happened, [])
  spool.hasRoom = true
  const { spec, listed } = keep.beginRecording(call, tenant, recording, 0)
  await listed
  assert.equal(spec.path, `/spool/${recording}`)
  assert.deepEqual(happened, ['key', 'row of a'])
})

test('Keep.endRecording() has what is sealed moved, once it is listed; what failed stays where it is', async () => {
  const { keep, happened } = keepOf({ hasRoom: true })
  await keep.endRecording(recording, { state: 'sealed', sealed })
  await keep.endRecording(recording, { state: 'failed' })
  assert.deepEqual(happened, ['sealed', 'moved', 'failed'])
})

test('Keep.update() judges anew how long a call is kept when its notes change, and not before', async () => {
  const happened: unknown[] = []
  const keep = openCallKeep({
    calls: { update: async () => void happened.push('row') },
    relabel: async (...asked: unknown[]) => void happened.push(asked),
  } as unknown as CallKeepDeps)
  await keep.update(tenant, call, { state: 'active' })
  await keep.update(tenant, call, { variables: { retention: 'short' } })
  assert.deepEqual(happened, ['row', 'row', [call, tenant, { retention: 'short' }]])
})
