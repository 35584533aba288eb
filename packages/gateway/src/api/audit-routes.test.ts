import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  parseNote,
  parseTile,
  parseTlogProof,
  parseVerifierKey,
  verifyExport,
  verifyTlogProof,
} from '@voxkeep/tlog'
import { startFakeApi, tenant, type FakeApi } from './fake-deps.ts'

describe('the audit log by the API', () => {
  let api: FakeApi
  let token: string
  before(async () => {
    api = await startFakeApi()
    token = await api.token(['audit:read', 'audit:admin'])
    for (let n = 0; n < 5; n++) await add(n)
  })
  after(() => api[Symbol.asyncDispose]())
  beforeEach(() => {
    api.world.audited.length = 0
    api.world.happened.length = 0
    api.world.failing = {}
  })
  const add = (n: number, actor = 'app:ivr') =>
    api.auditing.log.append({ type: n % 2 ? 'odd' : 'even', tenant, actor, fields: { n } })
  const get = async (path: string) => {
    const answer = await api.send('GET', path, { token })
    return { ...answer, text: answer.bytes.toString('utf8') }
  }
  const keysOf = async () => {
    const { json } = await get('/v1/audit/keys')
    return (json['data'] as { key: string }[])
      .map(({ key }) => parseVerifierKey(key))
      .filter((key) => key !== undefined)
  }
  const indexes = (json: Record<string, unknown>) =>
    (json['data'] as { index: number }[]).map(({ index }) => index)

  test('GET /v1/audit audits the reading, then gives entries by page, the newest first', async () => {
    const first = await get('/v1/audit?limit=2')
    assert.deepEqual(indexes(first.json), [4, 3])
    assert.deepEqual(api.world.happened, ['audit audit.read'])
    const second = await get(`/v1/audit?limit=2&cursor=${String(first.json['next_cursor'])}`)
    assert.deepEqual(indexes(second.json), [2, 1])
    assert.equal(first.json['has_more'], true)
  })

  test('GET /v1/audit filters, also by a person’s number, which finds his pseudonym', async () => {
    assert.deepEqual(indexes((await get('/v1/audit?type=odd')).json), [3, 1])
    assert.deepEqual(indexes((await get('/v1/audit?actor=app:ivr&type=even&limit=1')).json), [4])
    const { index } = await add(5, 'tel:+49301112223')
    assert.deepEqual(indexes((await get(`/v1/audit?actor=${encodeURIComponent('+49 30 1112223')}`)).json), [
      index,
    ])
    assert.deepEqual(indexes((await get('/v1/audit?from=2030-01-01T00:00:00Z')).json), [])
  })

  test('nothing is shown that could not be audited, nor without the scope, nor another tenant’s', async () => {
    api.world.failing = { audit: true }
    for (const path of [
      '/v1/audit',
      '/v1/audit/proof?index=0',
      '/v1/audit/export',
      '/v1/audit/verify',
      '/v1/audit/tile/entries/000.p/1',
    ])
      assert.equal((await get(path)).status, 503, path)
    api.world.failing = {}
    const other = await api.token(['calls:read'])
    assert.equal((await api.send('GET', '/v1/audit', { token: other })).status, 403)
    const globex = await api.token(['audit:read'], { tenant: 'globex' })
    assert.deepEqual(indexes((await api.send('GET', '/v1/audit', { token: globex })).json), [])
  })

  test('GET /v1/audit/proof proves an entry with the published keys alone, and 404 where there is none', async () => {
    const { text, status } = await get('/v1/audit/proof?index=3')
    assert.equal(status, 200)
    const proof = parseTlogProof(text)
    assert.ok(proof?.extra)
    assert.match(Buffer.from(proof.extra).toString(), /"fields":{"n":3}/)
    assert.equal(verifyTlogProof(proof, proof.extra, { log: await keysOf() }).ok, true)
    assert.equal((await get('/v1/audit/proof?index=999')).status, 404)
  })

  test('GET /v1/audit/checkpoint gives a note that both keys signed', async () => {
    const { text } = await get('/v1/audit/checkpoint')
    assert.equal(parseNote(text)?.signatures.length, 2)
    assert.match(text, /^voxkeep\.test\/audit\/acme\n/)
  })

  test('GET /v1/audit/logs/proof proves the checkpoint to be in the log of logs', async () => {
    await get('/v1/audit/checkpoint')
    const { text, status } = await get('/v1/audit/logs/proof')
    assert.equal(status, 200)
    assert.match(text, /\nvoxkeep\.test\/audit\n/)
    assert.match(
      Buffer.from(parseTlogProof(text)?.extra ?? []).toString(),
      /"origin":"voxkeep.test\/audit\/acme"/,
    )
  })

  test('GET /v1/audit/export is enough to verify the whole log offline', async () => {
    const { text } = await get('/v1/audit/export')
    async function* chunks() {
      yield Buffer.from(text)
    }
    const report = await verifyExport(chunks(), { log: await keysOf() })
    assert.deepEqual(report.findings, [])
    assert.ok(report.proven >= 5)
  })

  test('GET /v1/audit/tile gives hashes and entries that a checkpoint covers', async () => {
    const hashes = await get('/v1/audit/tile/0/000.p/4')
    assert.equal(parseTile(new Uint8Array(hashes.bytes))?.length, 4)
    assert.deepEqual(api.world.happened, [])
    const bundle = await get('/v1/audit/tile/entries/000.p/2')
    assert.deepEqual(api.world.happened, ['audit audit.read'])
    assert.match(bundle.text, /"n":1/)
    for (const path of ['0/000.p/200', '0/001', '1/000', '64/000', '0/0'])
      assert.equal((await get(`/v1/audit/tile/${path}`)).status, 404, path)
  })

  test('GET /v1/audit/verify verifies what is stored', async () => {
    const { json } = await get('/v1/audit/verify')
    assert.deepEqual([json['ok'], json['findings']], [true, []])
  })

  test('POST /v1/audit/keys/rotate signs with new keys, and old checkpoints still verify', async () => {
    const old = await keysOf()
    const checkpoint = (await get('/v1/audit/checkpoint')).text
    const reader = await api.token(['audit:read'])
    assert.equal((await api.send('POST', '/v1/audit/keys/rotate', { token: reader })).status, 403)
    api.world.happened.length = 0
    assert.equal((await api.send('POST', '/v1/audit/keys/rotate', { token })).status, 204)
    assert.deepEqual(api.world.happened, ['audit audit.keys.rotate'])
    const all = await keysOf()
    assert.deepEqual([old.length, all.length], [2, 4])
    await add(9)
    api.clock.advance(1_000)
    const next = (await get('/v1/audit/checkpoint')).text
    const ids = (note: string) => parseNote(note)?.signatures.map(({ keyId }) => keyId)
    assert.deepEqual(
      ids(checkpoint),
      old.map(({ keyId }) => keyId),
    )
    assert.deepEqual(
      ids(next),
      all.slice(2).map(({ keyId }) => keyId),
    )
  })

  test('POST /v1/audit/witness/add-checkpoint cosigns for a known log, without a token', async () => {
    const note = (await get('/v1/audit/checkpoint')).text
    const ask = (body: string) =>
      api.send('POST', '/v1/audit/witness/add-checkpoint', {
        body,
        headers: { 'content-type': 'text/plain' },
      })
    const refused = await ask('old 0\n\nnot a checkpoint')
    assert.equal(refused.status, 400)
    assert.equal((await ask(`old 0\n\n${note.replaceAll('voxkeep.test', 'other.test')}`)).status, 404)
  })
})
