import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parseNote, serializeSignature, signer } from '@voxkeep/tlog'
import { logOfLogs, memoryAuditStore, openAudit, type SignedCheckpoint } from '#audit'
import { fakeClock, Secret, silentLog, systemTenant, type Config, type TenantId } from '#kernel'
import { ObjectError, type ObjectStore } from '#objects'
import type { HttpsAnswer } from '#webhook'
import { auditOutside } from './open-audit-outside.ts'

const checkpoint = (tenant: TenantId): SignedCheckpoint => ({
  tenant,
  origin: 'voxkeep/audit/acme',
  size: 42,
  at: new Date(0),
  note: 'voxkeep/audit/acme\n42\nAA==\n\n— a AAAAAAA=\n',
})
const acme = 'acme' as TenantId

function setUp(witnesses: number, quorum: number, chosen: object = { audit: 'worm' }) {
  const clock = fakeClock()
  const store = memoryAuditStore()
  const base = { clock, store, log: silentLog }
  const audit = openAudit({ ...base, deployment: 'voxkeep', numberKey: () => new Secret(new Uint8Array(32)) })
  const put: [key: string, content: string, sha256: string][] = []
  const failing: { error?: Error } = {}
  const place = {
    async put(key: string, file: string, { sha256 }: { sha256: string }) {
      if (failing.error) throw failing.error
      put.push([key, await readFile(file, 'utf8'), sha256])
    },
  } as unknown as ObjectStore
  const cosigners = Array.from({ length: witnesses }, (_, n) =>
    signer(`w${n}`, 'ed25519-cosignature', new Uint8Array(32).fill(n + 1)),
  )
  const away = { is: true }
  const text = parseNote(checkpoint(acme).note)?.text ?? ''
  const client = {
    exchange: async ({ url }: { url: string }): Promise<HttpsAnswer> => {
      const cosigner = cosigners[Number(/w(\d)/.exec(url)?.[1])]
      if (away.is || cosigner === undefined) return { ok: false, why: 'connect' }
      return {
        ok: true,
        status: 200,
        headers: {},
        body: Buffer.from(serializeSignature(cosigner.sign(text, 1))),
      }
    },
    [Symbol.dispose]() {},
  }
  const config = {
    objects: { place: chosen, tenants: [{ id: 'globex', place: { audit: 'own' } }] },
    audit: {
      quorum,
      checkpoints: { everyS: 60, everyEntries: 1 },
      witnesses: cosigners.map(({ key }) => ({
        name: key.name,
        url: `https://${key.name}.example`,
        keys: [key.text],
      })),
    },
  } as unknown as Config
  const outside = auditOutside(config, { ...base, audit, client, placeOf: () => place })
  const showAll = (of = acme) => Promise.allSettled(outside.map(({ show }) => show(checkpoint(of))))
  const told = () => store.kept.get(systemTenant)?.leaves.map(({ type }) => type) ?? []
  return { clock, audit, outside, showAll, told, put, failing, away }
}

test('auditOutside() anchors each checkpoint in the store, under its log and size', async () => {
  const { showAll, put } = setUp(0, 0)
  await showAll()
  await showAll(logOfLogs)
  assert.deepEqual(
    put.map(([key, content]) => [key, content]),
    [
      ['checkpoints/acme/0000000000000042', checkpoint(acme).note],
      ['checkpoints/_logs/0000000000000042', checkpoint(acme).note],
    ],
  )
})

test('auditOutside() anchors nothing where no place was chosen', async () => {
  const { showAll, put } = setUp(0, 0, {})
  await showAll()
  await showAll('globex' as TenantId)
  assert.deepEqual(
    put.map(([key]) => key),
    ['checkpoints/globex/0000000000000042'],
  )
})

test('auditOutside() takes an anchor that another node put there for done, and no other failure', async () => {
  const { showAll, failing } = setUp(0, 0)
  failing.error = new ObjectError('OBJECT_EXISTS', 'there')
  assert.equal((await showAll())[0]?.status, 'fulfilled')
  failing.error = new ObjectError('OBJECT_UNAVAILABLE', 'away')
  assert.equal((await showAll())[0]?.status, 'rejected')
})

test('auditOutside() raises an alarm, once, when fewer witnesses than the quorum cosigned for three intervals', async () => {
  const { clock, showAll, told } = setUp(2, 1)
  await showAll()
  assert.deepEqual(told(), [])
  for (let round = 0; round < 3; round++) {
    clock.advance(181_000)
    await showAll()
    await new Promise(setImmediate)
  }
  assert.deepEqual(told(), ['audit.unwitnessed'])
})

test('auditOutside() raises no alarm after a time in which there was nothing to cosign', async () => {
  const { clock, audit, showAll, told, away } = setUp(2, 2)
  await audit.log(acme)
  away.is = false
  for (let round = 0; round < 2; round++) {
    const shown = await showAll()
    assert.deepEqual(
      shown.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled'],
    )
    clock.advance(3_600_000)
    await new Promise(setImmediate)
  }
  assert.deepEqual(told(), [])
})
